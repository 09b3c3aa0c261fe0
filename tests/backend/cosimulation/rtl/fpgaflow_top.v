// Written by hand for the tests, in the shape that Vitis HLS gives its RTL.
// Version: 2023.2
`timescale 1 ns / 1 ps

(* CORE_GENERATION_INFO="fpgaflow_top,hls_ip_2023_2,{HLS_INPUT_TYPE=cxx,HLS_INPUT_CLOCK=10.000000}" *)

module fpgaflow_top (
        ap_clk,
        ap_rst_n,
        images_TDATA,
        images_TVALID,
        images_TREADY,
        images_TKEEP,
        images_TSTRB,
        images_TLAST,
        scores_TDATA,
        scores_TVALID,
        scores_TREADY,
        scores_TKEEP,
        scores_TSTRB,
        scores_TLAST,
        s_axi_control_AWVALID,
        s_axi_control_AWREADY,
        s_axi_control_AWADDR,
        s_axi_control_WVALID,
        s_axi_control_WREADY,
        s_axi_control_WDATA,
        s_axi_control_WSTRB,
        s_axi_control_ARVALID,
        s_axi_control_ARREADY,
        s_axi_control_ARADDR,
        s_axi_control_RVALID,
        s_axi_control_RREADY,
        s_axi_control_RDATA,
        s_axi_control_RRESP,
        s_axi_control_BVALID,
        s_axi_control_BREADY,
        s_axi_control_BRESP,
        interrupt
);

parameter    C_S_AXI_CONTROL_DATA_WIDTH = 32;
parameter    C_S_AXI_CONTROL_ADDR_WIDTH = 9;

parameter C_S_AXI_CONTROL_WSTRB_WIDTH = (32 / 8);

input ap_clk;
input ap_rst_n;
input [63:0] images_TDATA;
input images_TVALID;
output images_TREADY;
input [7:0] images_TKEEP;
input [7:0] images_TSTRB;
input images_TLAST;
output [63:0] scores_TDATA;
output scores_TVALID;
input scores_TREADY;
output [7:0] scores_TKEEP;
output [7:0] scores_TSTRB;
output scores_TLAST;
input s_axi_control_AWVALID;
output s_axi_control_AWREADY;
input [C_S_AXI_CONTROL_ADDR_WIDTH - 1:0] s_axi_control_AWADDR;
input s_axi_control_WVALID;
output s_axi_control_WREADY;
input [31:0] s_axi_control_WDATA;
input [3:0] s_axi_control_WSTRB;
input s_axi_control_ARVALID;
output s_axi_control_ARREADY;
input [C_S_AXI_CONTROL_ADDR_WIDTH - 1:0] s_axi_control_ARADDR;
output s_axi_control_RVALID;
input s_axi_control_RREADY;
output [31:0] s_axi_control_RDATA;
output [1:0] s_axi_control_RRESP;
output s_axi_control_BVALID;
input s_axi_control_BREADY;
output [1:0] s_axi_control_BRESP;
output interrupt;

reg    ap_rst_n_inv;
wire   ap_start;
wire   ap_ready;
wire   ap_done;
wire   ap_idle;
wire  [31:0] frames;
wire  [31:0] clear;
wire   counted;
wire  [63:0] frames_done;
wire  [63:0] cycles_busy;
wire  [63:0] cycles_stalled_input;
wire  [63:0] cycles_stalled_output;
wire  [63:0] beats_in;
wire  [63:0] beats_out;
wire  [63:0] bytes_in;
wire  [63:0] bytes_out;
wire  [63:0] off_chip_input;
wire  [63:0] off_chip_weight;
wire  [63:0] off_chip_feature_map;
wire  [63:0] off_chip_output;
wire  [63:0] fc_weight_reads;
wire  [63:0] fc_feature_map_reads;
wire  [63:0] fc_feature_map_writes;

always @ (*) begin
    ap_rst_n_inv = ~ap_rst_n;
end

fpgaflow_top_control_s_axi #(
    .C_S_AXI_ADDR_WIDTH( C_S_AXI_CONTROL_ADDR_WIDTH ),
    .C_S_AXI_DATA_WIDTH( C_S_AXI_CONTROL_DATA_WIDTH ))
control_s_axi_U(
    .AWVALID(s_axi_control_AWVALID),
    .AWREADY(s_axi_control_AWREADY),
    .AWADDR(s_axi_control_AWADDR),
    .WVALID(s_axi_control_WVALID),
    .WREADY(s_axi_control_WREADY),
    .WDATA(s_axi_control_WDATA),
    .WSTRB(s_axi_control_WSTRB),
    .ARVALID(s_axi_control_ARVALID),
    .ARREADY(s_axi_control_ARREADY),
    .ARADDR(s_axi_control_ARADDR),
    .RVALID(s_axi_control_RVALID),
    .RREADY(s_axi_control_RREADY),
    .RDATA(s_axi_control_RDATA),
    .RRESP(s_axi_control_RRESP),
    .BVALID(s_axi_control_BVALID),
    .BREADY(s_axi_control_BREADY),
    .BRESP(s_axi_control_BRESP),
    .ACLK(ap_clk),
    .ARESET(ap_rst_n_inv),
    .ACLK_EN(1'b1),
    .interrupt(interrupt),
    .frames(frames),
    .clear(clear),
    .frames_done(frames_done),
    .frames_done_ap_vld(counted),
    .cycles_busy(cycles_busy),
    .cycles_busy_ap_vld(counted),
    .cycles_stalled_input(cycles_stalled_input),
    .cycles_stalled_input_ap_vld(counted),
    .cycles_stalled_output(cycles_stalled_output),
    .cycles_stalled_output_ap_vld(counted),
    .beats_in(beats_in),
    .beats_in_ap_vld(counted),
    .beats_out(beats_out),
    .beats_out_ap_vld(counted),
    .bytes_in(bytes_in),
    .bytes_in_ap_vld(counted),
    .bytes_out(bytes_out),
    .bytes_out_ap_vld(counted),
    .off_chip_input(off_chip_input),
    .off_chip_input_ap_vld(counted),
    .off_chip_weight(off_chip_weight),
    .off_chip_weight_ap_vld(counted),
    .off_chip_feature_map(off_chip_feature_map),
    .off_chip_feature_map_ap_vld(counted),
    .off_chip_output(off_chip_output),
    .off_chip_output_ap_vld(counted),
    .fc_weight_reads(fc_weight_reads),
    .fc_weight_reads_ap_vld(counted),
    .fc_feature_map_reads(fc_feature_map_reads),
    .fc_feature_map_reads_ap_vld(counted),
    .fc_feature_map_writes(fc_feature_map_writes),
    .fc_feature_map_writes_ap_vld(counted),
    .ap_start(ap_start),
    .ap_ready(ap_ready),
    .ap_done(ap_done),
    .ap_idle(ap_idle)
);

fpgaflow_top_compute compute_U0(
    .ap_clk(ap_clk),
    .ap_rst(ap_rst_n_inv),
    .ap_start(ap_start),
    .ap_ready(ap_ready),
    .ap_done(ap_done),
    .ap_idle(ap_idle),
    .frames(frames),
    .clear(clear),
    .images_TDATA(images_TDATA),
    .images_TVALID(images_TVALID),
    .images_TREADY(images_TREADY),
    .scores_TDATA(scores_TDATA),
    .scores_TVALID(scores_TVALID),
    .scores_TREADY(scores_TREADY),
    .scores_TKEEP(scores_TKEEP),
    .scores_TSTRB(scores_TSTRB),
    .scores_TLAST(scores_TLAST),
    .frames_done(frames_done),
    .cycles_busy(cycles_busy),
    .cycles_stalled_input(cycles_stalled_input),
    .cycles_stalled_output(cycles_stalled_output),
    .beats_in(beats_in),
    .beats_out(beats_out),
    .bytes_in(bytes_in),
    .bytes_out(bytes_out),
    .off_chip_input(off_chip_input),
    .off_chip_weight(off_chip_weight),
    .off_chip_feature_map(off_chip_feature_map),
    .off_chip_output(off_chip_output),
    .fc_weight_reads(fc_weight_reads),
    .fc_feature_map_reads(fc_feature_map_reads),
    .fc_feature_map_writes(fc_feature_map_writes),
    .counted(counted)
);

endmodule //fpgaflow_top
