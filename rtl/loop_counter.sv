// One of the nested loops: counts `count` turns, told by `last`, whose next value is always ready in a register.
module loop_counter #(
    parameter int WIDTH = 8
) (
    input  logic             aclk,
    input  logic             restart,  // the next turn is the first one of `count`
    input  logic             advance,  // a turn ends; after the last one the first follows
    input  logic [WIDTH-1:0] count,    // at least 1
    output logic             last,
    output logic             last_twin  // the same, for those who look at many loops' ends at once
);
  (* keep = "true" *) logic twin;
  assign last_twin = twin;
  logic [WIDTH-1:0] left;  // turns after this one
  always_ff @(posedge aclk) begin
    if (restart || (advance && last)) begin
      left <= count - WIDTH'(1);
      last <= count == WIDTH'(1);
      twin <= count == WIDTH'(1);
    end else if (advance) begin
      left <= left - WIDTH'(1);
      last <= left == WIDTH'(1);
      twin <= left == WIDTH'(1);
    end
  end
endmodule
