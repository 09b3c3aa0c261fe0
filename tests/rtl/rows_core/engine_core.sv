// A core for tests of everything around the core: it executes programs but sums rows instead of
// computing with them. `ARRAY` reads each group's bias row once and then its other rows once for each
// position, one row a cycle, and writes one 64-bit sum of them all to bank 0 at `out_address`.
module engine_core
  import engine_pkg::*;
#(
    parameter int LANES_K   = 12,
    parameter int LANES_O   = 4,
    parameter int LANES_P   = 8,
    parameter int ACT_LINES = 3072,
    parameter int W_ROWS    = 3072
) (
    input logic aclk,
    input logic aresetn,

    input  logic run,
    output logic frame_end,

    input  logic [                 15:0] ring_available,
    output logic                         ring_read,
    output logic [                 11:0] ring_offset,
    input  logic [LANES_K*LANES_O*8-1:0] ring_data,
    output logic                         ring_free,
    output logic [                 12:0] ring_free_rows,
    input  logic                         ring_ended,

    output logic        move_start,
    output logic        move_store,
    output logic        move_region,
    output logic [ 4:0] move_banks,
    output logic [15:0] move_address,
    output logic [15:0] move_bytes,
    output logic [31:0] move_offset,
    input  logic        move_done,

    input  logic        bank_write,
    input  logic [ 3:0] bank_write_bank,
    input  logic [15:0] bank_write_address,
    input  logic [63:0] bank_write_data,
    input  logic        bank_read,
    input  logic [ 3:0] bank_read_bank,
    input  logic [15:0] bank_read_address,
    output logic [63:0] bank_read_data,

    output logic           fault,
    output status_t        fault_status,
    output logic    [31:0] where,

    output activity_t        activity,
    output logic             count_step,
    output logic      [10:0] count_useful,
    output logic      [12:0] count_program_rows,
    output logic      [12:0] count_weight_rows,
    output logic      [ 7:0] count_written
);
  localparam int ROW = LANES_K * LANES_O;
  localparam int ROWS = (INSTRUCTION_BYTES + ROW - 1) / ROW;

  typedef enum logic [3:0] {
    BEGIN,
    FETCH,
    READ,
    COLLECT,
    DECODE,
    GROUP,
    STEP,
    DRAIN,
    WRITE,
    MOVE
  } state_t;
  state_t state;
  logic [15:0] count;
  logic [31:0] position;
  logic [15:0] group;
  logic [ROWS*ROW*8-1:0] instruction;
  logic [31:0] row;

  logic [7:0] opcode;
  logic [15:0] groups, group_rows, out_address;
  logic [31:0] positions;
  assign opcode = instruction[7:0];
  assign groups = instruction[8*4+:16];
  assign group_rows = instruction[8*56+:16];
  assign positions = 32'(instruction[8*45+:8]) * 32'(instruction[8*46+:16]);
  assign out_address = instruction[8*48+:16];
  assign move_store = opcode == OP_STORE;
  assign move_region = instruction[8];
  assign move_banks = instruction[16+:5];
  assign move_address = instruction[8*4+:16];
  assign move_bytes = instruction[8*6+:16];
  assign move_offset = instruction[8*8+:32];

  logic [15:0] needed;
  logic enough;
  assign needed = state == FETCH ? 16'(ROWS) : group_rows;
  assign enough = ring_available >= needed;

  // What was read: which row of the instruction, or one to sum.
  logic [RING_LATENCY-1:0] read_valid, read_sum;
  logic [63:0] sum, folded;
  always_comb begin
    folded = 64'd0;
    for (int i = 0; i < ROW / 8; i++) folded = folded ^ ring_data[64*i+:64];
  end

  always_comb begin
    ring_read = (state == READ) || (state == STEP);
    ring_offset = count[11:0];
    ring_free = state == COLLECT && count == 16'(RING_LATENCY);
    ring_free_rows = 13'(ROWS);
    if (state == STEP && count == group_rows - 16'd1 && position + 1 == positions) begin
      ring_free = 1'b1;
      ring_free_rows = group_rows[12:0];
    end
    frame_end = state == DECODE && opcode == OP_END;
    move_start = state == DECODE && (opcode == OP_LOAD || opcode == OP_STORE);
    fault = 1'b0;
    fault_status = STATUS_OK;
    if ((state == FETCH || state == GROUP) && !enough && ring_ended) begin
      fault = run;
      fault_status = STATUS_TRUNCATED;
    end
    if (state == DECODE && opcode > OP_STORE) begin
      fault = 1'b1;
      fault_status = STATUS_INSTRUCTION;
    end
    case (state)
      FETCH, GROUP: activity = enough ? ACTIVITY_DECODE : ACTIVITY_WAIT_PROGRAM;
      STEP: activity = ACTIVITY_STEP;
      DRAIN, WRITE: activity = ACTIVITY_DRAIN;
      MOVE: activity = move_store ? ACTIVITY_STORE : ACTIVITY_LOAD;
      default: activity = ACTIVITY_DECODE;
    endcase
    count_step = state == STEP && count != 0;
    count_useful = 11'(LANES_K * LANES_O * LANES_P - 1);
    count_program_rows = ring_free && state == COLLECT ? 13'(ROWS) : 13'd0;
    count_weight_rows = ring_free && state == STEP ? ring_free_rows : 13'd0;
    count_written = state == WRITE ? 8'd8 : 8'd0;
    where = row;
  end

  always_ff @(posedge aclk) begin
    read_valid <= {read_valid[RING_LATENCY-2:0], ring_read && state == READ};
    read_sum   <= {read_sum[RING_LATENCY-2:0], ring_read && state == STEP};
    if (read_valid[RING_LATENCY-1])
      instruction <= (ROWS * ROW * 8)'({ring_data, instruction} >> (ROW * 8));
    if (state == DECODE) sum <= 64'd0;
    else if (read_sum[RING_LATENCY-1]) sum <= {sum[62:0], sum[63]} ^ folded;

    if (!aresetn || !run) begin
      state <= BEGIN;
      count <= 16'd0;
      row <= 32'(ROWS);
      read_valid <= '0;
      read_sum <= '0;
    end else begin
      case (state)
        BEGIN: begin
          count <= count + 16'd1;
          if (count == 16'd1) begin
            state <= FETCH;
            count <= 16'd0;
          end
        end
        FETCH: if (enough) state <= READ;
        READ: begin
          count <= count + 16'd1;
          if (count == 16'(ROWS - 1)) begin
            state <= COLLECT;
            count <= 16'd0;
          end
        end
        COLLECT: begin
          count <= count + 16'd1;
          if (count == 16'(RING_LATENCY)) begin
            state <= DECODE;
            count <= 16'd0;
          end
        end
        DECODE: begin
          count <= 16'd0;
          group <= 16'd0;
          if (opcode == OP_END) begin
            state <= BEGIN;
            row   <= 32'(ROWS);
          end else begin
            state <= opcode == OP_ARRAY ? GROUP : MOVE;
          end
        end
        GROUP: begin
          position <= 32'd0;
          count <= 16'd0;
          if (enough) state <= STEP;
        end
        STEP: begin
          count <= count + 16'd1;
          if (count == group_rows - 16'd1) begin
            count <= 16'd1;
            position <= position + 1;
            if (position + 1 == positions) begin
              count <= 16'd0;
              group <= group + 16'd1;
              state <= group + 16'd1 == groups ? DRAIN : GROUP;
            end
          end
        end
        DRAIN: begin
          count <= count + 16'd1;
          if (count == 16'(RING_LATENCY)) state <= WRITE;
        end
        WRITE: begin
          count <= 16'd0;
          state <= FETCH;
          row   <= row + 32'(ROWS) + 32'(groups) * 32'(group_rows);
        end
        default:
        if (move_done) begin
          state <= FETCH;
          row   <= row + 32'(ROWS);
        end
      endcase
    end
  end

  // The banks.
  logic [63:0] memory[LANES_P*ACT_LINES*2];
  logic [BANK_LATENCY-1:0][63:0] answers;
  assign bank_read_data = answers[BANK_LATENCY-1];
  always_ff @(posedge aclk) begin
    if (bank_write)
      memory[32'(bank_write_bank) * ACT_LINES * 2 + 32'(bank_write_address[15:3])] <= bank_write_data;
    if (state == WRITE) memory[32'(out_address[15:3])] <= sum;
    answers <= {
      answers[BANK_LATENCY-2:0],
      bank_read ? memory[32'(bank_read_bank) * ACT_LINES * 2 + 32'(bank_read_address[15:3])] : 64'hBAD
    };
  end
endmodule
