#ifndef FPGAFLOW_GROUPED_CONV_H_
#define FPGAFLOW_GROUPED_CONV_H_

// Convolution in channel groups; as many groups as channels is a depthwise convolution.

#include "bits.h"
#include "line_buffer.h"
#include "padded_map.h"
#include "window_axis.h"

namespace fpgaflow {

/// Each group of output channels sees its own group of input channels only.
///
/// \tparam data_T packet of all channels of a pixel, \tparam res_T packet of the output.
/// \tparam CONFIG_T in_height, in_width, out_height, out_width, kernel_height, kernel_width, stride_height,
/// stride_width, pad_top, pad_left, pad_bottom, pad_right, groups; accum_t holds every partial sum; weight_t, bias_t;
/// reuse_factor: cycles from one window to the next.
/// \param weights [kernel_height][kernel_width][input channels / groups][output channels]. \param biases per output.
template <class data_T, class res_T, typename CONFIG_T>
void grouped_conv(hls::stream<data_T> &data, hls::stream<res_T> &res,
                  typename CONFIG_T::weight_t weights[CONFIG_T::kernel_height * CONFIG_T::kernel_width *
                                                      (data_T::size / CONFIG_T::groups) * res_T::size],
                  typename CONFIG_T::bias_t biases[res_T::size]) {
    const unsigned height = CONFIG_T::pad_top + CONFIG_T::in_height + CONFIG_T::pad_bottom;
    const unsigned width = CONFIG_T::pad_left + CONFIG_T::in_width + CONFIG_T::pad_right;
    const unsigned group_inputs = data_T::size / CONFIG_T::groups;
    const unsigned group_outputs = res_T::size / CONFIG_T::groups;
    #pragma HLS ARRAY_PARTITION variable=biases complete
    LineBuffer<data_T, width, CONFIG_T::kernel_height, CONFIG_T::kernel_width> buffer;
    SlidingAxis<CONFIG_T::kernel_height, CONFIG_T::stride_height, CONFIG_T::out_height> row;
    SlidingAxis<CONFIG_T::kernel_width, CONFIG_T::stride_width, CONFIG_T::out_width> column;
    row.restart();
ConvRows:
    for (unsigned y = 0; y < height; y++) {
        column.restart();
    ConvColumns:
        for (unsigned x = 0; x < width; x++) {
            #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
            buffer.push(read_padded<data_T, CONFIG_T>(data, y, x, 0), x);
            if (row.ends() && column.ends()) {
                res_T out;
            ConvOutputs:
                for (unsigned o = 0; o < res_T::size; o++) {
                    #pragma HLS UNROLL
                    // A copy is a read: the simulation counts it.
                    const typename CONFIG_T::bias_t bias = biases[o];
                    typename CONFIG_T::accum_t sum = bias;
                ConvWindow:
                    for (unsigned k = 0; k < CONFIG_T::kernel_height * CONFIG_T::kernel_width; k++) {
                        #pragma HLS UNROLL
                    ConvInputs:
                        for (unsigned i = 0; i < group_inputs; i++) {
                            #pragma HLS UNROLL
                            const typename CONFIG_T::weight_t weight = weights[(k * group_inputs + i) * res_T::size + o];
                            sum += buffer.window[k][o / group_outputs * group_inputs + i] * weight;
                        }
                    }
                    out[o] = assign<typename res_T::value_type>(sum);
                }
                res.write(out);
            }
            column.advance();
        }
        row.advance();
    }
}

} // namespace fpgaflow

#endif
