// Two products of one activation in one DSP48E1, four cycles after their factors:
// `products` = activation * (high_weight * 2^16 + low_weight) + 2^15, so that bits 31 to 16 are the high product exactly,
// and bits 15 to 0 the low one plus 2^15: a product of 9 and 8 bits has 16.
module mac (
    input  logic               aclk,
    input  logic signed [ 8:0] activation,
    input  logic signed [ 7:0] low_weight,
    input  logic signed [ 7:0] high_weight,
    output logic        [31:0] products
);
`ifdef SYNTHESIS
  /* verilator lint_off PINCONNECTEMPTY */
  logic [47:0] p;
  assign products = p[31:0];
  DSP48E1 #(
      .ACASCREG(1), .ADREG(1), .ALUMODEREG(0), .AREG(1), .AUTORESET_PATDET("NO_RESET"), .A_INPUT("DIRECT"),
      .BCASCREG(2), .BREG(2), .B_INPUT("DIRECT"), .CARRYINREG(0), .CARRYINSELREG(0), .CREG(1), .DREG(1),
      .INMODEREG(0), .MASK(48'h3FFFFFFFFFFF), .MREG(1), .OPMODEREG(0), .PATTERN(48'h0), .PREG(1),
      .SEL_MASK("MASK"), .SEL_PATTERN("PATTERN"), .USE_DPORT("TRUE"), .USE_MULT("MULTIPLY"),
      .USE_PATTERN_DETECT("NO_PATDET"), .USE_SIMD("ONE48")
  ) dsp (
      .CLK(aclk), .A({{22{low_weight[7]}}, low_weight}), .D({high_weight[7], high_weight, 16'b0}),
      .B({{9{activation[8]}}, activation}), .C(48'h8000), .P(p),
      .INMODE(5'b00100), .OPMODE(7'b0110101), .ALUMODE(4'b0000), .CARRYIN(1'b0), .CARRYINSEL(3'b000),
      .CEA1(1'b1), .CEA2(1'b1), .CEAD(1'b1), .CEALUMODE(1'b1), .CEB1(1'b1), .CEB2(1'b1), .CEC(1'b1),
      .CECARRYIN(1'b1), .CECTRL(1'b1), .CED(1'b1), .CEINMODE(1'b1), .CEM(1'b1), .CEP(1'b1),
      .RSTA(1'b0), .RSTALLCARRYIN(1'b0), .RSTALUMODE(1'b0), .RSTB(1'b0), .RSTC(1'b0), .RSTCTRL(1'b0),
      .RSTD(1'b0), .RSTINMODE(1'b0), .RSTM(1'b0), .RSTP(1'b0),
      .ACIN(30'b0), .BCIN(18'b0), .CARRYCASCIN(1'b0), .MULTSIGNIN(1'b0), .PCIN(48'b0),
      .ACOUT(), .BCOUT(), .CARRYCASCOUT(), .CARRYOUT(), .MULTSIGNOUT(), .OVERFLOW(), .PATTERNBDETECT(),
      .PATTERNDETECT(), .PCOUT(), .UNDERFLOW()
  );
  /* verilator lint_on PINCONNECTEMPTY */
`else
  logic signed [8:0] first_activation, activation_;
  logic signed [7:0] low, high;
  logic signed [24:0] weights;
  logic signed [31:0] product, sum;
  always_ff @(posedge aclk) begin
    first_activation <= activation;
    low              <= low_weight;
    high             <= high_weight;
    activation_      <= first_activation;
    weights          <= {high[7], high, 16'b0} + {{17{low[7]}}, low};
    product          <= 32'(activation_) * 32'(weights);
    sum              <= product + 32'sh8000;
  end
  assign products = sum;
`endif
endmodule
