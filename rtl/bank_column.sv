// A column of a feature-map bank: 32 bits wide, one port to read and one to write, with byte enables.
module bank_column #(
    parameter int LINES = 3072
) (
    input  logic                     aclk,
    input  logic [$clog2(LINES)-1:0] read_line,
    output logic [             31:0] read_word,     // a cycle later
    input  logic [              3:0] write_enable,
    input  logic [$clog2(LINES)-1:0] write_line,
    input  logic [             31:0] write_word
);
  logic [31:0] memory[LINES];
  always_ff @(posedge aclk) begin
    for (int i = 0; i < 4; i++) begin
      if (write_enable[i]) memory[write_line][8*i+:8] <= write_word[8*i+:8];
    end
    read_word <= memory[read_line];
  end
endmodule
