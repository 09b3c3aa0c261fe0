// Written by hand for the tests, in the shape that Vitis HLS gives its RTL.
// Version: 2023.2
`timescale 1 ns / 1 ps

module fpgaflow_top_control_s_axi
#(parameter
    C_S_AXI_ADDR_WIDTH = 9,
    C_S_AXI_DATA_WIDTH = 32
)(
    input  wire                          ACLK,
    input  wire                          ARESET,
    input  wire                          ACLK_EN,
    input  wire                           AWVALID,
    output wire                           AWREADY,
    input  wire [C_S_AXI_ADDR_WIDTH-1:0]  AWADDR,
    input  wire                           WVALID,
    output wire                           WREADY,
    input  wire [C_S_AXI_DATA_WIDTH-1:0]  WDATA,
    input  wire [C_S_AXI_DATA_WIDTH/8-1:0] WSTRB,
    input  wire                           ARVALID,
    output wire                           ARREADY,
    input  wire [C_S_AXI_ADDR_WIDTH-1:0]  ARADDR,
    output wire                           RVALID,
    input  wire                           RREADY,
    output wire [C_S_AXI_DATA_WIDTH-1:0]  RDATA,
    output wire [1:0]                     RRESP,
    output wire                           BVALID,
    input  wire                           BREADY,
    output wire [1:0]                     BRESP,
    output wire                           interrupt,
    output wire [31:0]                    frames,
    output wire [31:0]                    clear,
    input  wire [63:0]                    frames_done,
    input  wire                           frames_done_ap_vld,
    input  wire [63:0]                    cycles_busy,
    input  wire                           cycles_busy_ap_vld,
    input  wire [63:0]                    cycles_stalled_input,
    input  wire                           cycles_stalled_input_ap_vld,
    input  wire [63:0]                    cycles_stalled_output,
    input  wire                           cycles_stalled_output_ap_vld,
    input  wire [63:0]                    beats_in,
    input  wire                           beats_in_ap_vld,
    input  wire [63:0]                    beats_out,
    input  wire                           beats_out_ap_vld,
    input  wire [63:0]                    bytes_in,
    input  wire                           bytes_in_ap_vld,
    input  wire [63:0]                    bytes_out,
    input  wire                           bytes_out_ap_vld,
    input  wire [63:0]                    off_chip_input,
    input  wire                           off_chip_input_ap_vld,
    input  wire [63:0]                    off_chip_weight,
    input  wire                           off_chip_weight_ap_vld,
    input  wire [63:0]                    off_chip_feature_map,
    input  wire                           off_chip_feature_map_ap_vld,
    input  wire [63:0]                    off_chip_output,
    input  wire                           off_chip_output_ap_vld,
    input  wire [63:0]                    fc_weight_reads,
    input  wire                           fc_weight_reads_ap_vld,
    input  wire [63:0]                    fc_feature_map_reads,
    input  wire                           fc_feature_map_reads_ap_vld,
    input  wire [63:0]                    fc_feature_map_writes,
    input  wire                           fc_feature_map_writes_ap_vld,
    output wire                           ap_start,
    input  wire                           ap_done,
    input  wire                           ap_ready,
    input  wire                           ap_idle
);

// 0x000 : Control signals, 0x004 : Global Interrupt Enable Register
// 0x010 : Data signal of frames, 0x018 : Data signal of clear
// 0x020 and on : Data signals of the counters

localparam
    ADDR_AP_CTRL                      = 9'h000,
    ADDR_GIE                          = 9'h004,
    ADDR_IER                          = 9'h008,
    ADDR_ISR                          = 9'h00c,
    ADDR_FRAMES_DATA_0                = 9'h010,
    ADDR_FRAMES_CTRL                  = 9'h014,
    ADDR_CLEAR_DATA_0                 = 9'h018,
    ADDR_CLEAR_CTRL                   = 9'h01c,
    ADDR_FRAMES_DONE_DATA_0           = 9'h020,
    ADDR_FRAMES_DONE_DATA_1           = 9'h024,
    ADDR_FRAMES_DONE_CTRL             = 9'h028,
    ADDR_CYCLES_BUSY_DATA_0           = 9'h038,
    ADDR_CYCLES_BUSY_DATA_1           = 9'h03c,
    ADDR_CYCLES_BUSY_CTRL             = 9'h040,
    ADDR_CYCLES_STALLED_INPUT_DATA_0  = 9'h050,
    ADDR_CYCLES_STALLED_INPUT_DATA_1  = 9'h054,
    ADDR_CYCLES_STALLED_INPUT_CTRL    = 9'h058,
    ADDR_CYCLES_STALLED_OUTPUT_DATA_0 = 9'h068,
    ADDR_CYCLES_STALLED_OUTPUT_DATA_1 = 9'h06c,
    ADDR_CYCLES_STALLED_OUTPUT_CTRL   = 9'h070,
    ADDR_BEATS_IN_DATA_0              = 9'h080,
    ADDR_BEATS_IN_DATA_1              = 9'h084,
    ADDR_BEATS_IN_CTRL                = 9'h088,
    ADDR_BEATS_OUT_DATA_0             = 9'h098,
    ADDR_BEATS_OUT_DATA_1             = 9'h09c,
    ADDR_BEATS_OUT_CTRL               = 9'h0a0,
    ADDR_BYTES_IN_DATA_0              = 9'h0b0,
    ADDR_BYTES_IN_DATA_1              = 9'h0b4,
    ADDR_BYTES_IN_CTRL                = 9'h0b8,
    ADDR_BYTES_OUT_DATA_0             = 9'h0c8,
    ADDR_BYTES_OUT_DATA_1             = 9'h0cc,
    ADDR_BYTES_OUT_CTRL               = 9'h0d0,
    ADDR_OFF_CHIP_INPUT_DATA_0        = 9'h0e0,
    ADDR_OFF_CHIP_INPUT_DATA_1        = 9'h0e4,
    ADDR_OFF_CHIP_INPUT_CTRL          = 9'h0e8,
    ADDR_OFF_CHIP_WEIGHT_DATA_0       = 9'h0f8,
    ADDR_OFF_CHIP_WEIGHT_DATA_1       = 9'h0fc,
    ADDR_OFF_CHIP_WEIGHT_CTRL         = 9'h100,
    ADDR_OFF_CHIP_FEATURE_MAP_DATA_0  = 9'h110,
    ADDR_OFF_CHIP_FEATURE_MAP_DATA_1  = 9'h114,
    ADDR_OFF_CHIP_FEATURE_MAP_CTRL    = 9'h118,
    ADDR_OFF_CHIP_OUTPUT_DATA_0       = 9'h128,
    ADDR_OFF_CHIP_OUTPUT_DATA_1       = 9'h12c,
    ADDR_OFF_CHIP_OUTPUT_CTRL         = 9'h130,
    ADDR_FC_WEIGHT_READS_DATA_0       = 9'h140,
    ADDR_FC_WEIGHT_READS_DATA_1       = 9'h144,
    ADDR_FC_WEIGHT_READS_CTRL         = 9'h148,
    ADDR_FC_FEATURE_MAP_READS_DATA_0  = 9'h158,
    ADDR_FC_FEATURE_MAP_READS_DATA_1  = 9'h15c,
    ADDR_FC_FEATURE_MAP_READS_CTRL    = 9'h160,
    ADDR_FC_FEATURE_MAP_WRITES_DATA_0 = 9'h170,
    ADDR_FC_FEATURE_MAP_WRITES_DATA_1 = 9'h174,
    ADDR_FC_FEATURE_MAP_WRITES_CTRL   = 9'h178,
    WRIDLE                            = 2'd0,
    WRDATA                            = 2'd1,
    WRRESP                            = 2'd2,
    WRRESET                           = 2'd3,
    RDIDLE                            = 2'd0,
    RDDATA                            = 2'd1,
    RDRESET                           = 2'd2;

reg  [1:0]                    wstate = WRRESET;
reg  [C_S_AXI_ADDR_WIDTH-1:0] waddr;
reg  [1:0]                    rstate = RDRESET;
reg  [31:0]                   rdata;
reg                           int_ap_start = 1'b0;
reg                           int_ap_done = 1'b0;
reg  [31:0]                   int_frames = 'b0;
reg  [31:0]                   int_clear = 'b0;
reg  [63:0]                   int_frames_done = 'b0;
reg                           int_frames_done_ap_vld = 1'b0;
reg  [63:0]                   int_cycles_busy = 'b0;
reg                           int_cycles_busy_ap_vld = 1'b0;
reg  [63:0]                   int_cycles_stalled_input = 'b0;
reg                           int_cycles_stalled_input_ap_vld = 1'b0;
reg  [63:0]                   int_cycles_stalled_output = 'b0;
reg                           int_cycles_stalled_output_ap_vld = 1'b0;
reg  [63:0]                   int_beats_in = 'b0;
reg                           int_beats_in_ap_vld = 1'b0;
reg  [63:0]                   int_beats_out = 'b0;
reg                           int_beats_out_ap_vld = 1'b0;
reg  [63:0]                   int_bytes_in = 'b0;
reg                           int_bytes_in_ap_vld = 1'b0;
reg  [63:0]                   int_bytes_out = 'b0;
reg                           int_bytes_out_ap_vld = 1'b0;
reg  [63:0]                   int_off_chip_input = 'b0;
reg                           int_off_chip_input_ap_vld = 1'b0;
reg  [63:0]                   int_off_chip_weight = 'b0;
reg                           int_off_chip_weight_ap_vld = 1'b0;
reg  [63:0]                   int_off_chip_feature_map = 'b0;
reg                           int_off_chip_feature_map_ap_vld = 1'b0;
reg  [63:0]                   int_off_chip_output = 'b0;
reg                           int_off_chip_output_ap_vld = 1'b0;
reg  [63:0]                   int_fc_weight_reads = 'b0;
reg                           int_fc_weight_reads_ap_vld = 1'b0;
reg  [63:0]                   int_fc_feature_map_reads = 'b0;
reg                           int_fc_feature_map_reads_ap_vld = 1'b0;
reg  [63:0]                   int_fc_feature_map_writes = 'b0;
reg                           int_fc_feature_map_writes_ap_vld = 1'b0;
reg                           deaf;

initial deaf = $test$plusargs("fault_deaf");

assign AWREADY   = (wstate == WRIDLE) && !deaf;
assign WREADY    = (wstate == WRDATA);
assign BVALID    = (wstate == WRRESP);
assign BRESP     = 2'b00;
assign ARREADY   = (rstate == RDIDLE);
assign RVALID    = (rstate == RDDATA);
assign RRESP     = 2'b00;
assign RDATA     = rdata;
assign interrupt = 1'b0;
assign frames    = int_frames;
assign clear     = int_clear;
assign ap_start  = int_ap_start;

always @(posedge ACLK) begin
    if (ARESET)
        wstate <= WRRESET;
    else if (ACLK_EN)
        case (wstate)
            WRIDLE: if (AWVALID & AWREADY) begin
                waddr  <= AWADDR;
                wstate <= WRDATA;
            end
            WRDATA: if (WVALID)
                wstate <= WRRESP;
            WRRESP: if (BREADY)
                wstate <= WRIDLE;
            default:
                wstate <= WRIDLE;
        endcase
end

always @(posedge ACLK) begin
    if (ARESET) begin
        int_ap_start <= 1'b0;
        int_ap_done  <= 1'b0;
    end else if (ACLK_EN) begin
        if (ap_ready)
            int_ap_start <= 1'b0;
        if (ap_done)
            int_ap_done <= 1'b1;
        else if (ARVALID & ARREADY && ARADDR == ADDR_AP_CTRL)
            int_ap_done <= 1'b0;
        if (WVALID & WREADY)
            case (waddr)
                ADDR_AP_CTRL:       int_ap_start <= WDATA[0];
                ADDR_FRAMES_DATA_0: int_frames   <= WDATA;
                ADDR_CLEAR_DATA_0:  int_clear    <= WDATA;
                default: ;
            endcase
    end
end

always @(posedge ACLK) begin
    if (ARESET)
        rstate <= RDRESET;
    else if (ACLK_EN)
        case (rstate)
            RDIDLE: if (ARVALID) begin
                rstate <= RDDATA;
                case (ARADDR)
                    ADDR_AP_CTRL: rdata <= {28'b0, ap_ready, ap_idle, int_ap_done, int_ap_start};
                    ADDR_FRAMES_DATA_0: rdata <= int_frames;
                    ADDR_CLEAR_DATA_0: rdata <= int_clear;
                    ADDR_FRAMES_DONE_DATA_0: rdata <= int_frames_done[31:0];
                    ADDR_FRAMES_DONE_DATA_1: rdata <= int_frames_done[63:32];
                    ADDR_FRAMES_DONE_CTRL: rdata <= {31'b0, int_frames_done_ap_vld};
                    ADDR_CYCLES_BUSY_DATA_0: rdata <= int_cycles_busy[31:0];
                    ADDR_CYCLES_BUSY_DATA_1: rdata <= int_cycles_busy[63:32];
                    ADDR_CYCLES_BUSY_CTRL: rdata <= {31'b0, int_cycles_busy_ap_vld};
                    ADDR_CYCLES_STALLED_INPUT_DATA_0: rdata <= int_cycles_stalled_input[31:0];
                    ADDR_CYCLES_STALLED_INPUT_DATA_1: rdata <= int_cycles_stalled_input[63:32];
                    ADDR_CYCLES_STALLED_INPUT_CTRL: rdata <= {31'b0, int_cycles_stalled_input_ap_vld};
                    ADDR_CYCLES_STALLED_OUTPUT_DATA_0: rdata <= int_cycles_stalled_output[31:0];
                    ADDR_CYCLES_STALLED_OUTPUT_DATA_1: rdata <= int_cycles_stalled_output[63:32];
                    ADDR_CYCLES_STALLED_OUTPUT_CTRL: rdata <= {31'b0, int_cycles_stalled_output_ap_vld};
                    ADDR_BEATS_IN_DATA_0: rdata <= int_beats_in[31:0];
                    ADDR_BEATS_IN_DATA_1: rdata <= int_beats_in[63:32];
                    ADDR_BEATS_IN_CTRL: rdata <= {31'b0, int_beats_in_ap_vld};
                    ADDR_BEATS_OUT_DATA_0: rdata <= int_beats_out[31:0];
                    ADDR_BEATS_OUT_DATA_1: rdata <= int_beats_out[63:32];
                    ADDR_BEATS_OUT_CTRL: rdata <= {31'b0, int_beats_out_ap_vld};
                    ADDR_BYTES_IN_DATA_0: rdata <= int_bytes_in[31:0];
                    ADDR_BYTES_IN_DATA_1: rdata <= int_bytes_in[63:32];
                    ADDR_BYTES_IN_CTRL: rdata <= {31'b0, int_bytes_in_ap_vld};
                    ADDR_BYTES_OUT_DATA_0: rdata <= int_bytes_out[31:0];
                    ADDR_BYTES_OUT_DATA_1: rdata <= int_bytes_out[63:32];
                    ADDR_BYTES_OUT_CTRL: rdata <= {31'b0, int_bytes_out_ap_vld};
                    ADDR_OFF_CHIP_INPUT_DATA_0: rdata <= int_off_chip_input[31:0];
                    ADDR_OFF_CHIP_INPUT_DATA_1: rdata <= int_off_chip_input[63:32];
                    ADDR_OFF_CHIP_INPUT_CTRL: rdata <= {31'b0, int_off_chip_input_ap_vld};
                    ADDR_OFF_CHIP_WEIGHT_DATA_0: rdata <= int_off_chip_weight[31:0];
                    ADDR_OFF_CHIP_WEIGHT_DATA_1: rdata <= int_off_chip_weight[63:32];
                    ADDR_OFF_CHIP_WEIGHT_CTRL: rdata <= {31'b0, int_off_chip_weight_ap_vld};
                    ADDR_OFF_CHIP_FEATURE_MAP_DATA_0: rdata <= int_off_chip_feature_map[31:0];
                    ADDR_OFF_CHIP_FEATURE_MAP_DATA_1: rdata <= int_off_chip_feature_map[63:32];
                    ADDR_OFF_CHIP_FEATURE_MAP_CTRL: rdata <= {31'b0, int_off_chip_feature_map_ap_vld};
                    ADDR_OFF_CHIP_OUTPUT_DATA_0: rdata <= int_off_chip_output[31:0];
                    ADDR_OFF_CHIP_OUTPUT_DATA_1: rdata <= int_off_chip_output[63:32];
                    ADDR_OFF_CHIP_OUTPUT_CTRL: rdata <= {31'b0, int_off_chip_output_ap_vld};
                    ADDR_FC_WEIGHT_READS_DATA_0: rdata <= int_fc_weight_reads[31:0];
                    ADDR_FC_WEIGHT_READS_DATA_1: rdata <= int_fc_weight_reads[63:32];
                    ADDR_FC_WEIGHT_READS_CTRL: rdata <= {31'b0, int_fc_weight_reads_ap_vld};
                    ADDR_FC_FEATURE_MAP_READS_DATA_0: rdata <= int_fc_feature_map_reads[31:0];
                    ADDR_FC_FEATURE_MAP_READS_DATA_1: rdata <= int_fc_feature_map_reads[63:32];
                    ADDR_FC_FEATURE_MAP_READS_CTRL: rdata <= {31'b0, int_fc_feature_map_reads_ap_vld};
                    ADDR_FC_FEATURE_MAP_WRITES_DATA_0: rdata <= int_fc_feature_map_writes[31:0];
                    ADDR_FC_FEATURE_MAP_WRITES_DATA_1: rdata <= int_fc_feature_map_writes[63:32];
                    ADDR_FC_FEATURE_MAP_WRITES_CTRL: rdata <= {31'b0, int_fc_feature_map_writes_ap_vld};
                    default: rdata <= 32'b0;
                endcase
            end
            RDDATA: if (RREADY)
                rstate <= RDIDLE;
            default:
                rstate <= RDIDLE;
        endcase
end

always @(posedge ACLK) begin
    if (ARESET)
        int_frames_done_ap_vld <= 1'b0;
    else if (ACLK_EN) begin
        if (frames_done_ap_vld) begin
            int_frames_done <= frames_done;
            int_frames_done_ap_vld <= 1'b1;
        end else if (ARVALID & ARREADY && ARADDR == ADDR_FRAMES_DONE_CTRL)
            int_frames_done_ap_vld <= 1'b0;
    end
end

always @(posedge ACLK) begin
    if (ARESET)
        int_cycles_busy_ap_vld <= 1'b0;
    else if (ACLK_EN) begin
        if (cycles_busy_ap_vld) begin
            int_cycles_busy <= cycles_busy;
            int_cycles_busy_ap_vld <= 1'b1;
        end else if (ARVALID & ARREADY && ARADDR == ADDR_CYCLES_BUSY_CTRL)
            int_cycles_busy_ap_vld <= 1'b0;
    end
end

always @(posedge ACLK) begin
    if (ARESET)
        int_cycles_stalled_input_ap_vld <= 1'b0;
    else if (ACLK_EN) begin
        if (cycles_stalled_input_ap_vld) begin
            int_cycles_stalled_input <= cycles_stalled_input;
            int_cycles_stalled_input_ap_vld <= 1'b1;
        end else if (ARVALID & ARREADY && ARADDR == ADDR_CYCLES_STALLED_INPUT_CTRL)
            int_cycles_stalled_input_ap_vld <= 1'b0;
    end
end

always @(posedge ACLK) begin
    if (ARESET)
        int_cycles_stalled_output_ap_vld <= 1'b0;
    else if (ACLK_EN) begin
        if (cycles_stalled_output_ap_vld) begin
            int_cycles_stalled_output <= cycles_stalled_output;
            int_cycles_stalled_output_ap_vld <= 1'b1;
        end else if (ARVALID & ARREADY && ARADDR == ADDR_CYCLES_STALLED_OUTPUT_CTRL)
            int_cycles_stalled_output_ap_vld <= 1'b0;
    end
end

always @(posedge ACLK) begin
    if (ARESET)
        int_beats_in_ap_vld <= 1'b0;
    else if (ACLK_EN) begin
        if (beats_in_ap_vld) begin
            int_beats_in <= beats_in;
            int_beats_in_ap_vld <= 1'b1;
        end else if (ARVALID & ARREADY && ARADDR == ADDR_BEATS_IN_CTRL)
            int_beats_in_ap_vld <= 1'b0;
    end
end

always @(posedge ACLK) begin
    if (ARESET)
        int_beats_out_ap_vld <= 1'b0;
    else if (ACLK_EN) begin
        if (beats_out_ap_vld) begin
            int_beats_out <= beats_out;
            int_beats_out_ap_vld <= 1'b1;
        end else if (ARVALID & ARREADY && ARADDR == ADDR_BEATS_OUT_CTRL)
            int_beats_out_ap_vld <= 1'b0;
    end
end

always @(posedge ACLK) begin
    if (ARESET)
        int_bytes_in_ap_vld <= 1'b0;
    else if (ACLK_EN) begin
        if (bytes_in_ap_vld) begin
            int_bytes_in <= bytes_in;
            int_bytes_in_ap_vld <= 1'b1;
        end else if (ARVALID & ARREADY && ARADDR == ADDR_BYTES_IN_CTRL)
            int_bytes_in_ap_vld <= 1'b0;
    end
end

always @(posedge ACLK) begin
    if (ARESET)
        int_bytes_out_ap_vld <= 1'b0;
    else if (ACLK_EN) begin
        if (bytes_out_ap_vld) begin
            int_bytes_out <= bytes_out;
            int_bytes_out_ap_vld <= 1'b1;
        end else if (ARVALID & ARREADY && ARADDR == ADDR_BYTES_OUT_CTRL)
            int_bytes_out_ap_vld <= 1'b0;
    end
end

always @(posedge ACLK) begin
    if (ARESET)
        int_off_chip_input_ap_vld <= 1'b0;
    else if (ACLK_EN) begin
        if (off_chip_input_ap_vld) begin
            int_off_chip_input <= off_chip_input;
            int_off_chip_input_ap_vld <= 1'b1;
        end else if (ARVALID & ARREADY && ARADDR == ADDR_OFF_CHIP_INPUT_CTRL)
            int_off_chip_input_ap_vld <= 1'b0;
    end
end

always @(posedge ACLK) begin
    if (ARESET)
        int_off_chip_weight_ap_vld <= 1'b0;
    else if (ACLK_EN) begin
        if (off_chip_weight_ap_vld) begin
            int_off_chip_weight <= off_chip_weight;
            int_off_chip_weight_ap_vld <= 1'b1;
        end else if (ARVALID & ARREADY && ARADDR == ADDR_OFF_CHIP_WEIGHT_CTRL)
            int_off_chip_weight_ap_vld <= 1'b0;
    end
end

always @(posedge ACLK) begin
    if (ARESET)
        int_off_chip_feature_map_ap_vld <= 1'b0;
    else if (ACLK_EN) begin
        if (off_chip_feature_map_ap_vld) begin
            int_off_chip_feature_map <= off_chip_feature_map;
            int_off_chip_feature_map_ap_vld <= 1'b1;
        end else if (ARVALID & ARREADY && ARADDR == ADDR_OFF_CHIP_FEATURE_MAP_CTRL)
            int_off_chip_feature_map_ap_vld <= 1'b0;
    end
end

always @(posedge ACLK) begin
    if (ARESET)
        int_off_chip_output_ap_vld <= 1'b0;
    else if (ACLK_EN) begin
        if (off_chip_output_ap_vld) begin
            int_off_chip_output <= off_chip_output;
            int_off_chip_output_ap_vld <= 1'b1;
        end else if (ARVALID & ARREADY && ARADDR == ADDR_OFF_CHIP_OUTPUT_CTRL)
            int_off_chip_output_ap_vld <= 1'b0;
    end
end

always @(posedge ACLK) begin
    if (ARESET)
        int_fc_weight_reads_ap_vld <= 1'b0;
    else if (ACLK_EN) begin
        if (fc_weight_reads_ap_vld) begin
            int_fc_weight_reads <= fc_weight_reads;
            int_fc_weight_reads_ap_vld <= 1'b1;
        end else if (ARVALID & ARREADY && ARADDR == ADDR_FC_WEIGHT_READS_CTRL)
            int_fc_weight_reads_ap_vld <= 1'b0;
    end
end

always @(posedge ACLK) begin
    if (ARESET)
        int_fc_feature_map_reads_ap_vld <= 1'b0;
    else if (ACLK_EN) begin
        if (fc_feature_map_reads_ap_vld) begin
            int_fc_feature_map_reads <= fc_feature_map_reads;
            int_fc_feature_map_reads_ap_vld <= 1'b1;
        end else if (ARVALID & ARREADY && ARADDR == ADDR_FC_FEATURE_MAP_READS_CTRL)
            int_fc_feature_map_reads_ap_vld <= 1'b0;
    end
end

always @(posedge ACLK) begin
    if (ARESET)
        int_fc_feature_map_writes_ap_vld <= 1'b0;
    else if (ACLK_EN) begin
        if (fc_feature_map_writes_ap_vld) begin
            int_fc_feature_map_writes <= fc_feature_map_writes;
            int_fc_feature_map_writes_ap_vld <= 1'b1;
        end else if (ARVALID & ARREADY && ARADDR == ADDR_FC_FEATURE_MAP_WRITES_CTRL)
            int_fc_feature_map_writes_ap_vld <= 1'b0;
    end
end

endmodule
