// The loops of an ARRAY and its one address generator: the place of a step, a new one in each cycle with `advance`.
//
// Each loop keeps where its turn began, so that the loop around it goes on from there: one adder for each address.
module steps #(
    parameter int LANES_K = 12,
    parameter int LANES_O = 4
) (
    input  logic                aclk,
    /* verilator lint_off UNUSEDSIGNAL */  // others use its other fields
    input  engine_pkg::array_t  array,
    /* verilator lint_on UNUSEDSIGNAL */
    input  logic                restart,  // the next step is the first one
    input  logic                advance,  // this step is taken
    output engine_pkg::step_t   step,
    output logic                group_end,  // this step is the group's last one
    output logic                last_group
);
  logic tile_last, tap_last, kernel_last, phase_last, x_last;
  logic [5:0] twins;  // the same and the rows', for the end of all: it reaches furthest
  // Whether the loops up to here end with this step.
  logic end_tile, end_tap, end_kernel, end_phase, end_x, end_row;
  assign end_tile   = tile_last;
  assign end_tap    = tile_last && tap_last;
  assign end_kernel = tile_last && tap_last && kernel_last;
  assign end_phase  = end_kernel && phase_last;
  assign end_x      = end_kernel && (phase_last && x_last);
  assign end_row    = &twins;
  assign group_end  = end_row;

  loop_counter #(.WIDTH(16)) tile_loop (
      .aclk, .restart, .advance(advance), .count(array.tiles), .last(tile_last), .last_twin(twins[0])
  );
  loop_counter #(.WIDTH(8)) tap_loop (
      .aclk, .restart, .advance(advance && end_tile), .count(array.taps), .last(tap_last), .last_twin(twins[1])
  );
  loop_counter #(.WIDTH(8)) kernel_loop (
      .aclk, .restart, .advance(advance && end_tap), .count(array.kernel_rows), .last(kernel_last), .last_twin(twins[2])
  );
  loop_counter #(.WIDTH(3)) phase_loop (
      .aclk, .restart, .advance(advance && end_kernel), .count(array.phases[2:0]), .last(phase_last), .last_twin(twins[3])
  );
  loop_counter #(.WIDTH(16)) x_loop (
      .aclk, .restart, .advance(advance && end_phase), .count(array.columns_out), .last(x_last), .last_twin(twins[4])
  );
  /* verilator lint_off PINCONNECTEMPTY */
  loop_counter #(.WIDTH(8)) row_loop (
      .aclk, .restart, .advance(advance && end_x), .count(array.rows_out), .last(), .last_twin(twins[5])
  );
  loop_counter #(.WIDTH(16)) group_loop (
      .aclk, .restart, .advance(advance && end_row), .count(array.groups), .last(last_group), .last_twin()
  );
  /* verilator lint_on PINCONNECTEMPTY */

  // The byte in the row: where this step, its tap, its position and its group begin.
  logic signed [17:0] column, tap_column, x_column, group_column;
  logic signed [17:0] next_tile, next_tap, next_x, next_group;
  assign next_tile  = column + 18'(LANES_K);
  assign next_tap   = tap_column + {2'b0, array.tap_step};
  assign next_x     = x_column + {2'b0, array.column_step};
  assign next_group = group_column + {10'b0, array.group_step};
  logic signed [17:0] next_column;
  assign next_column = !end_tile ? next_tile
      : !end_tap ? next_tap
      : !end_phase ? x_column
      : !end_x ? next_x
      : !end_row ? group_column : next_group;
  always_ff @(posedge aclk) begin
    if (restart) begin
      column       <= {{2{array.column[15]}}, array.column};
      tap_column   <= {{2{array.column[15]}}, array.column};
      x_column     <= {{2{array.column[15]}}, array.column};
      group_column <= {{2{array.column[15]}}, array.column};
    end else if (advance) begin
      column <= next_column;
      if (end_tile) tap_column <= next_column;
      if (end_phase) x_column <= next_column;
      if (end_row) group_column <= next_column;
    end
  end

  // The row: of this step, and of the position's first kernel row; the latter's address is of this phase.
  logic signed [9:0] lane, first_lane, next_first_lane;
  logic [7:0] row, first_row, next_first_row;
  logic [15:0] address, first_address, phase_address, next_first_address;
  // A move by n rows wraps where row + n >= band_rows: where row is at least their difference.
  logic [8:0] limit, first_limit;
  logic wrap, first_wrap;
  logic [15:0] wrapped_pitch, wrapped_step;
  always_ff @(posedge aclk) begin
    limit         <= {1'b0, array.band_rows} - 9'd1;
    first_limit   <= {1'b0, array.band_rows} - {1'b0, array.stride_rows};
    wrapped_pitch <= array.row_pitch - array.band_bytes;
    wrapped_step  <= array.row_step - array.band_bytes;
  end
  assign wrap = limit[8] || row >= limit[7:0];
  assign first_wrap = first_limit[8] || first_row >= first_limit[7:0];
  // Of the next output row, or of the first one.
  always_comb begin
    next_first_lane    = {{2{array.lane[7]}}, array.lane};
    next_first_row     = array.row;
    next_first_address = array.row_address;
    if (!restart && !end_row) begin
      next_first_lane    = first_wrap ? first_lane + 10'd1 : first_lane;
      next_first_row     = first_row + (first_wrap ? -first_limit[7:0] : array.stride_rows);
      next_first_address = first_address + (first_wrap ? wrapped_step : array.row_step);
    end
  end
  logic [15:0] next_phase_address;
  assign next_phase_address = phase_address + array.phase_step;
  always_ff @(posedge aclk) begin
    if (restart || (advance && end_x)) begin
      first_lane    <= next_first_lane;
      first_row     <= next_first_row;
      first_address <= next_first_address;
      phase_address <= next_first_address;
      lane          <= next_first_lane;
      row           <= next_first_row;
      address       <= next_first_address;
    end else if (advance && end_kernel) begin
      lane          <= first_lane;
      row           <= first_row;
      phase_address <= end_phase ? first_address : next_phase_address;
      address       <= end_phase ? first_address : next_phase_address;
    end else if (advance && end_tap) begin
      lane    <= wrap ? lane + 10'd1 : lane;
      row     <= row + (wrap ? -limit[7:0] : 8'd1);
      address <= address + (wrap ? wrapped_pitch : array.row_pitch);
    end
  end

  // Which step of the position, and the phase's signedness.
  logic first, phase_first, later_phase;
  logic [3:0] signs;
  always_ff @(posedge aclk) begin
    if (restart || (advance && end_phase)) begin
      first       <= 1'b1;
      phase_first <= 1'b1;
      later_phase <= 1'b0;
      signs       <= array.signed_phases[3:0];
    end else if (advance) begin
      first       <= 1'b0;
      phase_first <= end_kernel;
      if (end_kernel) begin
        later_phase <= 1'b1;
        signs       <= signs >> 1;
      end
    end
  end

  // Where the result goes.
  logic [16:0] out_address, out_row, out_group, next_out;
  logic [7:0] out_row_number;
  function automatic logic [16:0] sticky(input logic [16:0] address_, input logic [15:0] pitch);
    logic [16:0] sum;
    sum = {1'b0, address_[15:0]} + {1'b0, pitch};
    sticky = {sum[16] | address_[16], sum[15:0]};
  endfunction
  assign next_out = !end_x ? sticky(out_address, array.out_pixel_pitch)
      : !end_row ? sticky(out_row, array.out_row_pitch)
      : sticky(out_group, 16'(LANES_O));
  always_ff @(posedge aclk) begin
    if (restart) begin
      out_address    <= {1'b0, array.out_address};
      out_row        <= {1'b0, array.out_address};
      out_group      <= {1'b0, array.out_address};
      out_row_number <= '0;
    end else if (advance && end_phase) begin
      out_address <= next_out;
      if (end_x) begin
        out_row        <= next_out;
        out_row_number <= end_row ? '0 : out_row_number + 8'd1;
      end
      if (end_row) out_group <= next_out;
    end
  end

  assign step.address     = address;
  assign step.column      = column;
  assign step.lane        = lane;
  assign step.row         = row;
  assign step.is_signed   = signs[0];
  assign step.first       = first;
  assign step.shift       = array.shift_phases && later_phase && phase_first;
  assign step.last        = end_phase;
  assign step.last_tile   = tile_last;
  assign step.last_group  = last_group;
  assign step.row_exists  = out_row_number < array.out_last_rows;
  assign step.out_address = out_address;
endmodule
