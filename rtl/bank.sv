// A feature-map bank: lines of four columns, read at any byte and written at any byte.
//
// A read takes up to 15 bytes from the word where it begins on: each column gives its part from that line or the next.
// Cycles: lines in 0, words of the columns in 1, rotated in 2 (`words`), shifted to the byte in 3 (`bytes`). What
// turns so many bits has a register in each bank.
module bank #(
    parameter int LANES_K = 12,
    parameter int LINES   = 3072
) (
    input  logic                               aclk,
    input  logic [3:0][$clog2(LINES)-1:0]      read_line,     // of each column
    input  logic                         [1:0] read_column,   // that the first byte lies in, in cycle 0
    input  logic                         [1:0] read_byte,     // of the column, in cycle 1
    input  logic                               read_enable,   // in cycle 0: words follow
    input  logic                               shift_enable,  // in cycle 1: bytes follow
    output logic                        [63:0] words,
    output logic [LANES_K-1:0]          [ 7:0] bytes,
    input  logic [3:0][$clog2(LINES)-1:0]      write_line,
    input  logic                        [15:0] write_enable,  // of each byte of a line
    input  logic                        [63:0] write_data     // for either half of a line
);
  logic [3:0][31:0] column;
  for (genvar c = 0; c < 4; c++) begin : g_column
    bank_column #(.LINES(LINES)) storage (
        .aclk,
        .read_line   (read_line[c]),
        .read_word   (column[c]),
        .write_enable(write_enable[4*c+:4]),
        .write_line  (write_line[c]),
        .write_word  (write_data[32*(c%2)+:32])
    );
  end

  (* keep = "true" *) logic [1:0] column_1, byte_2;
  (* keep = "true" *) logic read_1, shift_2;
  always_ff @(posedge aclk) begin
    column_1 <= read_column;
    byte_2   <= read_byte;
    read_1   <= read_enable;
    shift_2  <= shift_enable;
  end

  /* verilator lint_off UNUSEDSIGNAL */  // 15 bytes are enough for 12 at any byte
  logic [127:0] rotated;
  /* verilator lint_on UNUSEDSIGNAL */
  always_ff @(posedge aclk) begin
    if (read_1) begin
      unique case (column_1)
        2'd0: rotated <= {column[3], column[2], column[1], column[0]};
        2'd1: rotated <= {column[0], column[3], column[2], column[1]};
        2'd2: rotated <= {column[1], column[0], column[3], column[2]};
        default: rotated <= {column[2], column[1], column[0], column[3]};
      endcase
    end
  end
  assign words = rotated[63:0];
  always_ff @(posedge aclk) begin
    if (shift_2) begin
      unique case (byte_2)
        2'd0: bytes <= rotated[0+:8*LANES_K];
        2'd1: bytes <= rotated[8+:8*LANES_K];
        2'd2: bytes <= rotated[16+:8*LANES_K];
        default: bytes <= rotated[24+:8*LANES_K];
      endcase
    end
  end
endmodule
