// Counts a step's useful multiply-accumulates: bytes of the run, channels and rows that exist. Four cycles after it.
module useful #(
    parameter int LANES_K = 12,
    parameter int LANES_O = 4
) (
    input  logic                      aclk,
    input  logic                      reset,
    /* verilator lint_off UNUSEDSIGNAL */  // others use its other fields
    input  engine_pkg::array_t        array,
    /* verilator lint_on UNUSEDSIGNAL */
    input  logic                      valid,
    /* verilator lint_off UNUSEDSIGNAL */  // others use its other fields
    input  engine_pkg::step_t         step,
    /* verilator lint_on UNUSEDSIGNAL */
    output logic                      count_step,
    output logic               [10:0] count_useful
);
  // Products by sums, half of the factor's bits in one cycle: these are no work for DSPs.
  function automatic logic [10:0] product(input logic [6:0] value, input logic [2:0] times);
    product = (times[0] ? {4'd0, value} : 11'd0) + (times[1] ? {3'd0, value, 1'd0} : 11'd0)
        + (times[2] ? {2'd0, value, 2'd0} : 11'd0);
  endfunction
  logic [3:0] bytes, channels;
  assign bytes    = step.last_tile ? array.last_lanes[3:0] : 4'(LANES_K);
  assign channels = step.last_group ? array.last_channels[3:0] : 4'(LANES_O);

  logic valid_1, valid_2, valid_3;
  logic [6:0] even, odd, of_a_lane;
  logic [4:0] lanes_1, lanes_2;
  logic [10:0] few, many;
  always_ff @(posedge aclk) begin
    valid_1 <= valid && !reset;
    even    <= 7'(product({3'd0, bytes}, {1'b0, channels[1:0]}));
    odd     <= 7'(product({3'd0, bytes}, {1'b0, channels[3:2]}) << 2);
    lanes_1 <= step.row_exists ? array.out_last_lane[4:0] + 5'd1 : array.out_last_lane[4:0];

    valid_2   <= valid_1 && !reset;
    of_a_lane <= array.unweighted ? 7'd0 : even + odd;
    lanes_2   <= lanes_1;

    valid_3 <= valid_2 && !reset;
    few     <= product(of_a_lane, lanes_2[2:0]);
    many    <= product(of_a_lane, {1'b0, lanes_2[4:3]}) << 3;

    count_step   <= valid_3 && !reset;
    count_useful <= valid_3 && !reset ? few + many : 11'd0;
  end
endmodule
