#ifndef FPGAFLOW_SUBSAMPLE_H_
#define FPGAFLOW_SUBSAMPLE_H_

// Every n-th row and column: the strided shortcut of a residual network, without multipliers.

#include "bits.h"
#include "hls_stream.h"

namespace fpgaflow {

/// Keep the pixels whose row and column are multiples of the stride; drop the others.
///
/// \tparam data_T packet of the input, \tparam res_T packet of the output, of the same length.
/// \tparam CONFIG_T in_height, in_width: size of the input; stride_height, stride_width.
template <class data_T, class res_T, typename CONFIG_T>
void subsample(hls::stream<data_T> &data, hls::stream<res_T> &res) {
    unsigned row_phase = 0;
SubsampleRows:
    for (unsigned y = 0; y < CONFIG_T::in_height; y++) {
        unsigned column_phase = 0;
    SubsampleColumns:
        for (unsigned x = 0; x < CONFIG_T::in_width; x++) {
            #pragma HLS PIPELINE II=1
            const data_T in = data.read();
            if (row_phase == 0 && column_phase == 0) {
                res_T out;
            SubsampleChannels:
                for (unsigned c = 0; c < data_T::size; c++) {
                    #pragma HLS UNROLL
                    out[c] = assign<typename res_T::value_type>(in[c]);
                }
                res.write(out);
            }
            column_phase = column_phase + 1 == CONFIG_T::stride_width ? 0 : column_phase + 1;
        }
        row_phase = row_phase + 1 == CONFIG_T::stride_height ? 0 : row_phase + 1;
    }
}

} // namespace fpgaflow

#endif
