#include "network.h"
#include "parameters.h"

#include "fpgaflow/hooks.h"
#include "fpgaflow/probe.h"
#ifdef FPGAFLOW_PARTS
// The layers are compiled in the parts, side by side.
#include "../csim/parts.h"
#endif

void network(
    hls::stream<input_t> &n0_image,
    hls::stream<result_t> &layer12_out,
    hls::stream<fpgaflow::count_t> passed[8]
) {
    #pragma HLS INTERFACE axis port=n0_image,layer12_out
    #pragma HLS DATAFLOW

#ifndef __SYNTHESIS__
    static bool loaded = false;
    if (!loaded) {
        fpgaflow::load_weights(w3, 36, "w3");
        fpgaflow::load_weights(b3, 2, "b3");
        fpgaflow::load_weights(w6, 72, "w6");
        fpgaflow::load_weights(b6, 4, "b6");
        fpgaflow::load_weights(w10, 1, "w10");
        fpgaflow::load_weights(w12, 12, "w12");
        fpgaflow::load_weights(b12, 3, "b12");
        loaded = true;
    }
#endif

    hls::stream<layer2_t> layer2_out_made("layer2_out_made");
    hls::stream<layer3_t> layer3_out_made("layer3_out_made");
    hls::stream<layer5_t> layer5_out_made("layer5_out_made");
    hls::stream<layer6_t> layer6_out_made("layer6_out_made");
    hls::stream<layer7_t> layer7_out_made("layer7_out_made");
    hls::stream<layer8_t> layer8_out_made("layer8_out_made");
    hls::stream<layer9_t> layer9_out_made("layer9_out_made");
    hls::stream<layer10_t> layer10_out_made("layer10_out_made");
    hls::stream<layer2_t> layer2_out("layer2_out");
    #pragma HLS STREAM variable=layer2_out depth=6
    hls::stream<layer3_t> layer3_out("layer3_out");
    #pragma HLS STREAM variable=layer3_out depth=2
    hls::stream<layer4_t> layer4_cpy1("layer4_cpy1");
    #pragma HLS STREAM variable=layer4_cpy1 depth=10
    hls::stream<layer4_t> layer4_cpy2("layer4_cpy2");
    #pragma HLS STREAM variable=layer4_cpy2 depth=5
    hls::stream<layer5_t> layer5_out("layer5_out");
    #pragma HLS STREAM variable=layer5_out depth=7
    hls::stream<layer6_t> layer6_out("layer6_out");
    #pragma HLS STREAM variable=layer6_out depth=4
    hls::stream<layer7_t> layer7_out("layer7_out");
    #pragma HLS STREAM variable=layer7_out depth=2
    hls::stream<layer8_t> layer8_out("layer8_out");
    #pragma HLS STREAM variable=layer8_out depth=5
    hls::stream<layer9_t> layer9_out("layer9_out");
    #pragma HLS STREAM variable=layer9_out depth=5
    hls::stream<layer10_t> layer10_out("layer10_out");
    #pragma HLS STREAM variable=layer10_out depth=5
    auto& layer11_out = layer10_out;

    FPGAFLOW_PROBE(n0_image) // image
    FPGAFLOW_LAYER(1)
    nnet::zeropad2d_cl<input_t, layer2_t, config2>(n0_image, layer2_out_made); // n1_layer_0_conv_pad
    fpgaflow::tap<layer2_t, 36>(layer2_out_made, layer2_out, passed[0]);
    FPGAFLOW_LAYER(1)
    nnet::conv_2d_cl<layer2_t, layer3_t, config3>(layer2_out, layer3_out_made, w3, b3); // n1_layer_0_conv
    fpgaflow::tap<layer3_t, 16>(layer3_out_made, layer3_out, passed[1]);
    FPGAFLOW_PROBE(layer3_out) // layer.0.conv
    FPGAFLOW_LAYER(1)
    nnet::clone_stream<layer3_t, layer4_t, 32>(layer3_out, layer4_cpy1, layer4_cpy2); // n1_layer_0_conv_clone0
    FPGAFLOW_LAYER(2)
    nnet::zeropad2d_cl<layer4_t, layer5_t, config5>(layer4_cpy1, layer5_out_made); // n2_layer_1_conv_pad
    fpgaflow::tap<layer5_t, 36>(layer5_out_made, layer5_out, passed[2]);
    FPGAFLOW_LAYER(2)
    nnet::conv_2d_cl<layer5_t, layer6_t, config6>(layer5_out, layer6_out_made, w6, b6); // n2_layer_1_conv
    fpgaflow::tap<layer6_t, 4>(layer6_out_made, layer6_out, passed[3]);
    FPGAFLOW_PROBE(layer6_out) // layer.1.conv
    FPGAFLOW_LAYER(3)
    fpgaflow::subsample<layer4_t, layer7_t, config7>(layer4_cpy2, layer7_out_made); // n3_half
    fpgaflow::tap<layer7_t, 4>(layer7_out_made, layer7_out, passed[4]);
    FPGAFLOW_PROBE(layer7_out) // half
    FPGAFLOW_LAYER(4)
    fpgaflow::pad_channels<layer7_t, layer8_t, config8>(layer7_out, layer8_out_made); // n4_wide
    fpgaflow::tap<layer8_t, 4>(layer8_out_made, layer8_out, passed[5]);
    FPGAFLOW_PROBE(layer8_out) // wide
    FPGAFLOW_LAYER(5)
    nnet::add<layer8_t, layer6_t, layer9_t, config9>(layer8_out, layer6_out, layer9_out_made); // n5_add
    fpgaflow::tap<layer9_t, 4>(layer9_out_made, layer9_out, passed[6]);
    FPGAFLOW_PROBE(layer9_out) // add
    FPGAFLOW_LAYER(6)
    fpgaflow::average_pool_blocks<layer9_t, layer10_t, config10>(layer9_out, layer10_out_made, w10); // n6_pool
    fpgaflow::tap<layer10_t, 1>(layer10_out_made, layer10_out, passed[7]);
    FPGAFLOW_PROBE(layer10_out) // pool, flat
    FPGAFLOW_LAYER(7)
    nnet::dense<layer10_t, result_t, config12>(layer11_out, layer12_out, w12, b12); // n8_fc
    FPGAFLOW_PROBE(layer12_out) // fc
    FPGAFLOW_LAYER(0)
}
