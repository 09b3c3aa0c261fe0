// Written by hand for the tests, in the shape that Vitis HLS gives its RTL.
// Version: 2023.2
`timescale 1 ns / 1 ps

module fpgaflow_top_weights_ROM_AUTO_1R (
    address0, ce0, q0, reset, clk);

parameter DataWidth = 8;
parameter AddressWidth = 6;
parameter AddressRange = 60;

input[AddressWidth-1:0] address0;
input ce0;
output reg[DataWidth-1:0] q0;
input reset;
input clk;

(* rom_style = "block", ram_style = "auto" *) reg [DataWidth-1:0] rom0[0:AddressRange-1];

initial begin
    $readmemh("./fpgaflow_top_weights_ROM_AUTO_1R.dat", rom0);
end

always @(posedge clk)
begin
    if (ce0)
    begin
        q0 <= rom0[address0];
    end
end

endmodule
