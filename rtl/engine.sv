// The engine: registers, one master that reads the program, one that moves feature maps, and the core.
module engine #(
    parameter int LANES_K      = 12,
    parameter int LANES_O      = 4,
    parameter int LANES_P      = 8,
    parameter int ACT_LINES    = 3072,
    parameter int W_ROWS       = 3072,
    parameter int ADDRESS_BITS = 32     // at least 33 or exactly 32
) (
    input  logic aclk,
    input  logic aresetn,
    // In C++ this is __SYM__interrupt.
    /* verilator lint_off SYMRSVDWORD */
    output logic interrupt,
    /* verilator lint_on SYMRSVDWORD */

    input  logic [11:0] s_axi_control_awaddr,
    input  logic        s_axi_control_awvalid,
    output logic        s_axi_control_awready,
    input  logic [31:0] s_axi_control_wdata,
    input  logic [ 3:0] s_axi_control_wstrb,
    input  logic        s_axi_control_wvalid,
    output logic        s_axi_control_wready,
    output logic [ 1:0] s_axi_control_bresp,
    output logic        s_axi_control_bvalid,
    input  logic        s_axi_control_bready,
    input  logic [11:0] s_axi_control_araddr,
    input  logic        s_axi_control_arvalid,
    output logic        s_axi_control_arready,
    output logic [31:0] s_axi_control_rdata,
    output logic [ 1:0] s_axi_control_rresp,
    output logic        s_axi_control_rvalid,
    input  logic        s_axi_control_rready,

    output logic [ADDRESS_BITS-1:0] m_axi_program_araddr,
    output logic [             7:0] m_axi_program_arlen,
    output logic [             2:0] m_axi_program_arsize,
    output logic [             1:0] m_axi_program_arburst,
    output logic [             3:0] m_axi_program_arcache,
    output logic [             2:0] m_axi_program_arprot,
    output logic                    m_axi_program_arvalid,
    input  logic                    m_axi_program_arready,
    input  logic [            63:0] m_axi_program_rdata,
    input  logic [             1:0] m_axi_program_rresp,
    input  logic                    m_axi_program_rlast,
    input  logic                    m_axi_program_rvalid,
    output logic                    m_axi_program_rready,

    output logic [ADDRESS_BITS-1:0] m_axi_data_araddr,
    output logic [             7:0] m_axi_data_arlen,
    output logic [             2:0] m_axi_data_arsize,
    output logic [             1:0] m_axi_data_arburst,
    output logic [             3:0] m_axi_data_arcache,
    output logic [             2:0] m_axi_data_arprot,
    output logic                    m_axi_data_arvalid,
    input  logic                    m_axi_data_arready,
    input  logic [            63:0] m_axi_data_rdata,
    input  logic [             1:0] m_axi_data_rresp,
    input  logic                    m_axi_data_rlast,
    input  logic                    m_axi_data_rvalid,
    output logic                    m_axi_data_rready,
    output logic [ADDRESS_BITS-1:0] m_axi_data_awaddr,
    output logic [             7:0] m_axi_data_awlen,
    output logic [             2:0] m_axi_data_awsize,
    output logic [             1:0] m_axi_data_awburst,
    output logic [             3:0] m_axi_data_awcache,
    output logic [             2:0] m_axi_data_awprot,
    output logic                    m_axi_data_awvalid,
    input  logic                    m_axi_data_awready,
    output logic [            63:0] m_axi_data_wdata,
    output logic [             7:0] m_axi_data_wstrb,
    output logic                    m_axi_data_wlast,
    output logic                    m_axi_data_wvalid,
    input  logic                    m_axi_data_wready,
    input  logic [             1:0] m_axi_data_bresp,
    input  logic                    m_axi_data_bvalid,
    output logic                    m_axi_data_bready
);
  // Incrementing bursts of 8-byte beats; normal memory, not cached, bufferable; data, secure.
  assign m_axi_program_arsize = 3'd3;
  assign m_axi_program_arburst = 2'b01;
  assign m_axi_program_arcache = 4'b0011;
  assign m_axi_program_arprot = 3'b000;
  assign m_axi_data_arsize = 3'd3;
  assign m_axi_data_arburst = 2'b01;
  assign m_axi_data_arcache = 4'b0011;
  assign m_axi_data_arprot = 3'b000;
  assign m_axi_data_awsize = 3'd3;
  assign m_axi_data_awburst = 2'b01;
  assign m_axi_data_awcache = 4'b0011;
  assign m_axi_data_awprot = 3'b000;

  logic start, abort, program_written, idle, done;
  engine_pkg::status_t status;
  logic [31:0] where;
  logic [ADDRESS_BITS-1:0] program_address, input_address, output_address, spill_address;
  logic [31:0] program_bytes, frames, input_region, output_region, spill_region;
  logic [4:0] counter;
  logic counter_given;
  logic [63:0] counter_value;

  registers #(
      .LANES_K(LANES_K),
      .LANES_O(LANES_O),
      .LANES_P(LANES_P),
      .ACT_LINES(ACT_LINES),
      .W_ROWS(W_ROWS),
      .ADDRESS_BITS(ADDRESS_BITS)
  ) registers (
      .aclk,
      .aresetn,
      .interrupt,
      .awaddr(s_axi_control_awaddr),
      .awvalid(s_axi_control_awvalid),
      .awready(s_axi_control_awready),
      .wdata(s_axi_control_wdata),
      .wstrb(s_axi_control_wstrb),
      .wvalid(s_axi_control_wvalid),
      .wready(s_axi_control_wready),
      .bresp(s_axi_control_bresp),
      .bvalid(s_axi_control_bvalid),
      .bready(s_axi_control_bready),
      .araddr(s_axi_control_araddr),
      .arvalid(s_axi_control_arvalid),
      .arready(s_axi_control_arready),
      .rdata(s_axi_control_rdata),
      .rresp(s_axi_control_rresp),
      .rvalid(s_axi_control_rvalid),
      .rready(s_axi_control_rready),
      .start,
      .abort,
      .program_written,
      .idle,
      .done,
      .status,
      .where,
      .program_address,
      .program_bytes,
      .frames,
      .input_address,
      .input_region,
      .output_address,
      .output_region,
      .spill_address,
      .spill_region,
      .counter,
      .counter_given,
      .counter_value
  );

  logic reader_start, reader_again, reader_stop, reader_busy, reader_error;
  logic [ADDRESS_BITS-1:0] reader_address;
  logic [28:0] reader_beats;
  logic reader_issue, reader_issue_last, reader_starved, beat;
  logic [ 4:0] reader_issue_beats;
  logic [63:0] beat_data;
  logic check_clear, checking, check_wrong;
  engine_pkg::status_t check_status;
  logic [28:0] rows;
  logic [31:0] input_bytes, output_bytes;
  logic run, resident, first_frame, frame_end, trailing, frame_done;
  logic [32:0] input_start, output_start;
  logic core_fault, mover_fault, mover_busy, read_error, write_error;
  engine_pkg::status_t core_status, mover_status;
  logic [31:0] core_where;
  engine_pkg::activity_t activity;

  run_control #(
      .LANES_K(LANES_K),
      .LANES_O(LANES_O),
      .W_ROWS(W_ROWS),
      .ADDRESS_BITS(ADDRESS_BITS)
  ) run_control (
      .aclk,
      .aresetn,
      .start,
      .abort,
      .program_written,
      .idle,
      .done,
      .status,
      .where,
      .program_address,
      .program_bytes,
      .frames,
      .data_alignment(input_address[2:0] | output_address[2:0] | spill_address[2:0]),
      .reader_start,
      .reader_address,
      .reader_beats,
      .reader_again,
      .reader_stop,
      .reader_busy,
      .reader_error,
      .starved(reader_starved && activity == engine_pkg::ACTIVITY_WAIT_PROGRAM),
      .reader_issued(reader_issue && reader_issue_last),
      .check_clear,
      .checking,
      .check_wrong,
      .check_status,
      .check_rows(rows),
      .input_bytes,
      .output_bytes,
      .run,
      .resident,
      .first_frame,
      .input_start,
      .output_start,
      .frame_end,
      .trailing,
      .core_fault,
      .core_status,
      .core_where,
      .mover_busy,
      .mover_fault,
      .mover_status,
      .read_error,
      .write_error,
      .frame_done
  );

  // The check takes every beat; the ring has so many places.
  logic [15:0] space;
  burst_reader #(
      .ADDRESS_BITS(ADDRESS_BITS)
  ) program_reader (
      .aclk,
      .aresetn,
      .start(reader_start),
      .address(reader_address),
      .beats(reader_beats),
      .again(reader_again),
      .stop(reader_stop),
      .space(checking ? 16'hFFFF : space),
      .issue(reader_issue),
      .issue_beats(reader_issue_beats),
      .issue_last(reader_issue_last),
      .starved(reader_starved),
      .busy(reader_busy),
      .beat,
      .beat_data,
      .error(reader_error),
      .araddr(m_axi_program_araddr),
      .arlen(m_axi_program_arlen),
      .arvalid(m_axi_program_arvalid),
      .arready(m_axi_program_arready),
      .rdata(m_axi_program_rdata),
      .rresp(m_axi_program_rresp),
      .rlast(m_axi_program_rlast),
      .rvalid(m_axi_program_rvalid),
      .rready(m_axi_program_rready)
  );

  program_check #(
      .LANES_K(LANES_K),
      .LANES_O(LANES_O),
      .LANES_P(LANES_P),
      .ACT_LINES(ACT_LINES),
      .W_ROWS(W_ROWS)
  ) program_check (
      .aclk,
      .clear(check_clear),
      .beat(beat && checking),
      .beat_data,
      .program_bytes,
      .header_wrong(check_wrong),
      .status(check_status),
      .rows,
      .input_bytes,
      .output_bytes
  );

  logic [15:0] ring_available;
  logic ring_ended, ring_read, ring_free;
  logic [11:0] ring_offset;
  logic [12:0] ring_free_rows;
  logic [LANES_K*LANES_O*8-1:0] ring_data;

  program_ring #(
      .LANES_K(LANES_K),
      .LANES_O(LANES_O),
      .W_ROWS(W_ROWS)
  ) program_ring (
      .aclk,
      .run,
      .resident,
      .rows,
      .frame_end,
      .trailing,
      .beat(beat && run),
      .beat_data,
      .issue(reader_issue),
      .issue_beats(reader_issue_beats),
      .space,
      .ring_available,
      .ring_ended,
      .ring_read,
      .ring_offset,
      .ring_data,
      .ring_free,
      .ring_free_rows
  );

  logic move_start, move_store, move_region, move_done;
  logic [4:0] move_banks;
  logic [15:0] move_address, move_bytes;
  logic [31:0] move_offset;
  logic bank_write, bank_read;
  logic [3:0] bank_write_bank, bank_read_bank;
  logic [15:0] bank_write_address, bank_read_address;
  logic [63:0] bank_write_data, bank_read_data;
  logic read_beat, write_beat, read_burst, write_burst;

  mover #(
      .LANES_P(LANES_P),
      .ACT_LINES(ACT_LINES),
      .ADDRESS_BITS(ADDRESS_BITS)
  ) mover (
      .aclk,
      .aresetn,
      .run,
      .busy(mover_busy),
      .input_address,
      .input_region,
      .input_bytes,
      .input_start,
      .output_address,
      .output_region,
      .output_bytes,
      .output_start,
      .spill_address,
      .spill_region,
      .move_start,
      .move_store,
      .move_region,
      .move_banks,
      .move_address,
      .move_bytes,
      .move_offset,
      .move_done,
      .bank_write,
      .bank_write_bank,
      .bank_write_address,
      .bank_write_data,
      .bank_read,
      .bank_read_bank,
      .bank_read_address,
      .bank_read_data,
      .fault(mover_fault),
      .fault_status(mover_status),
      .read_error,
      .write_error,
      .count_read(read_beat),
      .count_write(write_beat),
      .count_read_burst(read_burst),
      .count_write_burst(write_burst),
      .araddr(m_axi_data_araddr),
      .arlen(m_axi_data_arlen),
      .arvalid(m_axi_data_arvalid),
      .arready(m_axi_data_arready),
      .rdata(m_axi_data_rdata),
      .rresp(m_axi_data_rresp),
      .rlast(m_axi_data_rlast),
      .rvalid(m_axi_data_rvalid),
      .rready(m_axi_data_rready),
      .awaddr(m_axi_data_awaddr),
      .awlen(m_axi_data_awlen),
      .awvalid(m_axi_data_awvalid),
      .awready(m_axi_data_awready),
      .wdata(m_axi_data_wdata),
      .wstrb(m_axi_data_wstrb),
      .wlast(m_axi_data_wlast),
      .wvalid(m_axi_data_wvalid),
      .wready(m_axi_data_wready),
      .bresp(m_axi_data_bresp),
      .bvalid(m_axi_data_bvalid),
      .bready(m_axi_data_bready)
  );

  logic step;
  logic [10:0] useful;
  logic [12:0] program_rows, weight_rows;
  logic [7:0] written;

  engine_core #(
      .LANES_K(LANES_K),
      .LANES_O(LANES_O),
      .LANES_P(LANES_P),
      .ACT_LINES(ACT_LINES),
      .W_ROWS(W_ROWS)
  ) core (
      .aclk,
      .aresetn,
      .run,
      .frame_end,
      .ring_available,
      .ring_read,
      .ring_offset,
      .ring_data,
      .ring_free,
      .ring_free_rows,
      .ring_ended,
      .move_start,
      .move_store,
      .move_region,
      .move_banks,
      .move_address,
      .move_bytes,
      .move_offset,
      .move_done,
      .bank_write,
      .bank_write_bank,
      .bank_write_address,
      .bank_write_data,
      .bank_read,
      .bank_read_bank,
      .bank_read_address,
      .bank_read_data,
      .fault(core_fault),
      .fault_status(core_status),
      .where(core_where),
      .activity,
      .count_step(step),
      .count_useful(useful),
      .count_program_rows(program_rows),
      .count_weight_rows(weight_rows),
      .count_written(written)
  );

  counters #(
      .LANES_K(LANES_K),
      .LANES_O(LANES_O),
      .LANES_P(LANES_P)
  ) counters (
      .aclk,
      .aresetn,
      .clear(start),
      .checking,
      .run,
      .frame_done,
      .activity,
      .step,
      .useful,
      .program_read(!resident || first_frame),
      .program_rows,
      .weight_rows,
      .written,
      .region(move_region),
      .read_beat,
      .write_beat,
      .program_burst(reader_issue),
      .read_burst,
      .write_burst,
      .wanted(counter),
      .given(counter_given),
      .value(counter_value)
  );
endmodule
