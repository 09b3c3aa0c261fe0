// From the end of a position to the bytes of the banks that its results go to. Cycles count from the last step's issue.
module writer #(
    parameter int LANES_O   = 4,
    parameter int LANES_P   = 8,
    parameter int ACT_LINES = 3072
) (
    input  logic                                        aclk,
    input  logic                                        reset,
    /* verilator lint_off UNUSEDSIGNAL */  // others use its other fields
    input  engine_pkg::array_t                          array,
    /* verilator lint_on UNUSEDSIGNAL */
    input  logic                                        valid,          // in cycle 0: a position ends, with
    /* verilator lint_off UNUSEDSIGNAL */  // others use its other fields
    input  engine_pkg::step_t                           step,
    /* verilator lint_on UNUSEDSIGNAL */
    output logic                                        address_fault,
    input  logic                                        result_valid,   // the same in cycle 17
    input  logic [LANES_P-1:0][LANES_O-1:0]      [ 7:0] results,
    // The mover writes while no result is on its way.
    input  logic                                        move_write,
    input  logic                                 [ 3:0] move_bank,
    input  logic                                 [15:0] move_address,
    input  logic                                 [63:0] move_data,

    output logic [        3:0][$clog2(ACT_LINES)-1:0]   write_line,    // 18
    output logic [LANES_P-1:0]                   [15:0] write_enable,
    output logic [LANES_P-1:0]                   [63:0] write_data,
    output logic                                 [ 7:0] count_written
);
  localparam int LINE_BITS = $clog2(ACT_LINES);
  localparam int TURN_BITS = $clog2(LANES_O);

  // Checked early, so that the sequencer hears of it before the frame can end.
  logic [3:0] channels;
  assign channels = step.last_group ? array.last_channels[3:0] : 4'(LANES_O);
  logic checked_1;
  logic [17:0] end_1;
  always_ff @(posedge aclk) begin
    checked_1     <= valid && !reset && (step.row_exists || array.out_last_lane != 8'd0);
    end_1         <= {1'b0, step.out_address} + {14'b0, channels};
    address_fault <= checked_1 && end_1 > 18'(16 * ACT_LINES) && !reset;
  end

  logic [15:0] address;
  logic row_exists, last_group;
  delay #(.WIDTH(18), .CYCLES(17)) place_delay (
      .aclk,
      .in ({step.out_address[15:0], step.row_exists, step.last_group}),
      .out({address, row_exists, last_group})
  );

  logic [3:0] count;
  assign count = last_group ? array.last_channels[3:0] : 4'(LANES_O);
  // Bytes of a line, counted from the first one that is written.
  logic [15:0] byte_enable;
  always_comb begin
    for (int i = 0; i < 16; i++) byte_enable[i] = 4'(i) - address[3:0] < count;
  end

  /* verilator lint_off UNUSEDSIGNAL */  // the columns' byte enables hold the rest
  logic [15:0] place;
  /* verilator lint_on UNUSEDSIGNAL */
  assign place = move_write ? move_address : address;
  always_ff @(posedge aclk) begin
    for (int c = 0; c < 4; c++) begin
      write_line[c] <= LINE_BITS'(place[15:4]) + LINE_BITS'(2'(c) < place[3:2]);
    end
  end
  logic [TURN_BITS-1:0] turn;
  assign turn = address[TURN_BITS-1:0];
  for (genvar p = 0; p < LANES_P; p++) begin : g_lane
    logic exists;
    assign exists = 8'(p) < array.out_last_lane || (8'(p) == array.out_last_lane && row_exists);
    logic [63:0] turned;
    for (genvar i = 0; i < 8; i++) begin : g_byte
      // An index of its own: synthesis may extend a difference within the brackets, which is negative then.
      logic [TURN_BITS-1:0] from;
      assign from = TURN_BITS'(i) - turn;
      assign turned[8*i+:8] = results[p][from];
    end
    always_ff @(posedge aclk) begin
      write_enable[p] <= '0;
      if (!reset) begin
        if (move_write) begin
          if (move_bank == 4'(p)) write_enable[p] <= move_address[3] ? 16'hff00 : 16'h00ff;
        end else if (result_valid && exists) write_enable[p] <= byte_enable;
      end
      if (move_write) write_data[p] <= move_data;
      else if (result_valid) write_data[p] <= turned;
    end
  end

  // At most 16 lanes of 8 bytes.
  logic [7:0] lanes;
  assign lanes = row_exists ? array.out_last_lane + 8'd1 : array.out_last_lane;
  always_ff @(posedge aclk) begin
    count_written <= '0;
    if (result_valid && !reset) begin
      count_written <= (count[0] ? lanes : 8'd0) + (count[1] ? lanes << 1 : 8'd0) + (count[2] ? lanes << 2 : 8'd0)
          + (count[3] ? lanes << 3 : 8'd0);
    end
  end
endmodule
