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
    /* verilator lint_off UNUSEDSIGNAL */  // of four bits as many as there are banks
    input  logic [ 3:0] bank_read_bank,
    /* verilator lint_on UNUSEDSIGNAL */
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
  // Cycles of a step, from its issue: 0 the loops, 1 addresses, 2 lines, 3 the banks' words, 4 rotated, 5 shifted to the
  // byte, 6 of its lane, 7 to 10 the DSPs, 11 to 13 the sum of a step, 14 of the position, 15 with its bias, 16 shifted,
  // 17 within the limits, 18 on its way into the banks. A bias row goes along.
  localparam int SHIFTED = 5;
  localparam int TAKEN = 6;
  localparam int SUMMED = 13;
  localparam int FINISHED = 14;
  localparam int LAST = 17;

  logic reset;
  assign reset = !aresetn || !run;

  engine_pkg::array_t array;
  engine_pkg::step_t place;
  /* verilator lint_off UNUSEDSIGNAL */  // the rest is zero or was looked at
  engine_pkg::move_t move;
  /* verilator lint_on UNUSEDSIGNAL */
  logic restart, bias, step, group_end, last_group;
  logic read_fault, write_fault;
  sequencer #(
      .LANES_K(LANES_K), .LANES_O(LANES_O), .LANES_P(LANES_P), .ACT_LINES(ACT_LINES), .W_ROWS(W_ROWS)
  ) control (
      .aclk, .reset, .frame_end, .ring_available, .ring_read, .ring_offset, .ring_data, .ring_free, .ring_free_rows,
      .ring_ended, .move_start, .move, .move_done, .array, .restart, .bias, .step, .position_end(place.last),
      .group_end, .last_group, .address_fault(read_fault || write_fault), .fault, .fault_status, .where, .activity,
      .count_program_rows, .count_weight_rows
  );
  assign move_store   = move.opcode == engine_pkg::OP_STORE;
  assign move_region  = move.region[0];
  assign move_banks   = move.banks[4:0];
  assign move_address = move.address;
  assign move_bytes   = move.bank_bytes;
  assign move_offset  = move.offset;

  steps #(.LANES_K(LANES_K), .LANES_O(LANES_O)) loops (
      .aclk, .array, .restart, .advance(step), .step(place), .group_end, .last_group
  );
  useful #(.LANES_K(LANES_K), .LANES_O(LANES_O)) count (
      .aclk, .reset, .array, .valid(step), .step(place), .count_step, .count_useful
  );

  // Steps, ends of positions and bias rows in the pipeline: bit n is n cycles after the issue.
  logic [LAST:0] step_at, last_at, bias_at;
  assign step_at[0] = step;
  assign last_at[0] = step && place.last;
  assign bias_at[0] = bias;
  always_ff @(posedge aclk) begin
    step_at[LAST:1] <= reset ? '0 : step_at[LAST-1:0];
    last_at[LAST:1] <= reset ? '0 : last_at[LAST-1:0];
    bias_at[LAST:1] <= reset ? '0 : bias_at[LAST-1:0];
  end
  logic first, shift_sum;
  delay #(.WIDTH(2), .CYCLES(SUMMED - 1)) sum_delay (
      .aclk, .in({place.first, place.shift}), .out({first, shift_sum})
  );

  // Reading.
  localparam int LINE_BITS = $clog2(ACT_LINES);
  localparam int BANK_BITS = $clog2(LANES_P);
  logic [3:0][LINE_BITS-1:0] read_line;
  logic [1:0] read_column, read_byte;
  logic [LANES_P-1:0][BANK_BITS-1:0] lane_bank;
  logic [LANES_P-1:0] row_inside, outside;
  logic [LANES_K-1:0] mask;
  logic is_signed;
  reader #(.LANES_K(LANES_K), .LANES_P(LANES_P), .ACT_LINES(ACT_LINES)) read (
      .aclk, .reset, .array, .valid(step), .step(place), .address_fault(read_fault), .move_read(bank_read),
      .move_address(bank_read_address), .read_line, .read_column, .read_byte, .lane_bank, .row_inside, .mask, .is_signed,
      .outside
  );
  // The mover's reads, as the bits of steps.
  logic move_at;
  logic [BANK_BITS-1:0] move_bank;
  always_ff @(posedge aclk) move_at <= bank_read;
  delay #(.WIDTH(BANK_BITS), .CYCLES(3)) move_delay (.aclk, .in(bank_read_bank[BANK_BITS-1:0]), .out(move_bank));

  // Banks and lanes.
  logic [3:0][LINE_BITS-1:0] write_line;
  logic [LANES_P-1:0][15:0] write_enable;
  logic [LANES_P-1:0][63:0] write_data, words;
  logic [LANES_P-1:0][LANES_K-1:0][7:0] bytes, taken;
  logic [LANES_O-1:0][LANES_K-1:0][7:0] weights;
  logic [LANES_O-1:0][31:0] biases, biases_ahead;
  logic [LANES_P-1:0][LANES_O-1:0][7:0] results;
  for (genvar p = 0; p < LANES_P; p++) begin : g_lane
    bank #(.LANES_K(LANES_K), .LINES(ACT_LINES)) map (
        .aclk, .read_line, .read_column, .read_byte,
        .read_enable (step_at[2] || move_at),
        .shift_enable(step_at[3]),
        .words(words[p]), .bytes(bytes[p]), .write_line,
        .write_enable(write_enable[p]),
        .write_data(write_data[p])
    );
    (* keep = "true" *) logic take;
    always_ff @(posedge aclk) begin
      take <= step_at[SHIFTED-1];
      if (take) taken[p] <= bytes[lane_bank[p]];
    end
    lane #(.LANES_K(LANES_K), .LANES_O(LANES_O)) pixel (
        .aclk, .bytes(taken[p]), .mask, .row_inside(row_inside[p]), .is_signed, .weights, .maximum(array.maximum),
        .outside(outside[p]), .sum_enable(step_at[SUMMED-2]), .add_enable(step_at[SUMMED-1]), .first, .shift_sum,
        .enable(last_at[FINISHED+1:FINISHED-1]), .biases, .shift(array.shift[4:0]), .low(array.low[16:0]),
        .high(array.high[16:0]), .high_byte(array.high_byte), .results(results[p])
    );
  end
  always_ff @(posedge aclk) bank_read_data <= words[move_bank];

  // A row's weights meet the step's bytes; its biases its sums.
  delay #(.WIDTH(LANES_K * LANES_O * 8), .CYCLES(TAKEN - engine_pkg::RING_LATENCY)) weight_delay (
      .aclk, .in(ring_data), .out(weights)
  );
  delay #(.WIDTH(LANES_O * 32), .CYCLES(FINISHED - TAKEN)) biases_delay (
      .aclk, .in((LANES_O * 32)'(weights)), .out(biases_ahead)
  );
  always_ff @(posedge aclk) if (bias_at[FINISHED]) biases <= biases_ahead;

  writer #(.LANES_O(LANES_O), .LANES_P(LANES_P), .ACT_LINES(ACT_LINES)) write (
      .aclk, .reset, .array, .valid(last_at[0]), .step(place), .address_fault(write_fault),
      .result_valid(last_at[LAST]), .results, .move_write(bank_write), .move_bank(bank_write_bank),
      .move_address(bank_write_address), .move_data(bank_write_data), .write_line, .write_enable, .write_data,
      .count_written
  );
endmodule
