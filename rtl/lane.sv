// A lane of the array: LANES_O outputs of one pixel. Cycles are counted from the step's issue, as in engine_core.sv.
// What turns hundreds of bits has a register in each lane; so have the fields of the instruction.
module lane #(
    parameter int LANES_K = 12,
    parameter int LANES_O = 4
) (
    input  logic                                       aclk,
    input  logic                     [LANES_K-1:0][7:0] bytes,        // in cycle 6
    input  logic                     [LANES_K-1:0]      mask,         // which of them are in the row
    input  logic                                        row_inside,       // the row is in the feature map
    input  logic                                        is_signed,
    input  logic [LANES_O-1:0][LANES_K-1:0]       [7:0] weights,
    input  logic                                        maximum,
    input  logic                                        outside,      // 12: the maximum's tap does not count
    input  logic                                        sum_enable,   // 11
    input  logic                                        add_enable,   // 12
    input  logic                                        first,
    input  logic                                        shift_sum,
    input  logic                                  [2:0] enable,       // 13, 14, 15: a position's result follows
    input  logic [LANES_O-1:0]                   [31:0] biases,       // 14
    input  logic                                  [4:0] shift,
    input  logic                                 [16:0] low,
    input  logic                                 [16:0] high,
    input  logic                                        high_byte,
    output logic [LANES_O-1:0]                    [7:0] results       // 17
);
  logic [LANES_K-1:0][8:0] activations;
  for (genvar k = 0; k < LANES_K; k++) begin : g_activation
    logic taken;
    assign taken = row_inside && mask[k];
    assign activations[k] = {taken && is_signed && bytes[k][7], taken ? bytes[k] : 8'd0};
  end

  (* keep = "true" *) logic outside_later, sum_now, add_now, first_now, shift_sum_now, maximum_now, high_byte_now;
  (* keep = "true" *) logic [2:0] enable_now;
  (* keep = "true" *) logic [4:0] shift_now;
  (* keep = "true" *) logic [16:0] low_now, high_now;
  always_ff @(posedge aclk) begin
    outside_later <= outside;
    sum_now       <= sum_enable;
    add_now       <= add_enable;
    first_now     <= first;
    shift_sum_now <= shift_sum;
    maximum_now   <= maximum;
    enable_now    <= enable;
    shift_now     <= shift;
    low_now       <= low;
    high_now      <= high;
    high_byte_now <= high_byte;
  end

  logic [LANES_O-1:0][LANES_K-1:0][15:0] products;
  for (genvar o = 0; o < LANES_O; o++) begin : g_output
    logic signed [19:0] sum;
    logic signed [31:0] total;
    tree #(.LANES_K(LANES_K), .OFFSET(o % 2 == 0)) adders (
        .aclk, .products(products[o]), .clear(outside), .enable(sum_now), .sum
    );
    accumulate accumulator (
        .aclk, .enable(add_now), .first(first_now), .shift(shift_sum_now), .maximum(maximum_now),
        .outside(outside_later), .value(sum), .total
    );
    requantize requantizer (
        .aclk, .enable(enable_now), .total, .bias(biases[o]), .shift(shift_now), .low(low_now), .high(high_now),
        .high_byte(high_byte_now), .result(results[o])
    );
  end
  for (genvar i = 0; i < LANES_O / 2; i++) begin : g_pair
    for (genvar k = 0; k < LANES_K; k++) begin : g_mac
      logic [31:0] both;
      mac multiplier (
          .aclk,
          .activation (activations[k]),
          .low_weight (weights[2*i][k]),
          .high_weight(weights[2*i+1][k]),
          .products   (both)
      );
      assign products[2*i][k]   = both[15:0];
      assign products[2*i+1][k] = both[31:16];
    end
  end
endmodule
