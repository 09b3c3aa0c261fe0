// From a step to the banks' lines and to what each lane takes of them. Cycles count from the step's issue.
module reader #(
    parameter int LANES_K   = 12,
    parameter int LANES_P   = 8,
    parameter int ACT_LINES = 3072
) (
    input  logic                                       aclk,
    input  logic                                       reset,
    /* verilator lint_off UNUSEDSIGNAL */  // others use its other fields
    input  engine_pkg::array_t                         array,
    /* verilator lint_on UNUSEDSIGNAL */
    input  logic                                       valid,        // in cycle 0, with
    /* verilator lint_off UNUSEDSIGNAL */  // others use its other fields
    input  engine_pkg::step_t                          step,
    /* verilator lint_on UNUSEDSIGNAL */
    output logic                                       address_fault,
    // The mover reads while no step is on its way.
    input  logic                                       move_read,
    input  logic               [         15:0]         move_address,

    output logic [3:0]         [$clog2(ACT_LINES)-1:0] read_line,    // 2
    output logic               [          1:0]         read_column,  // 2
    output logic               [          1:0]         read_byte,    // 3
    output logic [LANES_P-1:0] [$clog2(LANES_P)-1:0]   lane_bank,    // 5
    output logic               [  LANES_P-1:0]         row_inside,       // 6
    output logic               [  LANES_K-1:0]         mask,         // 6
    output logic                                       is_signed,    // 6
    output logic               [  LANES_P-1:0]         outside       // 12: a maximum's tap that does not count
);
  localparam int LINE_BITS = $clog2(ACT_LINES);
  localparam int BANK_BITS = $clog2(LANES_P);

  // Cycle 1.
  logic valid_1;
  logic [15:0] byte_1;
  logic signed [17:0] column_1;
  logic [16:0] row_end_1;
  logic row_exists_1;
  always_ff @(posedge aclk) begin
    valid_1 <= valid && !reset;
    if (valid) begin
      byte_1       <= step.address + step.column[15:0];
      column_1     <= step.column;
      row_end_1    <= {1'b0, step.address} + {1'b0, array.row_pitch};
      row_exists_1 <= step.row < array.last_rows;
    end
  end

  // Cycle 2: the lines; the row's bytes before and after the first one.
  logic [15:0] byte_address;
  assign byte_address = move_read ? move_address : byte_1;
  logic [1:0] offset_2;
  logic below_2, near_2, beyond_2, valid_2;
  logic [3:0] ahead_2;
  logic signed [18:0] left_2;
  always_ff @(posedge aclk) begin
    for (int c = 0; c < 4; c++) begin
      read_line[c] <= LINE_BITS'(byte_address[15:4]) + LINE_BITS'(2'(c) < byte_address[3:2]);
    end
    read_column <= byte_address[3:2];
    offset_2 <= byte_address[1:0];
    below_2  <= column_1[17];
    near_2   <= column_1[16:4] == '1;
    ahead_2  <= column_1[3:0];
    left_2   <= {3'b0, array.row_pitch} - {column_1[17], column_1};
    beyond_2 <= row_end_1 > 17'(16 * ACT_LINES);
    valid_2  <= valid_1 && !reset;
  end
  logic [LANES_P-1:0] inside_2;
  logic [LANES_P-1:0][BANK_BITS-1:0] bank_2;
  for (genvar p = 0; p < LANES_P; p++) begin : g_lane
    logic [10:0] bank;
    logic [7:0] first;
    // p << lane_shift, by constants: lane_shift is at most 4.
    always_comb begin
      unique case (array.lane_shift[2:0])
        3'd0: first = 8'(p);
        3'd1: first = 8'(p << 1);
        3'd2: first = 8'(p << 2);
        3'd3: first = 8'(p << 3);
        default: first = 8'(p << 4);
      endcase
    end
    always_ff @(posedge aclk) begin
      if (valid) bank <= {step.lane[9], step.lane} + {3'b0, first};
      bank_2[p] <= bank[BANK_BITS-1:0];
      inside_2[p] <= !bank[10] && bank[9:8] == 2'd0
          && (bank[7:0] < array.last_lane || (bank[7:0] == array.last_lane && row_exists_1));
    end
  end

  // Cycle 3: which bytes are in the row.
  logic [LANES_K-1:0] mask_3;
  always_ff @(posedge aclk) begin
    for (int k = 0; k < LANES_K; k++) begin
      mask_3[k] <= (!below_2 || (near_2 && {1'b0, ahead_2} + 5'(k) >= 5'd16))
          && !left_2[18] && (left_2[17:4] != '0 || left_2[3:0] > 4'(k));
    end
    read_byte     <= offset_2;
    address_fault <= valid_2 && beyond_2 && inside_2 != '0 && !reset;
  end

  // On their way to the lanes.
  delay #(.WIDTH(LANES_P * BANK_BITS), .CYCLES(3)) bank_delay (.aclk, .in(bank_2), .out(lane_bank));
  delay #(.WIDTH(LANES_P), .CYCLES(4)) inside_delay (.aclk, .in(inside_2), .out(row_inside));
  delay #(.WIDTH(LANES_K), .CYCLES(3)) mask_delay (.aclk, .in(mask_3), .out(mask));
  delay #(.WIDTH(1), .CYCLES(6)) sign_delay (.aclk, .in(step.is_signed), .out(is_signed));
  logic [LANES_P-1:0] outside_7;
  always_ff @(posedge aclk) outside_7 <= array.maximum && !mask[0] ? '1 : ~row_inside & {LANES_P{array.maximum}};
  delay #(.WIDTH(LANES_P), .CYCLES(5)) outside_delay (.aclk, .in(outside_7), .out(outside));
endmodule
