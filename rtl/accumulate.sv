// The sum, or the largest, of the steps of a position.
module accumulate (
    input  logic               aclk,
    input  logic               enable,
    input  logic               first,    // of the position
    input  logic               shift,    // the sum goes up by eight bits before
    input  logic               maximum,
    input  logic               outside,  // the maximum's tap does not count; `value` is zero
    input  logic signed [19:0] value,
    output logic signed [31:0] total
);
  logic [31:0] term, operand, sum;
  // A tap that does not count is worth -2^24.
  assign term = {{8{value[19] | outside}}, {4{value[19]}}, value};
  // For a maximum the sum's sign says whether `term` is at most the total: ~total is -total - 1.
  assign operand = first ? 32'd0 : maximum ? ~total : shift ? {total[23:0], 8'd0} : total;
  assign sum = term + operand;
  always_ff @(posedge aclk) begin
    if (enable) begin
      if (!maximum || first) total <= sum;
      else if (!sum[31]) total <= term;
    end
  end
endmodule
