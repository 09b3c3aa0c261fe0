#ifndef FPGAFLOW_PAD_CHANNELS_H_
#define FPGAFLOW_PAD_CHANNELS_H_

// Channels of zeros around the input's: the other half of a parameter-free shortcut.

#include "bits.h"
#include "hls_stream.h"

namespace fpgaflow {

/// Put zero channels before and after those of each pixel.
///
/// \tparam data_T packet of the input, \tparam res_T the longer packet of the output.
/// \tparam CONFIG_T n_packets: packets of one image; before: zero channels in front.
template <class data_T, class res_T, typename CONFIG_T>
void pad_channels(hls::stream<data_T> &data, hls::stream<res_T> &res) {
PadPackets:
    for (unsigned i = 0; i < CONFIG_T::n_packets; i++) {
        #pragma HLS PIPELINE II=1
        const data_T in = data.read();
        res_T out;
    PadZeros:
        for (unsigned c = 0; c < res_T::size; c++) {
            #pragma HLS UNROLL
            out[c] = 0;
        }
    PadCopy:
        for (unsigned c = 0; c < data_T::size; c++) {
            #pragma HLS UNROLL
            out[CONFIG_T::before + c] = assign<typename res_T::value_type>(in[c]);
        }
        res.write(out);
    }
}

} // namespace fpgaflow

#endif
