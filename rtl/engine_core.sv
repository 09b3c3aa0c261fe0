// The sequencer, the array and the feature-map banks: executes the rows of a program.
//
// Ring: `ring_free` in cycle t moves the head for reads and for `ring_available` from t + 1 on; reads up to and in
// cycle t are relative to the head before it. After `frame_end` in cycle t the ring's head, `ring_available` and
// `ring_ended` are those of the next frame from t + 2 on at the latest.
module engine_core #(
    parameter int LANES_K   = 12,
    parameter int LANES_O   = 4,
    parameter int LANES_P   = 8,
    parameter int ACT_LINES = 3072,
    parameter int W_ROWS    = 3072
) (
    input logic aclk,
    input logic aresetn,

    input  logic run,       // low: drop everything, as a reset does
    output logic frame_end, // pulse: END was executed and the pipeline is empty

    input  logic [                 15:0] ring_available,  // rows in the ring, not freed
    output logic                         ring_read,
    output logic [                 11:0] ring_offset,     // below ring_available
    input  logic [LANES_K*LANES_O*8-1:0] ring_data,       // RING_LATENCY cycles after ring_read
    output logic                         ring_free,
    output logic [                 12:0] ring_free_rows,
    input  logic                         ring_ended,      // no more rows will come in this frame

    output logic        move_start,    // pulse; the fields below are held until move_done
    output logic        move_store,
    output logic        move_region,
    output logic [ 4:0] move_banks,
    output logic [15:0] move_address,
    output logic [15:0] move_bytes,
    output logic [31:0] move_offset,
    input  logic        move_done,     // pulse

    input  logic        bank_write,
    input  logic [ 3:0] bank_write_bank,
    input  logic [15:0] bank_write_address,  // multiples of 8
    input  logic [63:0] bank_write_data,
    input  logic        bank_read,
    input  logic [ 3:0] bank_read_bank,
    input  logic [15:0] bank_read_address,
    output logic [63:0] bank_read_data,      // BANK_LATENCY cycles after bank_read

    output logic                  fault,        // pulse; nothing more happens until run is low
    output engine_pkg::status_t   fault_status,
    output logic           [31:0] where,        // the instruction's first row in the block

    output engine_pkg::activity_t        activity,
    output logic                         count_step,          // a step entered the array
    output logic                  [10:0] count_useful,        // its useful multiply-accumulates
    output logic                  [12:0] count_program_rows,  // rows consumed in this cycle: of instructions
    output logic                  [12:0] count_weight_rows,   // and of weights and biases
    output logic                  [ 7:0] count_written        // bytes that ARRAY wrote to banks
);
  import engine_pkg::*;
  assign {frame_end, ring_read, ring_offset, ring_free, ring_free_rows} = '0;
  assign {move_start, move_store, move_region, move_banks, move_address, move_bytes, move_offset} = '0;
  assign {bank_read_data, fault, where, count_step, count_useful} = '0;
  assign {count_program_rows, count_weight_rows, count_written} = '0;
  assign fault_status = STATUS_OK;
  assign activity = ACTIVITY_IDLE;
endmodule
