#ifndef DEFINES_H_
#define DEFINES_H_

#include "ap_fixed.h"
#include "ap_int.h"
#include "nnet_utils/nnet_types.h"
#include <array>
#include <cstddef>
#include <cstdio>
#include <tuple>
#include <tuple>


// hls-fpga-machine-learning insert numbers

// hls-fpga-machine-learning insert layer-precision
typedef nnet::array<ap_ufixed<8,8,AP_RND,AP_SAT,0>, 2*1> input_t;
typedef nnet::array<ap_ufixed<8,8,AP_RND,AP_SAT,0>, 2*1> layer2_t;
typedef ap_fixed<17,12> n1_layer_0_conv_accum_t;
typedef nnet::array<ap_ufixed<8,11,AP_RND,AP_SAT,0>, 2*1> layer3_t;
typedef ap_fixed<6,1,AP_RND,AP_SAT,0> n1_layer_0_conv_weight_t;
typedef ap_fixed<12,7,AP_RND,AP_SAT,0> n1_layer_0_conv_bias_t;
typedef nnet::array<ap_ufixed<8,11,AP_RND,AP_SAT,0>, 2*1> layer4_t;
typedef nnet::array<ap_ufixed<8,11,AP_RND,AP_SAT,0>, 2*1> layer5_t;
typedef ap_fixed<17,15> n2_layer_1_conv_accum_t;
typedef nnet::array<ap_fixed<8,12,AP_RND,AP_SAT,0>, 4*1> layer6_t;
typedef ap_fixed<6,1,AP_RND,AP_SAT,0> n2_layer_1_conv_weight_t;
typedef ap_fixed<12,10,AP_RND,AP_SAT,0> n2_layer_1_conv_bias_t;
typedef nnet::array<ap_ufixed<8,11,AP_RND,AP_SAT,0>, 2*1> layer7_t;
typedef nnet::array<ap_ufixed<8,11,AP_RND,AP_SAT,0>, 4*1> layer8_t;
typedef nnet::array<ap_ufixed<8,12,AP_RND,AP_SAT,0>, 4*1> layer9_t;
typedef nnet::array<ap_ufixed<10,12,AP_RND,AP_SAT,0>, 4*1> layer10_t;
typedef ap_ufixed<1,-1> n6_pool_weight_t;
typedef ap_ufixed<10,14> n6_pool_accum_t;
typedef ap_fixed<17,14> n8_fc_accum_t;
typedef nnet::array<ap_fixed<12,14,AP_RND,AP_SAT,0>, 3*1> result_t;
typedef ap_fixed<6,1,AP_RND,AP_SAT,0> n8_fc_weight_t;
typedef ap_fixed<12,9,AP_RND,AP_SAT,0> n8_fc_bias_t;
typedef ap_uint<1> layer12_index;

// hls-fpga-machine-learning insert emulator-defines


#endif
