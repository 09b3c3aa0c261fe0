#ifndef FPGAFLOW_POOL_H_
#define FPGAFLOW_POOL_H_

// Pooling of any kernel, stride and padding. What is pooled (maximum, mean) is a parameter.

#include "bits.h"
#include "line_buffer.h"
#include "padded_map.h"
#include "window_axis.h"

namespace fpgaflow {

/// Windows that overlap: the last rows are kept, and each window is reduced when its last pixel arrives.
///
/// \tparam data_T packet of all channels of a pixel, \tparam res_T packet of the output.
/// \tparam CONFIG_T in_height, in_width, out_height, out_width, kernel_height, kernel_width, stride_height,
/// stride_width, pad_top, pad_left, pad_bottom, pad_right.
/// \tparam reduce_T total_t; border(), empty(), join(total, total), finish(total, row, column): see max_pool.h.
template <class data_T, class res_T, typename CONFIG_T, class reduce_T>
void pool_sliding(hls::stream<data_T> &data, hls::stream<res_T> &res, const reduce_T &reduce) {
    const unsigned height = CONFIG_T::pad_top + CONFIG_T::in_height + CONFIG_T::pad_bottom;
    const unsigned width = CONFIG_T::pad_left + CONFIG_T::in_width + CONFIG_T::pad_right;
    LineBuffer<data_T, width, CONFIG_T::kernel_height, CONFIG_T::kernel_width> buffer;
    SlidingAxis<CONFIG_T::kernel_height, CONFIG_T::stride_height, CONFIG_T::out_height> row;
    SlidingAxis<CONFIG_T::kernel_width, CONFIG_T::stride_width, CONFIG_T::out_width> column;
    row.restart();
SlidingRows:
    for (unsigned y = 0; y < height; y++) {
        column.restart();
    SlidingColumns:
        for (unsigned x = 0; x < width; x++) {
            #pragma HLS PIPELINE II=1
            buffer.push(read_padded<data_T, CONFIG_T>(data, y, x, reduce_T::border()), x);
            if (row.ends() && column.ends()) {
                res_T out;
            SlidingChannels:
                for (unsigned c = 0; c < data_T::size; c++) {
                    #pragma HLS UNROLL
                    typename reduce_T::total_t total = reduce_T::empty();
                SlidingWindow:
                    for (unsigned k = 0; k < CONFIG_T::kernel_height * CONFIG_T::kernel_width; k++) {
                        #pragma HLS UNROLL
                        total = reduce_T::join(total, buffer.window[k][c]);
                    }
                    out[c] = assign<typename res_T::value_type>(reduce.finish(total, row.index, column.index));
                }
                res.write(out);
            }
            column.advance();
        }
        row.advance();
    }
}

/// Windows that do not overlap, whole maps among them: one running total per window of the current row.
///
/// Template parameters as in `pool_sliding`.
template <class data_T, class res_T, typename CONFIG_T, class reduce_T>
void pool_blocks(hls::stream<data_T> &data, hls::stream<res_T> &res, const reduce_T &reduce) {
    const unsigned height = CONFIG_T::pad_top + CONFIG_T::in_height + CONFIG_T::pad_bottom;
    const unsigned width = CONFIG_T::pad_left + CONFIG_T::in_width + CONFIG_T::pad_right;
    typename reduce_T::total_t above[CONFIG_T::out_width][data_T::size];
    #pragma HLS ARRAY_PARTITION variable=above complete dim=2
    typename reduce_T::total_t across[data_T::size];
    #pragma HLS ARRAY_PARTITION variable=across complete
    BlockAxis<CONFIG_T::kernel_height, CONFIG_T::stride_height, CONFIG_T::out_height> row;
    BlockAxis<CONFIG_T::kernel_width, CONFIG_T::stride_width, CONFIG_T::out_width> column;
    row.restart();
BlockRows:
    for (unsigned y = 0; y < height; y++) {
        column.restart();
    BlockColumns:
        for (unsigned x = 0; x < width; x++) {
            #pragma HLS PIPELINE II=1
            const data_T pixel = read_padded<data_T, CONFIG_T>(data, y, x, reduce_T::border());
            if (row.inside() && column.inside()) {
                res_T out;
            BlockChannels:
                for (unsigned c = 0; c < data_T::size; c++) {
                    #pragma HLS UNROLL
                    const typename reduce_T::total_t before = column.begins() ? reduce_T::empty() : across[c];
                    across[c] = reduce_T::join(before, pixel[c]);
                    if (column.ends()) {
                        const typename reduce_T::total_t total =
                            row.begins() ? across[c] : reduce_T::join(above[column.index][c], across[c]);
                        above[column.index][c] = total;
                        out[c] = assign<typename res_T::value_type>(reduce.finish(total, row.index, column.index));
                    }
                }
                if (row.ends() && column.ends())
                    res.write(out);
            }
            column.advance();
        }
        row.advance();
    }
}

} // namespace fpgaflow

#endif
