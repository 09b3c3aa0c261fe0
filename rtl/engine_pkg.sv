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
endpackage
