// A delay line of CYCLES cycles; no reset, so that it becomes shift registers in look-up tables.
module delay #(
    parameter int WIDTH  = 1,
    parameter int CYCLES = 1
) (
    input  logic             aclk,
    input  logic [WIDTH-1:0] in,
    output logic [WIDTH-1:0] out
);
  logic [CYCLES-1:0][WIDTH-1:0] line;
  if (CYCLES == 1) begin : g_one
    always_ff @(posedge aclk) line <= in;
  end else begin : g_more
    always_ff @(posedge aclk) line <= {line[CYCLES-2:0], in};
  end
  assign out = line[CYCLES-1];
endmodule
