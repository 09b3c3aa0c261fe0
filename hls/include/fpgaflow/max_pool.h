#ifndef FPGAFLOW_MAX_POOL_H_
#define FPGAFLOW_MAX_POOL_H_

// Maximum pooling; padding never wins.

#include "bits.h"
#include "pool.h"

namespace fpgaflow {

/// How `pool_sliding` and `pool_blocks` take a maximum.
///
/// \tparam number_T fixed-point type of the input.
template <class number_T> struct MaximumOf {
    typedef number_T total_t;

    /// What stands in the border: nothing is smaller, so it loses or equals.
    static number_T border() {
        #pragma HLS INLINE
        return from_integer<number_T>(lowest_integer(number_T(0)));
    }
    /// The total of no numbers.
    static number_T empty() {
        #pragma HLS INLINE
        return border();
    }
    /// The total of two totals, or of a total and a number.
    static number_T join(const number_T &a, const number_T &b) {
        #pragma HLS INLINE
        return a > b ? a : b;
    }
    /// The result of a window.
    number_T finish(const number_T &total, unsigned, unsigned) const {
        #pragma HLS INLINE
        return total;
    }
};

/// Maximum of overlapping windows.
///
/// Template parameters as in `pool_sliding`.
template <class data_T, class res_T, typename CONFIG_T>
void max_pool_sliding(hls::stream<data_T> &data, hls::stream<res_T> &res) {
    const MaximumOf<typename data_T::value_type> reduce = {};
    pool_sliding<data_T, res_T, CONFIG_T>(data, res, reduce);
}

/// Maximum of windows that do not overlap.
///
/// Template parameters as in `pool_blocks`.
template <class data_T, class res_T, typename CONFIG_T>
void max_pool_blocks(hls::stream<data_T> &data, hls::stream<res_T> &res) {
    const MaximumOf<typename data_T::value_type> reduce = {};
    pool_blocks<data_T, res_T, CONFIG_T>(data, res, reduce);
}

} // namespace fpgaflow

#endif
