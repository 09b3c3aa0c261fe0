// Fetches instructions from the program ring and executes them one after the other: an ARRAY as bias rows and steps,
// one in each cycle while its rows are there; a LOAD or a STORE by the mover. docs/engine.md has the cycles.
module sequencer #(
    parameter int LANES_K   = 12,
    parameter int LANES_O   = 4,
    parameter int LANES_P   = 8,
    parameter int ACT_LINES = 3072,
    parameter int W_ROWS    = 3072
) (
    input  logic aclk,
    input  logic reset,
    output logic frame_end,

    input  logic [                 15:0] ring_available,
    output logic                         ring_read,
    output logic [                 11:0] ring_offset,
    input  logic [LANES_K*LANES_O*8-1:0] ring_data,
    output logic                         ring_free,
    output logic [                 12:0] ring_free_rows,
    input  logic                         ring_ended,

    output logic              move_start,
    output engine_pkg::move_t move,
    input  logic              move_done,

    output engine_pkg::array_t array,    // in execution
    output logic               restart,  // it begins
    output logic               bias,     // a bias row enters the array
    output logic               step,     // a step does
    input  logic               position_end,
    input  logic               group_end,
    input  logic               last_group,
    input  logic               address_fault,

    output logic                         fault,
    output engine_pkg::status_t          fault_status,
    output logic                  [31:0] where,
    output engine_pkg::activity_t        activity,
    output logic                  [12:0] count_program_rows,
    output logic                  [12:0] count_weight_rows
);
  localparam int ROW_BITS = LANES_K * LANES_O * 8;
  localparam int ROWS = (8 * engine_pkg::INSTRUCTION_BYTES + ROW_BITS - 1) / ROW_BITS;  // of an instruction
  // From the last row's read: RING_LATENCY, a register, two cycles of checks.
  localparam int ARRIVAL = engine_pkg::RING_LATENCY + 2;
  localparam int GAP = 3;

  typedef enum logic [3:0] {
    FETCH,
    PAUSE,
    ARRIVE,
    DISPATCH,
    RESTART,
    BIAS,
    STEP,
    MOVE,
    HALT
  } state_t;
  state_t state;

  logic ready;  // the rows that this cycle may begin with are in the ring
  logic ended;
  logic drained;
  logic missing;  // they would never come, in the cycle before

  // Fetch: the rows go through a shift register that ends as the instruction.
  logic [3:0] fetched, waited;
  logic fetch, fetch_last;
  assign fetch = state == FETCH && (ready || fetched != 4'd0);
  assign fetch_last = fetch && fetched == 4'(ROWS - 1);
  logic [engine_pkg::RING_LATENCY-1:0] arriving;
  logic [ROWS*ROW_BITS-1:0] fetched_rows;
  always_ff @(posedge aclk) begin
    arriving <= {arriving[engine_pkg::RING_LATENCY-2:0], fetch};
    if (arriving[engine_pkg::RING_LATENCY-1]) begin
      fetched_rows <= (ROWS * ROW_BITS)'({ring_data, fetched_rows} >> ROW_BITS);
    end
  end
  engine_pkg::array_t instruction;
  assign instruction = fetched_rows[8*engine_pkg::INSTRUCTION_BYTES-1:0];
  assign move = instruction;
  engine_pkg::status_t verdict;
  instruction_check #(
      .LANES_K(LANES_K), .LANES_O(LANES_O), .LANES_P(LANES_P), .ACT_LINES(ACT_LINES), .W_ROWS(W_ROWS)
  ) check (
      .aclk, .array(instruction), .status(verdict)
  );

  // Rows of the group, by the loops and by the instruction.
  logic [15:0] offset, last_offset;
  logic mismatch;  // in the cycle before
  assign bias = state == BIAS && ready;
  assign step = state == STEP;
  always_ff @(posedge aclk) begin
    mismatch    <= step && !reset && (position_end != (offset == last_offset));
    last_offset <= array.group_rows - 16'd1;
    if (state != STEP && !bias) offset <= '0;
    else if (!position_end || bias) offset <= offset + 16'd1;
    else offset <= group_end ? 16'd0 : 16'd1;
  end

  assign ring_read = fetch || bias || step;
  assign ring_offset = state == FETCH ? {8'd0, fetched} : offset[11:0];
  assign ring_free = fetch_last || (step && group_end);
  assign ring_free_rows = state == FETCH ? 13'(ROWS) : array.group_rows[12:0];
  assign count_program_rows = fetch_last ? 13'(ROWS) : 13'd0;
  assign count_weight_rows = step && group_end ? array.group_rows[12:0] : 13'd0;

  // What has to be in the ring in this cycle for the next one to begin with: rows in use are not free yet.
  logic [16:0] need, need_more, need_end;
  always_ff @(posedge aclk) begin
    need_more <= {array.group_rows, 1'b0};
    need_end  <= {1'b0, array.group_rows} + 17'(ROWS);
  end
  always_comb begin
    if (bias || step) need = last_group ? need_end : need_more;
    else if (state == RESTART || state == BIAS) need = {1'b0, array.group_rows};
    else need = 17'(ROWS);
  end
  always_ff @(posedge aclk) begin
    ready <= !reset && {1'b0, ring_available} >= need;
    ended <= !reset && ring_ended;
  end

  // The pipeline behind the last step.
  logic [4:0] draining;
  always_ff @(posedge aclk) begin
    if (reset) begin
      draining <= '0;
      drained  <= 1'b1;
    end else if (bias || step) begin
      draining <= 5'(engine_pkg::DRAIN_CYCLES - 1);
      drained  <= 1'b0;
    end else if (!drained) begin
      draining <= draining - 5'd1;
      drained  <= draining == 5'd1;
    end
  end

  // The row of the block that comes next, and the first one of what was fetched.
  logic [31:0] next_row, fetched_row;
  always_ff @(posedge aclk) begin
    if (reset || frame_end) next_row <= 32'(ROWS);
    else if (ring_free) next_row <= next_row + {19'd0, ring_free_rows};
    if (fetch && fetched == 4'd0) fetched_row <= next_row;
  end

  logic dispatch, halt;
  engine_pkg::status_t halt_status;
  assign dispatch = state == DISPATCH && drained;
  // What is dispatched: an END, a move or an ARRAY. Nothing looks at `array` but where it is one, and it has been checked.
  logic is_array, is_end;
  always_ff @(posedge aclk) begin
    is_array <= instruction.opcode == engine_pkg::OP_ARRAY;
    is_end   <= instruction.opcode == engine_pkg::OP_END;
    if (dispatch) array <= instruction;
  end
  always_comb begin
    halt = 1'b1;
    if (address_fault) halt_status = engine_pkg::STATUS_ADDRESS;
    else if (mismatch) halt_status = engine_pkg::STATUS_INSTRUCTION;
    else if (dispatch) begin
      halt_status = verdict;
      halt = verdict != engine_pkg::STATUS_OK;
    end else begin
      halt_status = engine_pkg::STATUS_TRUNCATED;
      halt = missing;
    end
  end
  always_ff @(posedge aclk) begin
    missing <= !reset && ended && !ready && drained && (state == BIAS || (state == FETCH && fetched == 4'd0));
  end

  always_ff @(posedge aclk) begin
    frame_end  <= 1'b0;
    move_start <= 1'b0;
    restart    <= 1'b0;
    fault      <= 1'b0;
    if (state != HALT) fault_status <= halt_status;
    if (reset) begin
      state   <= FETCH;
      waited  <= '0;
      fetched <= '0;
      where   <= '0;
    end else if (state == HALT) begin
      state <= HALT;
    end else if (halt) begin
      state <= HALT;
      fault <= 1'b1;
      // An address or a mismatch is found out while its instruction is still the one in execution.
      if (state == FETCH && !address_fault && !mismatch) where <= next_row;
      else if (state == DISPATCH && !address_fault) where <= fetched_row;
    end else begin
      unique case (state)
        PAUSE: begin
          waited <= waited - 4'd1;
          if (waited == 4'd1) state <= FETCH;
        end
        FETCH: begin
          if (fetch) fetched <= fetched + 4'd1;
          if (fetch_last) begin
            state  <= ARRIVE;
            waited <= 4'(ARRIVAL - 1);
          end
        end
        ARRIVE: begin
          fetched <= '0;
          waited  <= waited - 4'd1;
          if (waited == 4'd0) begin
            state  <= DISPATCH;
            waited <= '0;
          end
        end
        DISPATCH: begin
          if (drained) begin
            where <= fetched_row;
            if (is_array) begin
              restart <= 1'b1;
              state   <= RESTART;
            end else if (is_end) begin
              frame_end <= 1'b1;
              waited    <= 4'(GAP);
              state     <= PAUSE;
            end else begin
              move_start <= 1'b1;
              state      <= MOVE;
            end
          end
        end
        RESTART: state <= BIAS;
        BIAS: if (ready) state <= STEP;
        STEP: if (group_end) state <= last_group ? FETCH : BIAS;
        MOVE: if (move_done) state <= FETCH;
        default: state <= HALT;
      endcase
    end
  end

  always_comb begin
    activity = engine_pkg::ACTIVITY_DECODE;
    if (reset || state == HALT) activity = engine_pkg::ACTIVITY_IDLE;
    else if (bias || step) activity = engine_pkg::ACTIVITY_STEP;
    else if (state == BIAS || (state == FETCH && !fetch)) activity = engine_pkg::ACTIVITY_WAIT_PROGRAM;
    else if (state == DISPATCH && !drained) activity = engine_pkg::ACTIVITY_DRAIN;
    else if (state == MOVE) begin
      activity = instruction.opcode == engine_pkg::OP_STORE ? engine_pkg::ACTIVITY_STORE : engine_pkg::ACTIVITY_LOAD;
    end
  end
endmodule
