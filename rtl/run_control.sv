// A run from start to done: the check, the frames, and every way to end.
module run_control #(
    parameter int LANES_K      = 12,
    parameter int LANES_O      = 4,
    parameter int W_ROWS       = 3072,
    parameter int ADDRESS_BITS = 32
) (
    input  logic                    aclk,
    input  logic                    aresetn,
    // Registers.
    input  logic                    start,
    input  logic                    abort,
    input  logic                    program_written,
    output logic                    idle,
    output logic                    done,
    output engine_pkg::status_t                 status,
    output logic [            31:0] where,
    input  logic [ADDRESS_BITS-1:0] program_address,
    input  logic [            31:0] program_bytes,
    input  logic [            31:0] frames,
    input  logic [             2:0] data_alignment,   // of the data's addresses, together
    // The program's reader.
    output logic                    reader_start,
    output logic [ADDRESS_BITS-1:0] reader_address,
    output logic [            28:0] reader_beats,
    output logic                    reader_again,
    output logic                    reader_stop,
    input  logic                    reader_busy,
    input  logic                    reader_error,
    input  logic                    starved,          // the core waits for rows that find no place
    input  logic                    reader_issued,    // pulse: all bursts of a frame are asked for
    // The check.
    output logic                    check_clear,
    output logic                    checking,
    input  logic                    check_wrong,
    input  engine_pkg::status_t                 check_status,
    input  logic [            28:0] check_rows,
    input  logic [            31:0] input_bytes,
    input  logic [            31:0] output_bytes,
    // The frames.
    output logic                    run,
    output logic                    resident,
    output logic                    first_frame,
    output logic [            32:0] input_start,      // bit 32: beyond 2^32
    output logic [            32:0] output_start,
    input  logic                    frame_end,
    input  logic                    trailing,         // at `frame_end`
    input  logic                    core_fault,
    input  engine_pkg::status_t                 core_status,
    input  logic [            31:0] core_where,
    input  logic                    mover_busy,
    input  logic                    mover_fault,
    input  engine_pkg::status_t                 mover_status,
    input  logic                    read_error,
    input  logic                    write_error,
    output logic                    frame_done
);
  localparam int ROW_BYTES = LANES_K * LANES_O;
  localparam int HEADER_BYTES = (engine_pkg::INSTRUCTION_BYTES + ROW_BYTES - 1) / ROW_BYTES * ROW_BYTES;

  typedef enum logic [2:0] {
    IDLE,
    INSPECT,
    CHECK,
    PREPARE,
    RUN,
    STOP
  } state_t;
  // Cycles in STOP: the core needs them to return to its reset state, the counters to add up.
  localparam logic [6:0] STOP_CYCLES = 7'd64;

  state_t state;
  logic checked;
  logic [31:0] frames_left, loads_left;
  logic [6:0] stop_left;
  logic read_through;  // the check's reader has ended: a cycle ago, as the CRC is compared by now
  // Rows that wait for a place while the core waits for them would wait for ever: what was freed takes
  // two cycles to become room.
  logic [2:0] starved_for;

  logic ends;  // the run, in this cycle
  engine_pkg::status_t ends_status;
  logic last_frame;
  assign last_frame = frames_left == 32'd1;

  always_comb begin
    ends = 1'b1;
    ends_status = engine_pkg::STATUS_OK;
    unique case (state)
      INSPECT:
      if (abort) ends_status = engine_pkg::STATUS_ABORTED;
      else if (program_address[6:0] != 0 || data_alignment != 0) ends_status = engine_pkg::STATUS_ALIGNMENT;
      else if (program_bytes[2:0] != 0 || program_bytes < 32'(2 * HEADER_BYTES))
        ends_status = engine_pkg::STATUS_TRUNCATED;
      else ends = 1'b0;
      CHECK:
      if (reader_error) ends_status = engine_pkg::STATUS_PROGRAM_READ;
      else if (abort) ends_status = engine_pkg::STATUS_ABORTED;
      else if (check_wrong || (read_through && check_status != engine_pkg::STATUS_OK))
        ends_status = check_status;
      else ends = 1'b0;
      PREPARE:
      if (abort) ends_status = engine_pkg::STATUS_ABORTED;
      else ends = frames == 0;
      RUN:
      if (core_fault) ends_status = core_status;
      else if (mover_fault) ends_status = mover_status;
      else if ((frame_end && trailing) || starved_for == 3'd7) ends_status = engine_pkg::STATUS_INSTRUCTION;
      else if (reader_error) ends_status = engine_pkg::STATUS_PROGRAM_READ;
      else if (read_error) ends_status = engine_pkg::STATUS_DATA_READ;
      else if (write_error) ends_status = engine_pkg::STATUS_DATA_WRITE;
      else if (abort) ends_status = engine_pkg::STATUS_ABORTED;
      else ends = frame_end && last_frame;
      default: ends = 1'b0;
    endcase
  end

  assign idle = state == IDLE;
  assign checking = state == CHECK;
  assign check_clear = state == INSPECT && !checked;
  assign run = state == RUN;
  assign resident = check_rows <= 29'(W_ROWS);
  assign frame_done = run && frame_end && !trailing;

  // Where the run ends in this cycle, `reader_stop` follows before a burst is asked for.
  assign reader_start = check_clear || state == PREPARE;
  assign reader_address = program_address + (state == PREPARE ? ADDRESS_BITS'(HEADER_BYTES) : '0);
  assign reader_beats = program_bytes[31:3] - (state == PREPARE ? 29'(HEADER_BYTES / 8) : 29'd0);
  assign reader_again = run && !resident && loads_left != 0;
  assign reader_stop = state == IDLE || state == STOP;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      state <= IDLE;
      checked <= 1'b0;
      done <= 1'b0;
      status <= engine_pkg::STATUS_OK;
      where <= 32'd0;
    end else begin
      done <= 1'b0;
      unique case (state)
        IDLE: if (start) state <= INSPECT;
        INSPECT: state <= checked ? PREPARE : CHECK;
        CHECK: if (read_through) state <= PREPARE;
        PREPARE: state <= RUN;
        STOP:
        if (stop_left == 0 && !reader_busy && !mover_busy) begin
          state <= IDLE;
          done  <= 1'b1;
        end
        default: ;
      endcase
      if (ends) begin
        state  <= STOP;
        status <= ends_status;
      end

      if (program_written || abort || (state == STOP && status != engine_pkg::STATUS_OK)) checked <= 1'b0;
      else if (checking && read_through) checked <= 1'b1;

      if (start) begin
        status <= engine_pkg::STATUS_OK;
        where  <= 32'd0;
      end else if (run) begin
        where <= core_where;
      end
    end
  end

  always_ff @(posedge aclk) begin
    read_through <= checking && !reader_busy;
    starved_for <= run && starved ? starved_for + 3'd1 : 3'd0;
    stop_left <= state != STOP ? STOP_CYCLES - 7'd1 : stop_left != 0 ? stop_left - 7'd1 : 7'd0;
    if (state == PREPARE) begin
      frames_left  <= frames;
      loads_left   <= frames - 32'd1;
      first_frame  <= 1'b1;
      input_start  <= 33'd0;
      output_start <= 33'd0;
    end else begin
      if (reader_issued && reader_again) loads_left <= loads_left - 32'd1;
      if (frame_done) begin
        frames_left  <= frames_left - 32'd1;
        first_frame  <= 1'b0;
        input_start  <= after(input_start, input_bytes);
        output_start <= after(output_start, output_bytes);
      end
    end
  end

  // The next frame's place; what is beyond 2^32 stays there.
  function automatic logic [32:0] after(input logic [32:0] from, input logic [31:0] bytes);
    logic [32:0] sum;
    sum = {1'b0, from[31:0]} + {1'b0, bytes};
    after = {sum[32] | from[32], sum[31:0]};
  endfunction
endmodule
