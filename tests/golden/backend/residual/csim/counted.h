// Reading one of these is reading a weight: the simulation counts it.
#ifndef COUNTED_H_
#define COUNTED_H_

#include "../firmware/fpgaflow/counted_weight.h"
#include "../firmware/fpgaflow/counting_shift_register.h"
#include "../firmware/fpgaflow/counting_stream.h"

typedef fpgaflow::CountedWeight<n1_layer_0_conv_weight_t> counted_n1_layer_0_conv_weight_t;
#define n1_layer_0_conv_weight_t counted_n1_layer_0_conv_weight_t
typedef fpgaflow::CountedBias<n1_layer_0_conv_bias_t> counted_n1_layer_0_conv_bias_t;
#define n1_layer_0_conv_bias_t counted_n1_layer_0_conv_bias_t
typedef fpgaflow::CountedWeight<n2_layer_1_conv_weight_t> counted_n2_layer_1_conv_weight_t;
#define n2_layer_1_conv_weight_t counted_n2_layer_1_conv_weight_t
typedef fpgaflow::CountedBias<n2_layer_1_conv_bias_t> counted_n2_layer_1_conv_bias_t;
#define n2_layer_1_conv_bias_t counted_n2_layer_1_conv_bias_t
typedef fpgaflow::CountedWeight<n8_fc_weight_t> counted_n8_fc_weight_t;
#define n8_fc_weight_t counted_n8_fc_weight_t
typedef fpgaflow::CountedBias<n8_fc_bias_t> counted_n8_fc_bias_t;
#define n8_fc_bias_t counted_n8_fc_bias_t

#endif
