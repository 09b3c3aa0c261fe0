// The program memory: rows of LANES_K * LANES_O bytes, written by columns of 64 bits as the bus gives
// them, read as a whole. A ring of rows for a program that is longer than it; otherwise the rows stay.
//
// It tells the core of the executed frame's rows alone, though those of the next may be here already.
module program_ring #(
    parameter int LANES_K = 12,
    parameter int LANES_O = 4,
    parameter int W_ROWS  = 3072
) (
    input  logic                         aclk,
    input  logic                         run,        // low: empty
    input  logic                         resident,
    input  logic [                 28:0] rows,       // of a frame
    input  logic                         frame_end,
    output logic                         trailing,   // at `frame_end`: there are more rows
    // From the bus.
    input  logic                         beat,
    input  logic [                 63:0] beat_data,
    input  logic                         issue,
    input  logic [                  4:0] issue_beats,
    output logic [                 15:0] space,      // beats neither here nor asked for
    // To the core.
    output logic [                 15:0] ring_available,
    output logic                         ring_ended,
    input  logic                         ring_read,
    input  logic [                 11:0] ring_offset,
    output logic [LANES_K*LANES_O*8-1:0] ring_data,
    input  logic                         ring_free,
    input  logic [                 12:0] ring_free_rows
);
  localparam int COLUMNS = LANES_K * LANES_O / 8;
  localparam int ROW_BITS = $clog2(W_ROWS);

  // A product without a multiplier.
  function automatic logic [15:0] columns_of(input logic [12:0] count);
    logic [15:0] sum;
    sum = 16'd0;
    for (int i = 0; i < 4; i++) if (COLUMNS[i]) sum = sum + ({3'd0, count} << i);
    columns_of = sum;
  endfunction

  // Writing.
  logic [ROW_BITS-1:0] write_row;
  logic [ 3:0] write_column;
  logic [28:0] to_come;  // rows of the frame that the next beat belongs to
  logic        row_done;
  assign row_done = beat && write_column == 4'(COLUMNS - 1);

  // Rows here and not freed: of the executed frame, and of the one after it.
  logic [12:0] current, following, current_left;
  logic [ROW_BITS-1:0] head;
  logic        head_wraps;
  logic [12:0] head_moved;
  // `ring_free` comes late in its cycle: what would be left and where, whether or not it comes.
  assign current_left = current - ring_free_rows;
  assign head_moved = 13'(head) + ring_free_rows;
  assign head_wraps = head_moved >= 13'(W_ROWS);
  // The core frees END's rows before `frame_end`, so what it frees in this cycle does not matter.
  assign trailing = !ring_ended || current != 0;
  assign ring_available = {3'd0, current};

  logic [15:0] freed_beats;

  always_ff @(posedge aclk) begin
    if (!run) begin
      write_row <= '0;
      write_column <= 4'd0;
      to_come <= rows;
      current <= 13'd0;
      following <= 13'd0;
      ring_ended <= 1'b0;
      head <= '0;
      freed_beats <= 16'd0;
      space <= 16'(W_ROWS * COLUMNS);
    end else begin
      if (beat) write_column <= row_done ? 4'd0 : write_column + 4'd1;
      if (row_done) begin
        write_row <= write_row == ROW_BITS'(W_ROWS - 1) ? '0 : write_row + ROW_BITS'(1);
        to_come   <= to_come == 29'd1 ? rows : to_come - 29'd1;
      end

      // `ring_ended`: what comes belongs to the next frame. All of that frame is never here at once
      // before `frame_end`: it is longer than the ring.
      if (frame_end && resident) begin
        current <= rows[12:0];
        head <= '0;
      end else begin
        if (ring_free) head <= head_wraps ? ROW_BITS'(head_moved - 13'(W_ROWS)) : ROW_BITS'(head_moved);
        if (frame_end) begin
          current <= following + {12'd0, row_done};
          following <= 13'd0;
          ring_ended <= 1'b0;
        end else begin
          current <= ring_free ? current_left + {12'd0, row_done && !ring_ended}
              : current + {12'd0, row_done && !ring_ended};
          following <= following + {12'd0, row_done && ring_ended};
          if (row_done && to_come == 29'd1) ring_ended <= 1'b1;
        end
      end

      freed_beats <= resident || !ring_free ? 16'd0 : columns_of(ring_free_rows);
      space <= space + freed_beats - (issue ? {11'd0, issue_beats} : 16'd0);
    end
  end

  // Reading: a register for the address, the memory's, and one behind it.
  logic [12:0] sum;
  logic [ROW_BITS-1:0] read_row;
  logic read_1, read_2;
  assign sum = 13'(head) + {1'b0, ring_offset};

  always_ff @(posedge aclk) begin
    read_1 <= ring_read;
    read_2 <= read_1;
    if (ring_read) read_row <= sum >= 13'(W_ROWS) ? ROW_BITS'(sum - 13'(W_ROWS)) : ROW_BITS'(sum);
  end

  for (genvar c = 0; c < COLUMNS; c++) begin : g_column
    (* ram_style = "block" *) logic [63:0] memory[W_ROWS];
    logic [63:0] found;
    always_ff @(posedge aclk) begin
      if (beat && write_column == 4'(c)) memory[write_row] <= beat_data;
    end
    always_ff @(posedge aclk) begin
      if (read_1) found <= memory[read_row];
    end
    always_ff @(posedge aclk) begin
      if (read_2) ring_data[64*c+:64] <= found;
    end
  end
endmodule
