#include "fpgaflow_top.h"

#include "fpgaflow/counters.h"
#include "fpgaflow/pack.h"
#include "fpgaflow/unpack.h"

const unsigned n_counters = 29;
const unsigned n_events = fpgaflow::first_tap + 8;
const unsigned n_terms = 33;

// Which counter, what happens, how much of the counter it is worth.
static const fpgaflow::Term terms[n_terms] = {
    {0, fpgaflow::images_done, 1}, // frames_done
    {1, fpgaflow::cycles_waited, 1}, // cycles_busy
    {2, fpgaflow::cycles_without_beat, 1}, // cycles_stalled_input
    {3, fpgaflow::cycles_without_room, 1}, // cycles_stalled_output
    {4, fpgaflow::beats_taken, 1}, // beats_in
    {5, fpgaflow::beats_given, 1}, // beats_out
    {6, fpgaflow::beats_taken, 8}, // bytes_in
    {7, fpgaflow::beats_given, 8}, // bytes_out
    {8, fpgaflow::packets_unpacked, 2}, // off_chip_input
    {11, fpgaflow::packets_packed, 6}, // off_chip_output
    {13, fpgaflow::packets_unpacked, 2}, // layer_0_conv_feature_map_reads
    {14, fpgaflow::first_tap + 0, 6}, // layer_0_conv_feature_map_writes
    {13, fpgaflow::first_tap + 0, 6}, // layer_0_conv_feature_map_reads
    {14, fpgaflow::first_tap + 1, 6}, // layer_0_conv_feature_map_writes
    {12, fpgaflow::first_tap + 1, 38}, // layer_0_conv_weight_reads
    {13, fpgaflow::first_tap + 1, 2}, // layer_0_conv_feature_map_reads
    {16, fpgaflow::first_tap + 1, 2}, // layer_1_conv_feature_map_reads
    {17, fpgaflow::first_tap + 2, 6}, // layer_1_conv_feature_map_writes
    {16, fpgaflow::first_tap + 2, 6}, // layer_1_conv_feature_map_reads
    {17, fpgaflow::first_tap + 3, 4}, // layer_1_conv_feature_map_writes
    {15, fpgaflow::first_tap + 3, 76}, // layer_1_conv_weight_reads
    {18, fpgaflow::first_tap + 1, 2}, // half_feature_map_reads
    {19, fpgaflow::first_tap + 4, 2}, // half_feature_map_writes
    {20, fpgaflow::first_tap + 4, 2}, // wide_feature_map_reads
    {21, fpgaflow::first_tap + 5, 4}, // wide_feature_map_writes
    {22, fpgaflow::first_tap + 5, 4}, // add_feature_map_reads
    {22, fpgaflow::first_tap + 3, 4}, // add_feature_map_reads
    {23, fpgaflow::first_tap + 6, 4}, // add_feature_map_writes
    {24, fpgaflow::first_tap + 6, 4}, // pool_feature_map_reads
    {25, fpgaflow::first_tap + 7, 4}, // pool_feature_map_writes
    {27, fpgaflow::first_tap + 7, 4}, // fc_feature_map_reads
    {28, fpgaflow::packets_packed, 3}, // fc_feature_map_writes
    {26, fpgaflow::packets_packed, 15}, // fc_weight_reads
};

// The images of a run; each process begins the next one when it is done with one.
static void compute(
    hls::stream<beat_t> &images, hls::stream<beat_t> &scores, unsigned frames,
    hls::stream<fpgaflow::count_t> seen[fpgaflow::n_ports], hls::stream<fpgaflow::count_t> passed[8]
) {
ComputeImages:
    for (unsigned frame = 0; frame < frames; frame++) {
        #pragma HLS DATAFLOW
        hls::stream<ap_uint<64>> image_words("image_words");
        hls::stream<input_t> n0_image("n0_image");
        hls::stream<result_t> layer12_out("layer12_out");
        hls::stream<ap_uint<64>> score_words("score_words");
        fpgaflow::take_beats<4, 64>(images, image_words, seen[fpgaflow::beats_taken], seen[fpgaflow::cycles_without_beat]);
        fpgaflow::unpack_pixels<16, 64>(image_words, n0_image, seen[fpgaflow::packets_unpacked]);
        network(n0_image, layer12_out, passed);
        fpgaflow::pack_scores<1, 16, 64>(layer12_out, score_words, seen[fpgaflow::packets_packed]);
        fpgaflow::give_beats<1, 64>(score_words, scores, frame, frames, seen[fpgaflow::cycles_without_room], seen[fpgaflow::beats_given]);
    }
}

