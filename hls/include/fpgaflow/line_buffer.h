#ifndef FPGAFLOW_LINE_BUFFER_H_
#define FPGAFLOW_LINE_BUFFER_H_

// The last rows of a feature map, and the window of pixels that slides over them.

#include "hooks.h"

namespace fpgaflow {

/// Window of kernel_height x kernel_width pixels over a map that arrives in row-major order.
///
/// The rows live in memory addressed by column, one write and one read per pixel and row; nothing is
/// shifted but the window itself.
///
/// \tparam pixel_T packet of all channels of a pixel.
/// \tparam width columns of the map, padding included.
/// \tparam kernel_height, kernel_width size of the window.
template <class pixel_T, unsigned width, unsigned kernel_height, unsigned kernel_width> class LineBuffer {
  public:
    /// The window; row-major, newest pixel last.
    pixel_T window[kernel_height * kernel_width];

    /// Move the window one column on.
    ///
    /// \param pixel the newest pixel. \param column its column.
    void push(const pixel_T &pixel, unsigned column) {
        #pragma HLS INLINE
        #pragma HLS ARRAY_PARTITION variable=window complete
        #pragma HLS ARRAY_PARTITION variable=rows complete dim=1
    ShiftRows:
        for (unsigned r = 0; r < kernel_height; r++) {
            #pragma HLS UNROLL
        ShiftColumns:
            for (unsigned k = 0; k + 1 < kernel_width; k++) {
                #pragma HLS UNROLL
                window[r * kernel_width + k] = window[r * kernel_width + k + 1];
            }
        }
    PushRows:
        for (unsigned r = 0; r + 1 < kernel_height; r++) {
            #pragma HLS UNROLL
            FPGAFLOW_COUNT_BUFFER(pixel_T::size, pixel_T::size)
            const pixel_T above = rows[r][column];
            window[r * kernel_width + kernel_width - 1] = above;
            if (r > 0)
                rows[r - 1][column] = above;
        }
        window[kernel_height * kernel_width - 1] = pixel;
        if (kernel_height > 1)
            rows[kernel_height > 1 ? kernel_height - 2 : 0][column] = pixel;
    }

  private:
    pixel_T rows[kernel_height > 1 ? kernel_height - 1 : 1][width];
};

} // namespace fpgaflow

#endif
