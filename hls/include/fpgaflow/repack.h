#ifndef FPGAFLOW_REPACK_H_
#define FPGAFLOW_REPACK_H_

// The same numbers in packets of another length.

#include "bits.h"
#include "hls_stream.h"

namespace fpgaflow {

/// Collect the numbers of one image in order and send them on in packets of another length.
///
/// \tparam data_T packet of the input, \tparam res_T packet of the output; both lengths divide n_numbers.
/// \tparam CONFIG_T n_numbers: numbers of one image.
template <class data_T, class res_T, typename CONFIG_T>
void repack(hls::stream<data_T> &data, hls::stream<res_T> &res) {
    data_T in;
    res_T out;
    unsigned read_at = data_T::size;
    unsigned write_at = 0;
RepackNumbers:
    for (unsigned i = 0; i < CONFIG_T::n_numbers; i++) {
        #pragma HLS PIPELINE II=1
        if (read_at == data_T::size) {
            in = data.read();
            read_at = 0;
        }
        out[write_at++] = assign<typename res_T::value_type>(in[read_at++]);
        if (write_at == res_T::size) {
            res.write(out);
            write_at = 0;
        }
    }
}

} // namespace fpgaflow

#endif
