// Whether an instruction's fields are within their ranges: two cycles after it, the status that it deserves.
//
// `group_rows` against the loops is checked while they run (sequencer.sv): that costs no multiplier.
module instruction_check #(
    parameter int LANES_K   = 12,
    parameter int LANES_O   = 4,
    parameter int LANES_P   = 8,
    parameter int ACT_LINES = 3072,
    parameter int W_ROWS    = 3072
) (
    input  logic                aclk,
    input  engine_pkg::array_t  array,
    output engine_pkg::status_t status
);
  /* verilator lint_off UNUSEDSIGNAL */  // the rest of it is zero
  engine_pkg::move_t move;
  assign move = array;

  function automatic logic outside(input logic [7:0] value, input logic [7:0] low, input logic [7:0] high);
    outside = value < low || value > high;
  endfunction

  // Not from -32768 to 65535.
  function automatic logic out_of_range(input logic [31:0] value);
    out_of_range = value[31:16] != 16'd0 && value[31:15] != '1;
  endfunction
  /* verilator lint_on UNUSEDSIGNAL */

  logic is_array, is_move, is_end;
  logic counts, lanes, limits, rows, fields, banks, unaligned, beyond;
  logic [16:0] move_end;
  assign move_end = {1'b0, move.address} + {1'b0, move.bank_bytes};
  always_ff @(posedge aclk) begin
    is_array <= array.opcode == engine_pkg::OP_ARRAY;
    is_move <= array.opcode == engine_pkg::OP_LOAD || array.opcode == engine_pkg::OP_STORE;
    is_end <= array.opcode == engine_pkg::OP_END;

    counts <= array.groups == 16'd0 || array.kernel_rows == 8'd0 || array.taps == 8'd0 || array.tiles == 16'd0
        || array.rows_out == 8'd0 || array.columns_out == 16'd0;
    lanes <= outside(array.phases, 8'd1, 8'd4) || outside(array.last_channels, 8'd1, 8'(LANES_O))
        || outside(array.last_lanes, 8'd1, 8'(LANES_K));
    fields <= array.lane_shift > 8'd4 || array.last_lane >= 8'(LANES_P) || array.out_last_lane >= 8'(LANES_P)
        || array.shift > 8'd31 || (array.maximum && (array.shift_phases || array.tiles != 16'd1));
    limits <= out_of_range(array.low) || out_of_range(array.high);
    // The program comes in whole bursts, so that the last rows of the ring may stay empty.
    rows <= array.group_rows < 16'd2 || array.group_rows > 16'(W_ROWS - 15);

    banks <= outside(move.banks, 8'd1, 8'(LANES_P)) || move.region > 8'd1 || move.bank_bytes == 16'd0;
    unaligned <= move.address[2:0] != 3'd0 || move.bank_bytes[2:0] != 3'd0 || move.offset[2:0] != 3'd0;
    beyond <= move_end > 17'(16 * ACT_LINES);
  end

  always_ff @(posedge aclk) begin
    if (is_array) begin
      status <= counts || lanes || fields || limits || rows ? engine_pkg::STATUS_INSTRUCTION : engine_pkg::STATUS_OK;
    end else if (is_move) begin
      status <= banks ? engine_pkg::STATUS_INSTRUCTION
          : unaligned ? engine_pkg::STATUS_ALIGNMENT
          : beyond ? engine_pkg::STATUS_ADDRESS : engine_pkg::STATUS_OK;
    end else begin
      status <= is_end ? engine_pkg::STATUS_OK : engine_pkg::STATUS_INSTRUCTION;
    end
  end
endmodule
