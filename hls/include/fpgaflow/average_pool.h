#ifndef FPGAFLOW_AVERAGE_POOL_H_
#define FPGAFLOW_AVERAGE_POOL_H_

// Average pooling: the exact sum times the reciprocal of the count, then one cast. No division.

#include "pool.h"

namespace fpgaflow {

/// How `pool_sliding` and `pool_blocks` take a mean.
///
/// \tparam number_T fixed-point type of the input.
/// \tparam CONFIG_T accum_t: holds the sum of a whole window exactly; weight_t: type of the reciprocals; uniform:
/// whether one reciprocal serves all windows; else in_height, in_width, kernel_height, kernel_width, stride_height,
/// stride_width, pad_top, pad_left say how many pixels of a window are real.
template <class number_T, typename CONFIG_T> struct MeanOf {
    typedef typename CONFIG_T::accum_t total_t;

    /// 1/count: of every window, or at (rows - 1) * kernel_width + columns - 1.
    const typename CONFIG_T::weight_t *reciprocals;

    /// What stands in the border.
    static number_T border() {
        #pragma HLS INLINE
        return 0;
    }
    /// The total of no numbers.
    static total_t empty() {
        #pragma HLS INLINE
        return 0;
    }
    /// The total of two totals, or of a total and a number.
    template <class other_T> static total_t join(const total_t &a, const other_T &b) {
        #pragma HLS INLINE
        return a + b;
    }
    /// How much of a window lies between 0 and `size`, where the border begins.
    static unsigned real(unsigned index, unsigned stride, unsigned kernel, unsigned before, unsigned size) {
        #pragma HLS INLINE
        const int first = int(index * stride) - int(before);
        const int last = first + int(kernel);
        return (last > int(size) ? int(size) : last) - (first < 0 ? 0 : first);
    }
    /// The result of a window: an exact product.
    auto finish(const total_t &total, unsigned row, unsigned column) const
        -> decltype(total_t(0) * typename CONFIG_T::weight_t(0)) {
        #pragma HLS INLINE
        if (CONFIG_T::uniform)
            return total * reciprocals[0];
        const unsigned rows = real(row, CONFIG_T::stride_height, CONFIG_T::kernel_height, CONFIG_T::pad_top,
                                   CONFIG_T::in_height);
        const unsigned columns = real(column, CONFIG_T::stride_width, CONFIG_T::kernel_width, CONFIG_T::pad_left,
                                      CONFIG_T::in_width);
        return total * reciprocals[(rows - 1) * CONFIG_T::kernel_width + columns - 1];
    }
};

/// Mean of overlapping windows.
///
/// Template parameters as in `pool_sliding`, CONFIG_T as in `MeanOf`.
template <class data_T, class res_T, typename CONFIG_T>
void average_pool_sliding(hls::stream<data_T> &data, hls::stream<res_T> &res,
                          typename CONFIG_T::weight_t reciprocals[CONFIG_T::n_reciprocals]) {
    const MeanOf<typename data_T::value_type, CONFIG_T> reduce = {reciprocals};
    pool_sliding<data_T, res_T, CONFIG_T>(data, res, reduce);
}

/// Mean of windows that do not overlap, of a whole map among them.
///
/// Template parameters as in `pool_blocks`, CONFIG_T as in `MeanOf`.
template <class data_T, class res_T, typename CONFIG_T>
void average_pool_blocks(hls::stream<data_T> &data, hls::stream<res_T> &res,
                         typename CONFIG_T::weight_t reciprocals[CONFIG_T::n_reciprocals]) {
    const MeanOf<typename data_T::value_type, CONFIG_T> reduce = {reciprocals};
    pool_blocks<data_T, res_T, CONFIG_T>(data, res, reduce);
}

} // namespace fpgaflow

#endif