// The counters: latched when an image's last score has left.
static void count(
    hls::stream<fpgaflow::count_t> seen[fpgaflow::n_ports], hls::stream<fpgaflow::count_t> passed[8],
    unsigned frames,
    unsigned clear,
    volatile unsigned long long *frames_done,
    volatile unsigned long long *cycles_busy,
    volatile unsigned long long *cycles_stalled_input,
    volatile unsigned long long *cycles_stalled_output,
    volatile unsigned long long *beats_in,
    volatile unsigned long long *beats_out,
    volatile unsigned long long *bytes_in,
    volatile unsigned long long *bytes_out,
    volatile unsigned long long *off_chip_input,
    volatile unsigned long long *off_chip_weight,
    volatile unsigned long long *off_chip_feature_map,
    volatile unsigned long long *off_chip_output,
    volatile unsigned long long *layer_0_conv_weight_reads,
    volatile unsigned long long *layer_0_conv_feature_map_reads,
    volatile unsigned long long *layer_0_conv_feature_map_writes,
    volatile unsigned long long *layer_1_conv_weight_reads,
    volatile unsigned long long *layer_1_conv_feature_map_reads,
    volatile unsigned long long *layer_1_conv_feature_map_writes,
    volatile unsigned long long *half_feature_map_reads,
    volatile unsigned long long *half_feature_map_writes,
    volatile unsigned long long *wide_feature_map_reads,
    volatile unsigned long long *wide_feature_map_writes,
    volatile unsigned long long *add_feature_map_reads,
    volatile unsigned long long *add_feature_map_writes,
    volatile unsigned long long *pool_feature_map_reads,
    volatile unsigned long long *pool_feature_map_writes,
    volatile unsigned long long *fc_weight_reads,
    volatile unsigned long long *fc_feature_map_reads,
    volatile unsigned long long *fc_feature_map_writes
) {
    static fpgaflow::total_t totals[n_counters];
    if (clear & 1)
        fpgaflow::clear_counters<n_counters>(totals);
CountImages:
    for (unsigned frame = 0; frame < frames; frame++) {
        fpgaflow::count_t events[n_events];
        fpgaflow::collect_ports<n_events>(seen, events);
        fpgaflow::collect_taps<8, n_events>(passed, events);
        fpgaflow::add_events<n_counters, n_terms, n_events>(terms, events, totals);
        *frames_done = totals[0];
        *cycles_busy = totals[1];
        *cycles_stalled_input = totals[2];
        *cycles_stalled_output = totals[3];
        *beats_in = totals[4];
        *beats_out = totals[5];
        *bytes_in = totals[6];
        *bytes_out = totals[7];
        *off_chip_input = totals[8];
        *off_chip_weight = totals[9];
        *off_chip_feature_map = totals[10];
        *off_chip_output = totals[11];
        *layer_0_conv_weight_reads = totals[12];
        *layer_0_conv_feature_map_reads = totals[13];
        *layer_0_conv_feature_map_writes = totals[14];
        *layer_1_conv_weight_reads = totals[15];
        *layer_1_conv_feature_map_reads = totals[16];
        *layer_1_conv_feature_map_writes = totals[17];
        *half_feature_map_reads = totals[18];
        *half_feature_map_writes = totals[19];
        *wide_feature_map_reads = totals[20];
        *wide_feature_map_writes = totals[21];
        *add_feature_map_reads = totals[22];
        *add_feature_map_writes = totals[23];
        *pool_feature_map_reads = totals[24];
        *pool_feature_map_writes = totals[25];
        *fc_weight_reads = totals[26];
        *fc_feature_map_reads = totals[27];
        *fc_feature_map_writes = totals[28];
    }
}

