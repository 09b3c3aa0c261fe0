#ifndef FPGAFLOW_PADDED_MAP_H_
#define FPGAFLOW_PADDED_MAP_H_

// A feature map with a border, read from a stream that carries the map alone.

#include "hls_stream.h"

namespace fpgaflow {

/// Read the pixel at a position of the padded map: from the stream inside, `border` outside.
///
/// \tparam data_T packet of all channels of a pixel.
/// \tparam CONFIG_T in_height, in_width: size of the map; pad_top, pad_left: border before it.
/// \param y, x position in the padded map.
template <class data_T, typename CONFIG_T>
data_T read_padded(hls::stream<data_T> &data, unsigned y, unsigned x, typename data_T::value_type border) {
    #pragma HLS INLINE
    data_T pixel;
    // Unsigned differences wrap above the border and left of it, which is then outside as well.
    if (y - CONFIG_T::pad_top < CONFIG_T::in_height && x - CONFIG_T::pad_left < CONFIG_T::in_width) {
        pixel = data.read();
    } else {
    FillBorder:
        for (unsigned c = 0; c < data_T::size; c++) {
            #pragma HLS UNROLL
            pixel[c] = border;
        }
    }
    return pixel;
}

} // namespace fpgaflow

#endif
