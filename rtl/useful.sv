// Counts a step's useful multiply-accumulates: bytes of the run, channels and rows that exist. Two cycles after it.
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
  // Products by sums: these are no work for DSPs.
  function automatic logic [10:0] product(input logic [6:0] value, input logic [4:0] times);
    logic [10:0] sum;
    sum = '0;
    for (int i = 0; i < 5; i++) if (times[i]) sum = sum + (11'(value) << i);
    product = sum;
  endfunction
  logic valid_1;
  logic [3:0] bytes, channels;
  logic [6:0] lane_1;
  logic [4:0] lanes_1;
  assign bytes    = step.last_tile ? array.last_lanes[3:0] : 4'(LANES_K);
  assign channels = step.last_group ? array.last_channels[3:0] : 4'(LANES_O);
  always_ff @(posedge aclk) begin
    valid_1      <= valid && !reset;
    lane_1       <= array.unweighted ? 7'd0 : 7'(product({3'b0, bytes}, {1'b0, channels}));
    lanes_1      <= step.row_exists ? array.out_last_lane[4:0] + 5'd1 : array.out_last_lane[4:0];
    count_step   <= valid_1 && !reset;
    count_useful <= valid_1 && !reset ? product(lane_1, lanes_1) : 11'd0;
  end
endmodule
