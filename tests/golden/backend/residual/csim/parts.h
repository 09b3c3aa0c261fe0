// Compiled in the parts.
extern template void nnet::zeropad2d_cl<input_t, layer2_t, config2>(hls::stream<input_t> &, hls::stream<layer2_t> &);
extern template void nnet::conv_2d_cl<layer2_t, layer3_t, config3>(hls::stream<layer2_t> &, hls::stream<layer3_t> &, n1_layer_0_conv_weight_t *, n1_layer_0_conv_bias_t *);
extern template void nnet::clone_stream<layer3_t, layer4_t, 32>(hls::stream<layer3_t> &, hls::stream<layer4_t> &, hls::stream<layer4_t> &);
extern template void nnet::zeropad2d_cl<layer4_t, layer5_t, config5>(hls::stream<layer4_t> &, hls::stream<layer5_t> &);
extern template void nnet::conv_2d_cl<layer5_t, layer6_t, config6>(hls::stream<layer5_t> &, hls::stream<layer6_t> &, n2_layer_1_conv_weight_t *, n2_layer_1_conv_bias_t *);
extern template void fpgaflow::subsample<layer4_t, layer7_t, config7>(hls::stream<layer4_t> &, hls::stream<layer7_t> &);
extern template void fpgaflow::pad_channels<layer7_t, layer8_t, config8>(hls::stream<layer7_t> &, hls::stream<layer8_t> &);
extern template void nnet::add<layer8_t, layer6_t, layer9_t, config9>(hls::stream<layer8_t> &, hls::stream<layer6_t> &, hls::stream<layer9_t> &);
extern template void fpgaflow::average_pool_blocks<layer9_t, layer10_t, config10>(hls::stream<layer9_t> &, hls::stream<layer10_t> &, n6_pool_weight_t *);
extern template void nnet::dense<layer10_t, result_t, config12>(hls::stream<layer10_t> &, hls::stream<result_t> &, n8_fc_weight_t *, n8_fc_bias_t *);
extern template void fpgaflow::probe(hls::stream<input_t> &);
extern template void fpgaflow::probe(hls::stream<layer3_t> &);
extern template void fpgaflow::probe(hls::stream<layer6_t> &);
extern template void fpgaflow::probe(hls::stream<layer8_t> &);
extern template void fpgaflow::probe(hls::stream<layer9_t> &);
extern template void fpgaflow::probe(hls::stream<layer10_t> &);
extern template void fpgaflow::probe(hls::stream<result_t> &);
