// LOAD and STORE: between memory and the feature-map banks, `move_bytes` for each bank, one bank after
// the other. Nine cycles of checks come first; they take as long for every move.
module mover #(
    parameter int LANES_P      = 8,
    parameter int ACT_LINES    = 3072,
    parameter int ADDRESS_BITS = 32
) (
    input  logic                    aclk,
    input  logic                    aresetn,
    input  logic                    run,            // low: begin nothing more, finish on the bus
    output logic                    busy,           // on the bus
    // What may be reached. A frame's bytes begin `*_start` bytes into its region, 2^32 or more when
    // the highest bit is set.
    input  logic [ADDRESS_BITS-1:0] input_address,
    input  logic [            31:0] input_region,
    input  logic [            31:0] input_bytes,    // of a frame
    input  logic [            32:0] input_start,
    input  logic [ADDRESS_BITS-1:0] output_address,
    input  logic [            31:0] output_region,
    input  logic [            31:0] output_bytes,
    input  logic [            32:0] output_start,
    input  logic [ADDRESS_BITS-1:0] spill_address,
    input  logic [            31:0] spill_region,
    // From and to the core; the fields hold until `move_done`.
    input  logic                    move_start,
    input  logic                    move_store,
    input  logic                    move_region,
    input  logic [             4:0] move_banks,
    input  logic [            15:0] move_address,
    input  logic [            15:0] move_bytes,
    input  logic [            31:0] move_offset,
    output logic                    move_done,
    output logic                    bank_write,
    output logic [             3:0] bank_write_bank,
    output logic [            15:0] bank_write_address,
    output logic [            63:0] bank_write_data,
    output logic                    bank_read,
    output logic [             3:0] bank_read_bank,
    output logic [            15:0] bank_read_address,
    input  logic [            63:0] bank_read_data,
    // Events.
    output logic                    fault,
    output engine_pkg::status_t                 fault_status,
    output logic                    read_error,
    output logic                    write_error,
    output logic                    count_read,     // a beat came
    output logic                    count_write,    // a beat goes
    output logic                    count_read_burst,
    output logic                    count_write_burst,
    // AXI4
    output logic [ADDRESS_BITS-1:0] araddr,
    output logic [             7:0] arlen,
    output logic                    arvalid,
    input  logic                    arready,
    input  logic [            63:0] rdata,
    input  logic [             1:0] rresp,
    input  logic                    rlast,
    input  logic                    rvalid,
    output logic                    rready,
    output logic [ADDRESS_BITS-1:0] awaddr,
    output logic [             7:0] awlen,
    output logic                    awvalid,
    input  logic                    awready,
    output logic [            63:0] wdata,
    output logic [             7:0] wstrb,
    output logic                    wlast,
    output logic                    wvalid,
    input  logic                    wready,
    input  logic [             1:0] bresp,
    input  logic                    bvalid,
    output logic                    bready
);
  typedef enum logic [1:0] {
    IDLE,
    SETUP,
    LOAD,
    STORE
  } state_t;
  localparam logic [3:0] LAST_STEP = 4'd9;

  state_t state;
  logic   go;

  // The checks, a step in each cycle.
  logic [3:0] step;
  logic [4:0] banks_left;
  logic [20:0] addend, total;  // bytes
  logic [ADDRESS_BITS-1:0] address;
  logic [31:0] start;
  logic starts_beyond;
  logic [31:0] frame_limit, region_limit;
  logic [16:0] bank_end;
  logic [32:0] end_in_frame;
  logic [33:0] end_in_region;
  logic beyond_bank, beyond_frame, beyond_region;
  logic wrong_count, misaligned;

  always_ff @(posedge aclk) begin
    unique case (step)
      4'd1: begin
        address <= move_region ? spill_address : move_store ? output_address : input_address;
        start <= move_region ? 32'd0 : move_store ? output_start[31:0] : input_start[31:0];
        starts_beyond <= !move_region && (move_store ? output_start[32] : input_start[32]);
        frame_limit <= move_region ? spill_region : move_store ? output_bytes : input_bytes;
        region_limit <= move_region ? spill_region : move_store ? output_region : input_region;
        bank_end <= {1'b0, move_address} + {1'b0, move_bytes};
        wrong_count <= move_banks == 0 || move_banks > 5'(LANES_P) || move_bytes == 0;
        misaligned <= move_address[2:0] != 0 || move_bytes[2:0] != 0 || move_offset[2:0] != 0;
      end
      4'd2: begin
        address <= address + ADDRESS_BITS'(start);
        beyond_bank <= bank_end > 17'(16 * ACT_LINES);
      end
      4'd3: address <= address + ADDRESS_BITS'(move_offset);
      4'd6: end_in_frame <= {12'd0, total} + {1'b0, move_offset};
      4'd7: begin
        end_in_region <= {1'b0, end_in_frame} + {2'd0, start};
        beyond_frame  <= end_in_frame > {1'b0, frame_limit};
      end
      4'd8: beyond_region <= starts_beyond || end_in_region > {2'd0, region_limit};
      default: ;
    endcase
    // total = banks * bytes, a bit of the banks in each of the steps 1 to 5.
    if (step == 4'd0) begin
      banks_left <= move_banks;
      addend <= {5'd0, move_bytes};
      total <= 21'd0;
    end else begin
      banks_left <= banks_left >> 1;
      addend <= addend << 1;
      if (banks_left[0]) total <= total + addend;
    end
  end

  always_comb begin
    fault = step == LAST_STEP;
    fault_status = engine_pkg::STATUS_OK;
    if (wrong_count) fault_status = engine_pkg::STATUS_INSTRUCTION;
    else if (misaligned) fault_status = engine_pkg::STATUS_ALIGNMENT;
    else if (beyond_bank) fault_status = engine_pkg::STATUS_ADDRESS;
    else if (beyond_frame || beyond_region) fault_status = engine_pkg::STATUS_REGION;
    else fault = 1'b0;
    go = step == LAST_STEP && !fault;
  end

  // The place in the banks, of the next beat.
  logic [ 3:0] bank;
  logic [15:0] place;
  logic [12:0] bank_left;   // beats
  logic [17:0] beats_left;
  logic        advance;

  always_ff @(posedge aclk) begin
    if (go) begin
      bank <= 4'd0;
      place <= move_address;
      bank_left <= move_bytes[15:3];
      beats_left <= total[20:3];
    end else if (advance) begin
      beats_left <= beats_left - 18'd1;
      if (bank_left == 13'd1) begin
        bank <= bank + 4'd1;
        place <= move_address;
        bank_left <= move_bytes[15:3];
      end else begin
        place <= place + 16'd8;
        bank_left <= bank_left - 13'd1;
      end
    end
  end

  // LOAD.
  logic        reader_busy;
  logic        beat;
  logic [63:0] beat_data;
  logic [4:0] unused_issue_beats;
  logic unused_issue_last, unused_starved;
  burst_reader #(
      .ADDRESS_BITS(ADDRESS_BITS)
  ) reader (
      .aclk,
      .aresetn,
      .start(go && !move_store),
      .address,
      .beats({11'd0, total[20:3]}),
      .again(1'b0),
      .stop(!run),
      .space(16'hFFFF),
      .issue(count_read_burst),
      .issue_beats(unused_issue_beats),
      .issue_last(unused_issue_last),
      .starved(unused_starved),
      .busy(reader_busy),
      .beat,
      .beat_data,
      .error(read_error),
      .araddr,
      .arlen,
      .arvalid,
      .arready,
      .rdata,
      .rresp,
      .rlast,
      .rvalid,
      .rready
  );
  assign bank_write = beat && state == LOAD;
  assign bank_write_bank = bank;
  assign bank_write_address = place;
  assign bank_write_data = beat_data;
  assign count_read = bank_write;

  // STORE: the banks answer later, so a place for each answer is kept before it is asked for.
  logic [engine_pkg::BANK_LATENCY-1:0] coming;
  logic [63:0] waiting[16];
  logic [3:0] first, last;
  logic [4:0] kept, here;
  logic push, pop, data_ready, writer_busy;
  assign bank_read = state == STORE && beats_left != 0 && !kept[4];
  assign bank_read_bank = bank;
  assign bank_read_address = place;
  assign advance = bank_write || bank_read;
  assign push = coming[engine_pkg::BANK_LATENCY-1];
  assign pop = data_ready && here != 0 && run;
  assign count_write = pop;

  always_ff @(posedge aclk) begin
    if (push) waiting[last] <= bank_read_data;
  end
  always_ff @(posedge aclk) begin
    if (!aresetn || !run) begin
      coming <= '0;
      first <= 4'd0;
      last <= 4'd0;
      kept <= 5'd0;
      here <= 5'd0;
    end else begin
      coming <= {coming[engine_pkg::BANK_LATENCY-2:0], bank_read};
      first <= first + {3'd0, pop};
      last <= last + {3'd0, push};
      kept <= kept + {4'd0, bank_read} - {4'd0, pop};
      here <= here + {4'd0, push} - {4'd0, pop};
    end
  end

  burst_writer #(
      .ADDRESS_BITS(ADDRESS_BITS)
  ) writer (
      .aclk,
      .aresetn,
      .start(go && move_store),
      .address,
      .beats({11'd0, total[20:3]}),
      .stop(!run),
      .issue(count_write_burst),
      .busy(writer_busy),
      .data_valid(here != 0),
      .data(waiting[first]),
      .data_ready,
      .error(write_error),
      .awaddr,
      .awlen,
      .awvalid,
      .awready,
      .wdata,
      .wstrb,
      .wlast,
      .wvalid,
      .wready,
      .bresp,
      .bvalid,
      .bready
  );
  assign busy = reader_busy || writer_busy;

  logic finished;
  assign finished = state == LOAD ? beat && beats_left == 18'd1 :
      state == STORE && beats_left == 0 && kept == 0 && !writer_busy;

  always_ff @(posedge aclk) begin
    if (!aresetn || !run) begin
      state <= IDLE;
      step <= 4'd0;
      move_done <= 1'b0;
    end else begin
      move_done <= finished;
      unique case (state)
        IDLE:
        if (move_start) begin
          state <= SETUP;
          step  <= 4'd1;
        end
        SETUP: begin
          step <= step == LAST_STEP ? 4'd0 : step + 4'd1;
          if (step == LAST_STEP) state <= fault ? IDLE : move_store ? STORE : LOAD;
        end
        default: if (finished) state <= IDLE;
      endcase
    end
  end
endmodule
