#ifndef FPGAFLOW_ELEMENTWISE_H_
#define FPGAFLOW_ELEMENTWISE_H_

// Operations that take each number by itself: cast, ReLU, clamp.

#include "bits.h"
#include "hls_stream.h"

namespace fpgaflow {

/// Give each number another format; the result type's rounding and overflow modes apply.
///
/// \tparam data_T packet of the input (nnet::array), \tparam res_T packet of the output, of the same length.
/// \tparam CONFIG_T n_packets: packets of one image.
template <class data_T, class res_T, typename CONFIG_T>
void cast_stream(hls::stream<data_T> &data, hls::stream<res_T> &res) {
CastPackets:
    for (unsigned i = 0; i < CONFIG_T::n_packets; i++) {
        #pragma HLS PIPELINE II=1
        const data_T in = data.read();
        res_T out;
    CastNumbers:
        for (unsigned c = 0; c < data_T::size; c++) {
            #pragma HLS UNROLL
            out[c] = assign<typename res_T::value_type>(in[c]);
        }
        res.write(out);
    }
}

/// max(x, 0), then one cast.
///
/// \tparam data_T packet of the input, \tparam res_T packet of the output, of the same length.
/// \tparam CONFIG_T n_packets: packets of one image.
template <class data_T, class res_T, typename CONFIG_T>
void relu(hls::stream<data_T> &data, hls::stream<res_T> &res) {
ReluPackets:
    for (unsigned i = 0; i < CONFIG_T::n_packets; i++) {
        #pragma HLS PIPELINE II=1
        const data_T in = data.read();
        res_T out;
    ReluNumbers:
        for (unsigned c = 0; c < data_T::size; c++) {
            #pragma HLS UNROLL
            if (in[c] > 0)
                out[c] = assign<typename res_T::value_type>(in[c]);
            else
                out[c] = 0;
        }
        res.write(out);
    }
}

/// min(max(x, low), high), then one cast.
///
/// \tparam data_T packet of the input, \tparam res_T packet of the output, of the same length.
/// \tparam CONFIG_T n_packets: packets of one image; low, high: the limits, as integers of the output's type.
template <class data_T, class res_T, typename CONFIG_T>
void clamp(hls::stream<data_T> &data, hls::stream<res_T> &res) {
    typedef typename res_T::value_type number_t;
    const number_t low = from_integer<number_t>(CONFIG_T::low);
    const number_t high = from_integer<number_t>(CONFIG_T::high);
ClampPackets:
    for (unsigned i = 0; i < CONFIG_T::n_packets; i++) {
        #pragma HLS PIPELINE II=1
        const data_T in = data.read();
        res_T out;
    ClampNumbers:
        for (unsigned c = 0; c < data_T::size; c++) {
            #pragma HLS UNROLL
            // The upper limit is asked last: it wins where the limits cross.
            if (in[c] > high || low > high)
                out[c] = high;
            else if (in[c] < low)
                out[c] = low;
            else
                out[c] = assign<number_t>(in[c]);
        }
        res.write(out);
    }
}

} // namespace fpgaflow

#endif
