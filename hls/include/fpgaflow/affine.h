#ifndef FPGAFLOW_AFFINE_H_
#define FPGAFLOW_AFFINE_H_

// x * scale + shift per channel: input normalisation, or a batch norm that no convolution absorbed.

#include "bits.h"
#include "hls_stream.h"

namespace fpgaflow {

/// Scale and shift each channel exactly, then cast once.
///
/// \tparam data_T packet of the input: all channels of a pixel, or a whole vector.
/// \tparam res_T packet of the output, of the same length.
/// \tparam CONFIG_T n_packets: packets of one image; weight_t, bias_t: types of scale and shift.
template <class data_T, class res_T, typename CONFIG_T>
void affine(hls::stream<data_T> &data, hls::stream<res_T> &res, typename CONFIG_T::weight_t scale[data_T::size],
            typename CONFIG_T::bias_t shift[data_T::size]) {
    #pragma HLS ARRAY_PARTITION variable=scale complete
    #pragma HLS ARRAY_PARTITION variable=shift complete
AffinePackets:
    for (unsigned i = 0; i < CONFIG_T::n_packets; i++) {
        #pragma HLS PIPELINE II=1
        const data_T in = data.read();
        res_T out;
    AffineChannels:
        for (unsigned c = 0; c < data_T::size; c++) {
            #pragma HLS UNROLL
            // A copy is a read: the simulation counts it.
            const typename CONFIG_T::weight_t factor = scale[c];
            const typename CONFIG_T::bias_t summand = shift[c];
            out[c] = assign<typename res_T::value_type>(in[c] * factor + summand);
        }
        res.write(out);
    }
}

} // namespace fpgaflow

#endif
