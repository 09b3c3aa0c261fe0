// A design with the engine's ports that tests the bench: a start reads one burst from PROGRAM_ADDRESS and one from
// INPUT_ADDRESS, writes their sum, beat by beat, to OUTPUT_ADDRESS, and interrupts. FRAMES holds the beats less one.
// PROGRAM_BYTES selects what it does wrong; 0x7C shows the worst response of a run.
module engine #(
    parameter int LANES_K = 4,
    parameter int LANES_O = 2,
    parameter int LANES_P = 2,
    parameter int ACT_LINES = 64,
    parameter int W_ROWS = 64,
    parameter int ADDRESS_BITS = 32
) (
    input  logic                    aclk,
    input  logic                    aresetn,
    output logic                    interrupt,
    input  logic [11:0]             s_axi_control_awaddr,
    input  logic                    s_axi_control_awvalid,
    output logic                    s_axi_control_awready,
    input  logic [31:0]             s_axi_control_wdata,
    input  logic [3:0]              s_axi_control_wstrb,
    input  logic                    s_axi_control_wvalid,
    output logic                    s_axi_control_wready,
    output logic [1:0]              s_axi_control_bresp,
    output logic                    s_axi_control_bvalid,
    input  logic                    s_axi_control_bready,
    input  logic [11:0]             s_axi_control_araddr,
    input  logic                    s_axi_control_arvalid,
    output logic                    s_axi_control_arready,
    output logic [31:0]             s_axi_control_rdata,
    output logic [1:0]              s_axi_control_rresp,
    output logic                    s_axi_control_rvalid,
    input  logic                    s_axi_control_rready,
    output logic [ADDRESS_BITS-1:0] m_axi_program_araddr,
    output logic [7:0]              m_axi_program_arlen,
    output logic [2:0]              m_axi_program_arsize,
    output logic [1:0]              m_axi_program_arburst,
    output logic [3:0]              m_axi_program_arcache,
    output logic [2:0]              m_axi_program_arprot,
    output logic                    m_axi_program_arvalid,
    input  logic                    m_axi_program_arready,
    input  logic [63:0]             m_axi_program_rdata,
    input  logic [1:0]              m_axi_program_rresp,
    input  logic                    m_axi_program_rlast,
    input  logic                    m_axi_program_rvalid,
    output logic                    m_axi_program_rready,
    output logic [ADDRESS_BITS-1:0] m_axi_data_araddr,
    output logic [7:0]              m_axi_data_arlen,
    output logic [2:0]              m_axi_data_arsize,
    output logic [1:0]              m_axi_data_arburst,
    output logic [3:0]              m_axi_data_arcache,
    output logic [2:0]              m_axi_data_arprot,
    output logic                    m_axi_data_arvalid,
    input  logic                    m_axi_data_arready,
    input  logic [63:0]             m_axi_data_rdata,
    input  logic [1:0]              m_axi_data_rresp,
    input  logic                    m_axi_data_rlast,
    input  logic                    m_axi_data_rvalid,
    output logic                    m_axi_data_rready,
    output logic [ADDRESS_BITS-1:0] m_axi_data_awaddr,
    output logic [7:0]              m_axi_data_awlen,
    output logic [2:0]              m_axi_data_awsize,
    output logic [1:0]              m_axi_data_awburst,
    output logic [3:0]              m_axi_data_awcache,
    output logic [2:0]              m_axi_data_awprot,
    output logic                    m_axi_data_awvalid,
    input  logic                    m_axi_data_awready,
    output logic [63:0]             m_axi_data_wdata,
    output logic [7:0]              m_axi_data_wstrb,
    output logic                    m_axi_data_wlast,
    output logic                    m_axi_data_wvalid,
    input  logic                    m_axi_data_wready,
    input  logic [1:0]              m_axi_data_bresp,
    input  logic                    m_axi_data_bvalid,
    output logic                    m_axi_data_bready
);
  typedef enum logic [31:0] {
    NOTHING, FALLS, CHANGES, LONG, CROSSES, NARROW, FIXED, UNALIGNED, CACHE, EARLY_LAST, NO_LAST, NO_ADDRESS,
    EXTRA_B, REFUSES, BUS_IN_RESET, DATA_CHANGES, STUCK
  } wrong_t;

  logic [31:0] words[32];
  wire [31:0] program_address = words[4], input_address = words[8], output_address = words[12];
  wire [7:0] len = words[7][7:0];
  wrong_t wrong;
  assign wrong = wrong_t'(words[6]);

  // Registers: one access at a time.
  logic write_address, write_data;
  logic [11:0] at;
  logic [31:0] value;
  wire  write_now = write_address && write_data && !s_axi_control_bvalid;
  wire  start = write_now && at == 12'h0 && value[0];
  logic done;
  logic [1:0] worst;
  assign s_axi_control_awready = !write_address && wrong != STUCK;
  assign s_axi_control_wready  = !write_data;
  assign s_axi_control_arready = !s_axi_control_rvalid;
  assign s_axi_control_bresp   = 2'd0;
  assign interrupt = done;
  logic extra_given;

  always_ff @(posedge aclk) begin
    if (s_axi_control_awvalid && s_axi_control_awready) begin
      write_address <= 1'b1;
      at <= s_axi_control_awaddr;
    end
    if (s_axi_control_wvalid && s_axi_control_wready) begin
      write_data <= 1'b1;
      value <= s_axi_control_wdata;
    end
    if (s_axi_control_bvalid && s_axi_control_bready) s_axi_control_bvalid <= 1'b0;
    if (write_now) begin
      words[at[6:2]] <= value;
      write_address <= 1'b0;
      write_data <= 1'b0;
      s_axi_control_bvalid <= 1'b1;
    end
    if (wrong == EXTRA_B && !extra_given && !write_address && !write_data && !s_axi_control_bvalid) begin
      s_axi_control_bvalid <= 1'b1;
      extra_given <= 1'b1;
    end
    if (s_axi_control_rvalid && s_axi_control_rready) s_axi_control_rvalid <= 1'b0;
    if (s_axi_control_arvalid && s_axi_control_arready) begin
      s_axi_control_rvalid <= 1'b1;
      s_axi_control_rresp <= wrong == REFUSES ? 2'd2 : 2'd0;
      s_axi_control_rdata <= s_axi_control_araddr == 12'h7C ? 32'(worst) : words[s_axi_control_araddr[6:2]];
    end
    if (!aresetn) begin
      {write_address, write_data, s_axi_control_bvalid, s_axi_control_rvalid, extra_given} <= '0;
      words <= '{default: '0};
    end
  end

  // The two reads, then the write.
  logic [63:0] sums[32];
  logic [4:0] program_beat, data_beat, write_beat;
  logic program_read, data_read, writes;
  logic [3:0] age;
  assign m_axi_program_araddr  = ADDRESS_BITS'(program_address) + (wrong == UNALIGNED ? ADDRESS_BITS'(4) : 0);
  assign m_axi_program_arlen   = wrong == LONG ? 8'd16 : len;
  assign m_axi_program_arsize  = wrong == NARROW ? 3'd2 : 3'd3;
  assign m_axi_program_arburst = wrong == FIXED ? 2'd0 : 2'd1;
  assign m_axi_program_arcache = 4'd3;
  assign m_axi_program_arprot  = 3'd0;
  assign m_axi_program_rready  = 1'b1;
  assign m_axi_data_araddr     = ADDRESS_BITS'(input_address) + (wrong == CHANGES ? ADDRESS_BITS'({age, 7'd0}) : 0) +
                                 (wrong == CROSSES ? ADDRESS_BITS'(8) : 0);
  assign m_axi_data_arlen      = wrong == CROSSES ? 8'd15 : len;
  assign m_axi_data_arsize     = 3'd3;
  assign m_axi_data_arburst    = 2'd1;
  assign m_axi_data_arcache    = wrong == CACHE && age[0] ? 4'd0 : 4'd3;
  assign m_axi_data_arprot     = 3'd0;
  assign m_axi_data_rready     = 1'b1;
  assign m_axi_data_awaddr     = ADDRESS_BITS'(output_address);
  assign m_axi_data_awlen      = len;
  assign m_axi_data_awsize     = 3'd3;
  assign m_axi_data_awburst    = 2'd1;
  assign m_axi_data_awcache    = 4'd3;
  assign m_axi_data_awprot     = 3'd0;
  assign m_axi_data_wdata      = sums[write_beat] + (wrong == DATA_CHANGES ? 64'(age) : 0);
  assign m_axi_data_wstrb      = 8'hff;
  assign m_axi_data_wlast      = wrong == EARLY_LAST ? write_beat == 5'd0 : wrong == NO_LAST ? 1'b0 : 8'(write_beat) == len;
  assign m_axi_data_bready     = 1'b1;

  always_ff @(posedge aclk) begin
    age <= age + 1;
    if (m_axi_program_arready || wrong == FALLS && m_axi_program_arvalid) m_axi_program_arvalid <= 1'b0;
    if (m_axi_data_arready) m_axi_data_arvalid <= 1'b0;
    if (m_axi_program_rvalid && m_axi_data_rvalid && program_beat == data_beat)
      sums[program_beat] <= m_axi_program_rdata + m_axi_data_rdata;
    else begin
      if (m_axi_program_rvalid) sums[program_beat] <= sums[program_beat] + m_axi_program_rdata;
      if (m_axi_data_rvalid) sums[data_beat] <= sums[data_beat] + m_axi_data_rdata;
    end
    if (m_axi_program_rvalid) begin
      program_beat <= program_beat + 1;
      if (m_axi_program_rlast) program_read <= 1'b1;
      if (m_axi_program_rresp > worst) worst <= m_axi_program_rresp;
    end
    if (m_axi_data_rvalid) begin
      data_beat <= data_beat + 1;
      if (m_axi_data_rlast) data_read <= 1'b1;
      if (m_axi_data_rresp > worst) worst <= m_axi_data_rresp;
    end
    if (m_axi_data_awready) m_axi_data_awvalid <= 1'b0;
    if (program_read && data_read && !writes) begin
      writes <= 1'b1;
      m_axi_data_awvalid <= wrong != NO_ADDRESS;
      m_axi_data_wvalid <= 1'b1;
    end
    if (m_axi_data_wvalid && m_axi_data_wready) begin
      write_beat <= write_beat + 1;
      if (8'(write_beat) == len && wrong != NO_ADDRESS) m_axi_data_wvalid <= 1'b0;
    end
    if (m_axi_data_bvalid) begin
      done <= 1'b1;
      if (m_axi_data_bresp > worst) worst <= m_axi_data_bresp;
    end
    if (start) begin
      m_axi_program_arvalid <= 1'b1;
      m_axi_data_arvalid <= 1'b1;
      {program_beat, data_beat, write_beat, program_read, data_read} <= '0;
      {writes, done, worst} <= '0;
      sums <= '{default: '0};
    end
    if (!aresetn) begin
      {m_axi_program_arvalid, m_axi_data_awvalid, m_axi_data_wvalid, done, writes} <= '0;
      {program_read, data_read} <= '0;
      m_axi_data_arvalid <= wrong == BUS_IN_RESET;
    end
  end
endmodule
