// What the engine's modules agree on; docs/engine.md says what it means.
package engine_pkg;
  // Cycles from `ring_read` to its row, and from `bank_read` to its data.
  localparam int RING_LATENCY = 3;
  localparam int BANK_LATENCY = 4;

  localparam int INSTRUCTION_BYTES = 64;

  localparam logic [7:0] OP_END = 8'd0;
  localparam logic [7:0] OP_ARRAY = 8'd1;
  localparam logic [7:0] OP_LOAD = 8'd2;
  localparam logic [7:0] OP_STORE = 8'd3;

  typedef enum logic [3:0] {
    STATUS_OK = 4'd0,
    STATUS_ABORTED = 4'd1,
    STATUS_MAGIC = 4'd2,
    STATUS_VERSION = 4'd3,
    STATUS_LANES = 4'd4,
    STATUS_CHECKSUM = 4'd5,
    STATUS_TRUNCATED = 4'd6,
    STATUS_INSTRUCTION = 4'd7,
    STATUS_ADDRESS = 4'd8,
    STATUS_REGION = 4'd9,
    STATUS_ALIGNMENT = 4'd10,
    STATUS_PROGRAM_READ = 4'd11,
    STATUS_DATA_READ = 4'd12,
    STATUS_DATA_WRITE = 4'd13
  } status_t;

  // What a cycle of a run counts as.
  typedef enum logic [2:0] {
    ACTIVITY_IDLE = 3'd0,
    ACTIVITY_STEP = 3'd1,
    ACTIVITY_WAIT_PROGRAM = 3'd2,
    ACTIVITY_LOAD = 3'd3,
    ACTIVITY_STORE = 3'd4,
    ACTIVITY_DECODE = 3'd5,
    ACTIVITY_DRAIN = 3'd6
  } activity_t;

  // Cycles from an ARRAY's last step to the next dispatch: its last bytes are in the banks before anything reads them.
  localparam int DRAIN_CYCLES = 18;

  // The 64 bytes of an ARRAY, byte 0 last.
  typedef struct packed {
    logic [47:0] zero;
    logic [15:0] group_rows;
    logic [7:0] out_last_rows;
    logic [7:0] out_last_lane;
    logic [15:0] out_pixel_pitch;
    logic [15:0] out_row_pitch;
    logic [15:0] out_address;
    logic [15:0] columns_out;
    logic [7:0] rows_out;
    logic [7:0] group_step;
    logic [15:0] phase_step;
    logic [15:0] tap_step;
    logic [15:0] column_step;
    logic signed [15:0] column;
    logic [7:0] last_rows;
    logic [7:0] last_lane;
    logic [7:0] row;
    logic [7:0] band_rows;
    logic [15:0] band_bytes;
    logic [15:0] row_step;
    logic [15:0] row_pitch;
    logic [15:0] row_address;
    logic [7:0] stride_rows;
    logic signed [7:0] lane;
    logic [7:0] lane_shift;
    logic [7:0] last_lanes;
    logic [15:0] tiles;
    logic [7:0] taps;
    logic [7:0] kernel_rows;
    logic signed [31:0] high;
    logic signed [31:0] low;
    logic [7:0] shift;
    logic [7:0] last_channels;
    logic [15:0] groups;
    logic [7:0] phases;
    logic [7:0] signed_phases;
    logic [3:0] no_flags;
    logic unweighted;
    logic high_byte;
    logic shift_phases;
    logic maximum;
    logic [7:0] opcode;
  } array_t;

  // The 64 bytes of a LOAD or a STORE.
  typedef struct packed {
    logic [415:0] zero;
    logic [31:0] offset;
    logic [15:0] bank_bytes;
    logic [15:0] address;
    logic [7:0] zero_byte;
    logic [7:0] banks;
    logic [7:0] region;
    logic [7:0] opcode;
  } move_t;

  // Where a step reads and what becomes of it: what the loops hand to the array.
  typedef struct packed {
    logic [15:0] address;        // in-bank, of the row
    logic signed [17:0] column;  // the first byte in the row
    logic signed [9:0] lane;     // bank of lane 0
    logic [7:0] row;             // of the band
    logic is_signed;             // the bytes
    logic first;                 // of a position
    logic shift;                 // the sum goes up by eight bits first
    logic last;                  // of a position
    logic last_tile;
    logic last_group;
    logic row_exists;            // in the output's last lane too
    logic [16:0] out_address;    // bit 16 stays set once it was reached
  } step_t;
endpackage
