// The AXI4-Lite registers. One read and one write at a time; a counter's read waits until its turn.
module registers #(
    parameter int LANES_K      = 12,
    parameter int LANES_O      = 4,
    parameter int LANES_P      = 8,
    parameter int ACT_LINES    = 3072,
    parameter int W_ROWS       = 3072,
    parameter int ADDRESS_BITS = 32
) (
    input  logic                    aclk,
    input  logic                    aresetn,
    output logic                    interrupt,
    // AXI4-Lite
    input  logic [            11:0] awaddr,
    input  logic                    awvalid,
    output logic                    awready,
    input  logic [            31:0] wdata,
    input  logic [             3:0] wstrb,
    input  logic                    wvalid,
    output logic                    wready,
    output logic [             1:0] bresp,
    output logic                    bvalid,
    input  logic                    bready,
    input  logic [            11:0] araddr,
    input  logic                    arvalid,
    output logic                    arready,
    output logic [            31:0] rdata,
    output logic [             1:0] rresp,
    output logic                    rvalid,
    input  logic                    rready,
    // Control.
    output logic                    start,            // pulse, while idle
    output logic                    abort,            // pulse
    output logic                    program_written,  // pulse: another program, maybe
    input  logic                    idle,
    input  logic                    done,             // pulse
    input  engine_pkg::status_t                 status,
    input  logic [            31:0] where,
    output logic [ADDRESS_BITS-1:0] program_address,
    output logic [            31:0] program_bytes,
    output logic [            31:0] frames,
    output logic [ADDRESS_BITS-1:0] input_address,
    output logic [            31:0] input_region,
    output logic [ADDRESS_BITS-1:0] output_address,
    output logic [            31:0] output_region,
    output logic [ADDRESS_BITS-1:0] spill_address,
    output logic [            31:0] spill_region,
    // Counters.
    output logic [             4:0] counter,
    input  logic                    counter_given,
    input  logic [            63:0] counter_value
);
  localparam logic [31:0] ENGINE_VERSION = 32'd1;
  localparam logic [4:0] COUNTERS = 5'd23;

  // Words of the address space.
  localparam logic [9:0] CTRL = 10'h00, GIER = 10'h01, IER = 10'h02, ISR = 10'h03;
  localparam logic [9:0] STATUS = 10'h14, WHERE = 10'h15, LANES = 10'h16, MEMORY = 10'h17,
      VERSION = 10'h18;

  // 0x10 to 0x4C; the upper words of addresses keep what a bus of ADDRESS_BITS reaches.
  logic [15:0][31:0] setting;  // by the word's number; 0 to 3 and those between are unused
  assign program_address = ADDRESS_BITS'({setting[1], setting[0]});
  assign program_bytes = setting[2];
  assign frames = setting[3];
  assign input_address = ADDRESS_BITS'({setting[5], setting[4]});
  assign input_region = setting[6];
  assign output_address = ADDRESS_BITS'({setting[9], setting[8]});
  assign output_region = setting[10];
  assign spill_address = ADDRESS_BITS'({setting[13], setting[12]});
  assign spill_region = setting[14];

  // Writing.
  logic aw_held, w_held, write;
  logic [ 9:0] write_word;
  logic [31:0] write_data;
  logic [ 3:0] write_strobe;
  logic global_enable, enable, pending, done_seen;
  logic [31:0] bits;
  logic [15:0] chosen;  // setting that is written
  assign awready = !aw_held;
  assign wready = !w_held;
  assign write = aw_held && w_held && !bvalid;
  assign bresp = 2'b00;
  assign bits = {{8{write_strobe[3]}}, {8{write_strobe[2]}}, {8{write_strobe[1]}},
                 {8{write_strobe[0]}}} & write_data;
  assign start = write && write_word == CTRL && bits[0] && !bits[8] && idle;
  // Words 4 to 19: 0x10 to 0x4F.
  for (genvar i = 0; i < 16; i++) begin : g_chosen
    assign chosen[i] = write && idle && write_word == 10'(i + 4);
  end
  assign program_written = chosen[0] || chosen[1] || chosen[2];

  for (genvar i = 0; i < 16; i++) begin : g_setting
    localparam bit UPPER = i == 1 || i == 5 || i == 9 || i == 13;
    localparam int BITS = UPPER ? ADDRESS_BITS - 32 : i == 7 || i == 11 || i == 15 ? 0 : 32;
    for (genvar b = 0; b < 32; b++) begin : g_bit
      if (b < BITS) begin : g_kept
        logic q;
        assign setting[i][b] = q;
        always_ff @(posedge aclk) begin
          if (!aresetn) q <= 1'b0;
          else if (chosen[i] && write_strobe[b/8]) q <= write_data[b];
        end
      end else begin : g_zero
        assign setting[i][b] = 1'b0;
      end
    end
  end

  always_ff @(posedge aclk) begin
    // A register later: it reaches far.
    abort <= aresetn && write && write_word == CTRL && bits[8];
    if (awvalid && awready) write_word <= awaddr[11:2];
    if (wvalid && wready) begin
      write_data   <= wdata;
      write_strobe <= wstrb;
    end
  end

  // Reading.
  typedef enum logic [1:0] {
    READ_IDLE,
    READ_FIND,
    READ_GIVE
  } read_t;
  read_t read;
  logic [9:0] read_word, counter_word;
  logic [31:0] found, counter_high;
  logic wait_counter, read_now, read_ctrl;
  assign arready = read == READ_IDLE;
  assign rvalid = read == READ_GIVE;
  assign rresp = 2'b00;
  assign counter_word = read_word - 10'h20;
  assign counter = counter_word[5:1];
  assign wait_counter = read_word >= 10'h20 && counter_word < {4'd0, COUNTERS, 1'b0}
      && !counter_word[0];
  assign read_now = read == READ_FIND && (!wait_counter || counter_given);
  assign read_ctrl = read_now && read_word == CTRL;

  always_comb begin
    found = 32'd0;
    case (read_word)
      CTRL: found = {28'd0, done_seen, idle, done_seen, !idle};
      GIER: found[0] = global_enable;
      IER: found[0] = enable;
      ISR: found[0] = pending;
      STATUS: found[3:0] = status;
      WHERE: found = where;
      LANES: found = {8'd0, 8'(LANES_P), 8'(LANES_O), 8'(LANES_K)};
      MEMORY: found = {16'(W_ROWS), 16'(ACT_LINES)};
      VERSION: found = ENGINE_VERSION;
      default: begin
        if (read_word >= 10'h04 && read_word < 10'h14) found = setting[4'(read_word - 10'h04)];
        else if (wait_counter) found = counter_value[31:0];
        else if (read_word >= 10'h20 && counter_word < {4'd0, COUNTERS, 1'b0}) found = counter_high;
      end
    endcase
  end

  always_ff @(posedge aclk) begin
    if (arvalid && arready) read_word <= araddr[11:2];
    if (read_now) rdata <= found;
    if (read_now && wait_counter) counter_high <= counter_value[63:32];
  end

  assign interrupt = global_enable && enable && pending;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      aw_held <= 1'b0;
      w_held <= 1'b0;
      bvalid <= 1'b0;
      read <= READ_IDLE;
      global_enable <= 1'b0;
      enable <= 1'b0;
      pending <= 1'b0;
      done_seen <= 1'b0;
    end else begin
      if (write) aw_held <= 1'b0;
      else if (awvalid) aw_held <= 1'b1;
      if (write) w_held <= 1'b0;
      else if (wvalid) w_held <= 1'b1;
      if (write) bvalid <= 1'b1;
      else if (bready) bvalid <= 1'b0;

      if (write && write_word == GIER && write_strobe[0]) global_enable <= write_data[0];
      if (write && write_word == IER && write_strobe[0]) enable <= write_data[0];
      if (done) pending <= 1'b1;
      else if (write && write_word == ISR && bits[0]) pending <= !pending;

      if (done) done_seen <= 1'b1;
      else if (start || read_ctrl) done_seen <= 1'b0;

      case (read)
        READ_IDLE: if (arvalid) read <= READ_FIND;
        READ_FIND: if (read_now) read <= READ_GIVE;
        default: if (rready) read <= READ_IDLE;
      endcase
    end
  end

  // A byte of a word, settings that do not exist, bits of CTRL and ISR, and what else is not there.
  logic unused;
  assign unused = &{1'b0, chosen, awaddr[1:0], araddr[1:0], bits, counter_word[9:6]};
endmodule