void fpgaflow_top(
    hls::stream<beat_t> &images,
    hls::stream<beat_t> &scores,
    unsigned frames,
    unsigned clear,
    volatile unsigned long long *frames_done,
    volatile unsigned long long *cycles_busy,
    volatile unsigned long long *cycles_stalled_input,
    volatile unsigned long long *cycles_stalled_output,
    volatile unsigned long long *beats_in,
    volatile unsigned long long *beats_out,
    volatile unsigned long long *bytes_in,
    volatile unsigned long long *bytes_out,
    volatile unsigned long long *off_chip_input,
    volatile unsigned long long *off_chip_weight,
    volatile unsigned long long *off_chip_feature_map,
    volatile unsigned long long *off_chip_output,
    volatile unsigned long long *layer_0_conv_weight_reads,
    volatile unsigned long long *layer_0_conv_feature_map_reads,
    volatile unsigned long long *layer_0_conv_feature_map_writes,
    volatile unsigned long long *layer_1_conv_weight_reads,
    volatile unsigned long long *layer_1_conv_feature_map_reads,
    volatile unsigned long long *layer_1_conv_feature_map_writes,
    volatile unsigned long long *half_feature_map_reads,
    volatile unsigned long long *half_feature_map_writes,
    volatile unsigned long long *wide_feature_map_reads,
    volatile unsigned long long *wide_feature_map_writes,
    volatile unsigned long long *add_feature_map_reads,
    volatile unsigned long long *add_feature_map_writes,
    volatile unsigned long long *pool_feature_map_reads,
    volatile unsigned long long *pool_feature_map_writes,
    volatile unsigned long long *fc_weight_reads,
    volatile unsigned long long *fc_feature_map_reads,
    volatile unsigned long long *fc_feature_map_writes
) {
    #pragma HLS INTERFACE axis port=images
    #pragma HLS INTERFACE axis port=scores
    #pragma HLS INTERFACE s_axilite port=frames bundle=control
    #pragma HLS INTERFACE s_axilite port=clear bundle=control
    #pragma HLS INTERFACE s_axilite port=frames_done bundle=control
    #pragma HLS INTERFACE s_axilite port=cycles_busy bundle=control
    #pragma HLS INTERFACE s_axilite port=cycles_stalled_input bundle=control
    #pragma HLS INTERFACE s_axilite port=cycles_stalled_output bundle=control
    #pragma HLS INTERFACE s_axilite port=beats_in bundle=control
    #pragma HLS INTERFACE s_axilite port=beats_out bundle=control
    #pragma HLS INTERFACE s_axilite port=bytes_in bundle=control
    #pragma HLS INTERFACE s_axilite port=bytes_out bundle=control
    #pragma HLS INTERFACE s_axilite port=off_chip_input bundle=control
    #pragma HLS INTERFACE s_axilite port=off_chip_weight bundle=control
    #pragma HLS INTERFACE s_axilite port=off_chip_feature_map bundle=control
    #pragma HLS INTERFACE s_axilite port=off_chip_output bundle=control
    #pragma HLS INTERFACE s_axilite port=layer_0_conv_weight_reads bundle=control
    #pragma HLS INTERFACE s_axilite port=layer_0_conv_feature_map_reads bundle=control
    #pragma HLS INTERFACE s_axilite port=layer_0_conv_feature_map_writes bundle=control
    #pragma HLS INTERFACE s_axilite port=layer_1_conv_weight_reads bundle=control
    #pragma HLS INTERFACE s_axilite port=layer_1_conv_feature_map_reads bundle=control
    #pragma HLS INTERFACE s_axilite port=layer_1_conv_feature_map_writes bundle=control
    #pragma HLS INTERFACE s_axilite port=half_feature_map_reads bundle=control
    #pragma HLS INTERFACE s_axilite port=half_feature_map_writes bundle=control
    #pragma HLS INTERFACE s_axilite port=wide_feature_map_reads bundle=control
    #pragma HLS INTERFACE s_axilite port=wide_feature_map_writes bundle=control
    #pragma HLS INTERFACE s_axilite port=add_feature_map_reads bundle=control
    #pragma HLS INTERFACE s_axilite port=add_feature_map_writes bundle=control
    #pragma HLS INTERFACE s_axilite port=pool_feature_map_reads bundle=control
    #pragma HLS INTERFACE s_axilite port=pool_feature_map_writes bundle=control
    #pragma HLS INTERFACE s_axilite port=fc_weight_reads bundle=control
    #pragma HLS INTERFACE s_axilite port=fc_feature_map_reads bundle=control
    #pragma HLS INTERFACE s_axilite port=fc_feature_map_writes bundle=control
    #pragma HLS INTERFACE s_axilite port=return bundle=control
    #pragma HLS DATAFLOW
    hls::stream<fpgaflow::count_t> seen[fpgaflow::n_ports];
    #pragma HLS STREAM variable=seen depth=16
    hls::stream<fpgaflow::count_t> passed[8];
    #pragma HLS STREAM variable=passed depth=16
    compute(images, scores, frames, seen, passed);
    count(seen, passed, frames, clear, frames_done, cycles_busy, cycles_stalled_input, cycles_stalled_output, beats_in, beats_out, bytes_in, bytes_out, off_chip_input, off_chip_weight, off_chip_feature_map, off_chip_output, layer_0_conv_weight_reads, layer_0_conv_feature_map_reads, layer_0_conv_feature_map_writes, layer_1_conv_weight_reads, layer_1_conv_feature_map_reads, layer_1_conv_feature_map_writes, half_feature_map_reads, half_feature_map_writes, wide_feature_map_reads, wide_feature_map_writes, add_feature_map_reads, add_feature_map_writes, pool_feature_map_reads, pool_feature_map_writes, fc_weight_reads, fc_feature_map_reads, fc_feature_map_writes);
}
