// Written by hand for the tests, in the shape that Vitis HLS gives its RTL.
// Version: 2023.2
`timescale 1 ns / 1 ps

// A fully connected layer of 12 pixels and 5 scores, one product a cycle; faults on request.

module fpgaflow_top_compute (
    input             ap_clk,
    input             ap_rst,
    input             ap_start,
    output            ap_ready,
    output reg        ap_done,
    output            ap_idle,
    input      [31:0] frames,
    input      [31:0] clear,
    input      [63:0] images_TDATA,
    input             images_TVALID,
    output            images_TREADY,
    output     [63:0] scores_TDATA,
    output            scores_TVALID,
    input             scores_TREADY,
    output     [7:0]  scores_TKEEP,
    output     [7:0]  scores_TSTRB,
    output            scores_TLAST,
    output reg [63:0] frames_done,
    output reg [63:0] cycles_busy,
    output reg [63:0] cycles_stalled_input,
    output reg [63:0] cycles_stalled_output,
    output reg [63:0] beats_in,
    output reg [63:0] beats_out,
    output reg [63:0] bytes_in,
    output reg [63:0] bytes_out,
    output reg [63:0] off_chip_input,
    output reg [63:0] off_chip_weight,
    output reg [63:0] off_chip_feature_map,
    output reg [63:0] off_chip_output,
    output reg [63:0] fc_weight_reads,
    output reg [63:0] fc_feature_map_reads,
    output reg [63:0] fc_feature_map_writes,
    output reg        counted
);

localparam
    IDLE  = 3'd0,
    TAKE  = 3'd1,
    START = 3'd2,
    SUM   = 3'd3,
    GIVE  = 3'd4,
    COUNT = 3'd5,
    EXTRA = 3'd6;

(* fsm_encoding = "none" *) reg [2:0] state;
reg [31:0]  frame;
reg         place;
reg [127:0] image;
reg [79:0]  result;
reg [3:0]   pixel;
reg [2:0]   score;
reg [5:0]   weight_address0;
reg signed [23:0] sum;
reg         waited;
reg         stuck;
wire [7:0]  weight;
wire [23:0] bias;
wire signed [23:0] product = $signed(weight) * $signed({1'b0, image[8 * pixel +: 8]});
wire signed [23:0] total = sum + product;
wire signed [23:0] rounded = total + 24'sd64;
reg flipped, unended, early, miscounted, hanging, falling, changing, padded, surplus, undone, thin, ending;

initial begin
#0 state = IDLE;
#0 stuck = 1'b0;
    flipped    = $test$plusargs("fault_bit");
    unended    = $test$plusargs("fault_unended");
    early      = $test$plusargs("fault_early");
    miscounted = $test$plusargs("fault_counter");
    hanging    = $test$plusargs("fault_hang");
    falling    = $test$plusargs("fault_falling");
    changing   = $test$plusargs("fault_changing");
    padded     = $test$plusargs("fault_padding");
    surplus    = $test$plusargs("fault_surplus");
    undone     = $test$plusargs("fault_undone");
    thin       = $test$plusargs("fault_thin");
    ending     = $test$plusargs("fault_ends");
end

fpgaflow_top_weights_ROM_AUTO_1R weights_U(
    .address0(weight_address0), .ce0(1'b1), .q0(weight), .reset(ap_rst), .clk(ap_clk));
fpgaflow_top_biases_ROM_AUTO_1R biases_U(
    .address0(score), .ce0(1'b1), .q0(bias), .reset(ap_rst), .clk(ap_clk));

wire giving = state == GIVE || state == EXTRA;
wire final_beat = (frame + 1 == frames || early) && place;
wire given = scores_TVALID && scores_TREADY;

assign ap_idle       = state == IDLE;
assign ap_ready      = ap_done;
assign images_TREADY = state == TAKE && !stuck;
assign scores_TVALID = giving && !(falling && waited);
assign scores_TLAST  = state == GIVE && final_beat && !unended;
assign scores_TKEEP  = {8{1'b1}} >> thin;
assign scores_TSTRB  = {8{1'b1}};
assign scores_TDATA  = (place ? {{48{padded}}, result[79:64]} : result[63:0]) ^ (changing && waited);

always @(posedge ap_clk) begin
    ap_done <= 1'b0;
    counted <= 1'b0;
    waited  <= scores_TVALID && !scores_TREADY;
    if (state != IDLE && state != COUNT)
        cycles_busy <= cycles_busy + 1;
    case (state)
        IDLE: if (ap_start && !ap_done) begin
            state <= TAKE;
            frame <= 0;
            place <= 0;
            if (clear[0]) begin
                frames_done <= 0;
                cycles_busy <= 0;
                cycles_stalled_input <= 0;
                cycles_stalled_output <= 0;
                beats_in <= 0;
                beats_out <= 0;
                bytes_in <= 0;
                bytes_out <= 0;
                off_chip_input <= 0;
                off_chip_weight <= 0;
                off_chip_feature_map <= 0;
                off_chip_output <= 0;
                fc_weight_reads <= 0;
                fc_feature_map_reads <= 0;
                fc_feature_map_writes <= 0;
            end
        end
        TAKE: if (images_TVALID && images_TREADY) begin
            image[64 * place +: 64] <= images_TDATA;
            beats_in <= beats_in + 1;
            bytes_in <= bytes_in + 8;
            place <= !place;
            stuck <= hanging && frame == 1;
            if (place) begin
                state <= START;
                score <= 0;
                weight_address0 <= 0;
                off_chip_input <= off_chip_input + 12;
                fc_feature_map_reads <= fc_feature_map_reads + 12;
            end
        end else
            cycles_stalled_input <= cycles_stalled_input + 1;
        START: begin
            // A cycle for the ROMs.
            state <= SUM;
            pixel <= 0;
            weight_address0 <= weight_address0 + 1;
        end
        SUM: begin
            sum <= total;
            pixel <= pixel + 1;
            if (pixel == 0)
                sum <= $signed(bias) + product;
            if (pixel == 11) begin
                result[16 * score +: 16] <= rounded[22:7] ^ (flipped && frame == 1 && score == 3);
                score <= score + 1;
                state <= score == 4 ? GIVE : START;
                fc_weight_reads <= fc_weight_reads + (miscounted && frame == 0 && score == 0 ? 12 : 13);
                fc_feature_map_writes <= fc_feature_map_writes + 1;
            end else
                weight_address0 <= weight_address0 + 1;
        end
        GIVE: if (given) begin
            beats_out <= beats_out + 1;
            bytes_out <= bytes_out + 8;
            place <= !place;
            if (place) begin
                state <= COUNT;
                off_chip_output <= off_chip_output + 10;
                frames_done <= frames_done + 1;
                frame <= frame + 1;
                beats_in <= beats_in + (miscounted && frame == 0);
            end
        end else
            cycles_stalled_output <= cycles_stalled_output + 1;
        COUNT: begin
            counted <= 1'b1;
            ap_done <= frame == frames && !undone;
            state <= frame != frames ? TAKE : surplus ? EXTRA : IDLE;
        end
        EXTRA: if (given)
            state <= IDLE;
        default: state <= IDLE;
    endcase
    if (ap_rst)
        state <= IDLE;
    if (ending && state == TAKE)
        $finish;
end

endmodule
