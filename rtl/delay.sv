// A delay line of CYCLES cycles; no reset, so that it becomes shift registers in look-up tables. Its last cycle is a
// flip-flop's, whose output comes a nanosecond earlier than theirs.
module delay #(
    parameter int WIDTH  = 1,
    parameter int CYCLES = 1
) (
    input  logic             aclk,
    input  logic [WIDTH-1:0] in,
    output logic [WIDTH-1:0] out
);
  (* shreg_extract = "no", keep = "true" *) logic [WIDTH-1:0] last;
  assign out = last;
  if (CYCLES == 1) begin : g_one
    always_ff @(posedge aclk) last <= in;
  end else begin : g_more
    logic [(CYCLES-1)*WIDTH-1:0] line;
    always_ff @(posedge aclk) begin
      line <= ((CYCLES - 1) * WIDTH)'({line, in});
      last <= line[(CYCLES-2)*WIDTH+:WIDTH];
    end
  end
endmodule
