// 64-bit counters in a small memory. Each event adds to a short sum of its own; one of these after the
// other is moved into the memory, so that one wide adder serves all. 40 cycles after the last event
// all are there.
module counter_memory #(
    parameter int COUNT = 23  // at most 32
) (
    input  logic                   aclk,
    input  logic                   aresetn,
    input  logic                   clear,   // pulse, without events
    input  logic [COUNT-1:0][19:0] add,     // in this cycle; at most 2^20 - 1 in 32 cycles
    input  logic [            4:0] wanted,
    output logic                   given,   // pulse, in each 32 cycles
    output logic [           63:0] value
);
  logic [31:0][19:0] sums;
  logic [ 4:0] turn, turn_1;
  logic        valid_1;
  logic [31:0] empty;  // what the memory holds is of the run before
  logic [63:0] memory[32];
  logic [63:0] before_1;
  logic [19:0] sum_1;

  for (genvar i = 0; i < 32; i++) begin : g_sum
    if (i < COUNT) begin : g_used
      logic [19:0] sum;
      assign sums[i] = sum;
      always_ff @(posedge aclk) begin
        if (!aresetn || clear) sum <= 20'd0;
        else sum <= (turn == 5'(i) ? 20'd0 : sum) + add[i];
      end
    end else begin : g_unused
      assign sums[i] = 20'd0;
    end
  end

  assign value = before_1 + {44'd0, sum_1};
  assign given = valid_1 && turn_1 == wanted;

  always_ff @(posedge aclk) begin
    before_1 <= empty[turn] ? 64'd0 : memory[turn];
    sum_1 <= sums[turn];
    turn_1 <= turn;
    if (valid_1) memory[turn_1] <= value;
  end

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      turn <= 5'd0;
      valid_1 <= 1'b0;
      empty <= '1;
    end else begin
      turn <= turn + 5'd1;
      valid_1 <= !clear;
      if (clear) empty <= '1;
      else if (valid_1) empty[turn_1] <= 1'b0;
    end
  end
endmodule
