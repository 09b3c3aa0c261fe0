// The sum of LANES_K products, three cycles after them.
module tree #(
    parameter int LANES_K = 12,
    parameter bit OFFSET  = 1'b0  // the products come with 2^15 added to each, as unsigned numbers
) (
    input  logic                        aclk,
    input  logic [LANES_K-1:0][15:0]    products,
    input  logic                        clear,     // in cycle 2: the sum is zero
    input  logic                        enable,    // in cycle 2
    output logic signed         [ 19:0] sum
);
  localparam int PAIRS = LANES_K / 2;
  localparam int QUADS = LANES_K / 4;
  logic [PAIRS-1:0][16:0] pairs;
  logic [QUADS-1:0][17:0] quads;
  function automatic logic [16:0] wide(input logic [15:0] product);
    wide = {!OFFSET && product[15], product};
  endfunction
  function automatic logic [17:0] wider(input logic [16:0] pair);
    wider = {!OFFSET && pair[16], pair};
  endfunction
  // Four offsets are 2^17: flipping that bit takes them away.
  function automatic logic [19:0] value(input logic [17:0] quad);
    value = {{3{quad[17] ^ OFFSET}}, quad[16:0]};
  endfunction
  always_ff @(posedge aclk) begin
    for (int i = 0; i < PAIRS; i++) pairs[i] <= wide(products[2*i]) + wide(products[2*i+1]);
    for (int i = 0; i < QUADS; i++) quads[i] <= wider(pairs[2*i]) + wider(pairs[2*i+1]);
  end
  logic [19:0] total;
  if (QUADS == 1) begin : g_one
    assign total = value(quads[0]);
  end else if (QUADS == 2) begin : g_two
    assign total = value(quads[0]) + value(quads[1]);
  end else begin : g_three
    assign total = value(quads[0]) + value(quads[1]) + value(quads[2]);
  end
  always_ff @(posedge aclk) begin
    if (clear) sum <= '0;
    else if (enable) sum <= total;
  end
endmodule
