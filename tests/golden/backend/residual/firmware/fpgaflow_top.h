#ifndef FPGAFLOW_TOP_H_
#define FPGAFLOW_TOP_H_

#include "network.h"

#include "fpgaflow/axis.h"

// A beat of the streams of images and of scores.
typedef fpgaflow::Beat<64>::type beat_t;

// The accelerator.
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
);

#endif
