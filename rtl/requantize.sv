// From a position's sum to the byte that is written, three cycles later: bias, arithmetic shift, limits.
module requantize (
    input  logic               aclk,
    input  logic        [ 2:0] enable,     // of each cycle
    input  logic signed [31:0] total,
    input  logic signed [31:0] bias,
    input  logic        [ 4:0] shift,
    input  logic signed [16:0] low,
    input  logic signed [16:0] high,
    input  logic               high_byte,
    output logic        [ 7:0] result
);
  logic signed [31:0] biased, shifted;
  always_ff @(posedge aclk) begin
    if (enable[0]) biased <= total + bias;
    if (enable[1]) shifted <= biased >>> shift;
  end
  // Compared in 17 bits, which hold both limits.
  logic fits, below, above;
  logic [15:0] clipped;
  assign fits  = shifted[31:16] == '0 || shifted[31:16] == '1;
  assign below = fits ? $signed(shifted[16:0]) < low : shifted[31];
  assign above = fits ? $signed(shifted[16:0]) > high : !shifted[31];
  assign clipped = below ? low[15:0] : above ? high[15:0] : shifted[15:0];
  always_ff @(posedge aclk) begin
    if (enable[2]) result <= high_byte ? clipped[15:8] : clipped[7:0];
  end
endmodule
