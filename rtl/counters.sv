// What each event of a run adds to which counter, in the order of docs/engine.md.
module counters #(
    parameter int LANES_K = 12,
    parameter int LANES_O = 4,
    parameter int LANES_P = 8
) (
    input  logic        aclk,
    input  logic        aresetn,
    input  logic        clear,
    input  logic        checking,
    input  logic        run,
    input  logic        frame_done,
    input  engine_pkg::activity_t   activity,
    input  logic        step,
    input  logic [10:0] useful,
    input  logic        program_read,       // rows that are used now came from memory for this use
    input  logic [12:0] program_rows,
    input  logic [12:0] weight_rows,
    input  logic [ 7:0] written,
    input  logic        region,             // 1: spill
    input  logic        read_beat,
    input  logic        write_beat,
    input  logic        program_burst,
    input  logic        read_burst,
    input  logic        write_burst,
    input  logic [ 4:0] wanted,
    output logic        given,
    output logic [63:0] value
);
  localparam int COUNT = 23;
  localparam int ROW_BYTES = LANES_K * LANES_O;

  // One register between the events and the sums: their sources are far apart on the chip.
  logic checking_q, run_q, frame_q, step_q, region_q, read_q, write_q;
  logic program_read_q, program_burst_q, read_burst_q, write_burst_q;
  engine_pkg::activity_t activity_q;
  logic [10:0] useful_q;
  logic [12:0] program_rows_q, weight_rows_q;
  logic [7:0] written_q;
  always_ff @(posedge aclk) begin
    checking_q <= checking;
    run_q <= run;
    frame_q <= frame_done;
    activity_q <= activity;
    step_q <= run && step;
    useful_q <= run && step ? useful : 11'd0;
    program_read_q <= run && program_read;
    program_rows_q <= program_rows;
    weight_rows_q <= weight_rows;
    written_q <= run ? written : 8'd0;
    region_q <= region;
    read_q <= read_beat;
    write_q <= write_beat;
    program_burst_q <= run && program_burst;
    read_burst_q <= read_burst;
    write_burst_q <= write_burst;
  end

  // A product without a multiplier.
  function automatic logic [19:0] row_bytes_of(input logic [12:0] count);
    logic [19:0] sum;
    sum = 20'd0;
    for (int i = 0; i < 7; i++) if (ROW_BYTES[i]) sum = sum + ({7'd0, count} << i);
    row_bytes_of = sum;
  endfunction

  function automatic logic [19:0] when(input logic event_now, input logic [19:0] amount);
    when = event_now ? amount : 20'd0;
  endfunction

  // A cycle of a run in which the core names nothing else is spent between its instructions.
  logic decode_q;
  assign decode_q = activity_q == engine_pkg::ACTIVITY_DECODE || activity_q == engine_pkg::ACTIVITY_IDLE;

  logic [COUNT-1:0][19:0] add;
  assign add = {
    {12'd0, written_q},
    when(run_q && activity_q == engine_pkg::ACTIVITY_STEP, 20'd1),
    when(step_q, 20'(4 * LANES_P)),
    when(write_burst_q, 20'd1),
    when(read_burst_q, 20'd1),
    when(program_burst_q, 20'd1),
    when(write_q && region_q, 20'd8),
    when(write_q && !region_q, 20'd8),
    when(read_q && region_q, 20'd8),
    when(read_q && !region_q, 20'd8),
    program_read_q ? row_bytes_of(weight_rows_q) : 20'd0,
    program_read_q ? row_bytes_of(program_rows_q) : 20'd0,
    {9'd0, useful_q},
    when(step_q, 20'(LANES_K * LANES_O * LANES_P)),
    when(checking_q, 20'd1),
    when(run_q && activity_q == engine_pkg::ACTIVITY_DRAIN, 20'd1),
    when(run_q && decode_q, 20'd1),
    when(run_q && activity_q == engine_pkg::ACTIVITY_STORE, 20'd1),
    when(run_q && activity_q == engine_pkg::ACTIVITY_LOAD, 20'd1),
    when(run_q && activity_q == engine_pkg::ACTIVITY_WAIT_PROGRAM, 20'd1),
    when(run_q && activity_q == engine_pkg::ACTIVITY_STEP, 20'd1),
    when(run_q, 20'd1),
    when(frame_q, 20'd1)
  };

  counter_memory #(
      .COUNT(COUNT)
  ) counter_memory (
      .aclk,
      .aresetn,
      .clear,
      .add,
      .wanted,
      .given,
      .value
  );
endmodule
