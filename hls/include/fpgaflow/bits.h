#ifndef FPGAFLOW_BITS_H_
#define FPGAFLOW_BITS_H_

// The integers behind fixed-point values: value = integer * 2^-fraction.

#include "ap_fixed.h"
#include "ap_int.h"

namespace fpgaflow {

/// The integer of a fixed-point value, sign-extended.
///
/// \tparam W width, \tparam I integer bits, \tparam S signed, \tparam Q rounding, \tparam O overflow mode,
/// \tparam N wrap bits: those of the value's type, deduced.
template <int W, int I, bool S, ap_q_mode Q, ap_o_mode O, int N>
long long integer_of(const ap_fixed_base<W, I, S, Q, O, N> &value) {
    #pragma HLS INLINE
    ap_fixed_base<W, I, S, Q, O, N> copy = value;
    const unsigned long long bits = copy.range(W - 1, 0).to_uint64();
    const unsigned long long sign = S ? 1ULL << (W - 1) : 0ULL;
    return (long long)((bits ^ sign) - sign);
}

/// Make a fixed-point value of its integer.
///
/// \tparam T the fixed-point type; at most 63 bits wide.
template <class T> T from_integer(long long integer) {
    #pragma HLS INLINE
    T value = 0;
    value.range(T::width - 1, 0) = ap_int<64>(integer);
    return value;
}

/// The smallest code of the type of `sample`, which no value of that type lies below.
///
/// Template parameters: those of the sample's type, deduced.
template <int W, int I, bool S, ap_q_mode Q, ap_o_mode O, int N>
long long lowest_integer(const ap_fixed_base<W, I, S, Q, O, N> &) {
    #pragma HLS INLINE
    return S ? -(long long)(1ULL << (W - 1)) : 0LL;
}

/// Assign a value to another fixed-point type, whatever the two types are.
///
/// Assigning a value whose bits all lie below half of the target's last one reads beyond its sign bit in the
/// simulation headers of ap_fixed. Here such a value gets more copies of its sign bit first.
///
/// \tparam T the target's type; the other template parameters are those of the value's type, deduced.
template <class T, int W, int I, bool S, ap_q_mode Q, ap_o_mode O, int N>
T assign(const ap_fixed_base<W, I, S, Q, O, N> &value) {
    #pragma HLS INLINE
    enum { shift = (W - I) - (T::width - T::iwidth), extra = shift > W ? shift - W : 0 };
    const ap_fixed_base<W + extra, I + extra, S, AP_TRN, AP_WRAP, 0> roomy = value;
    const T assigned = roomy;
    return assigned;
}

} // namespace fpgaflow

#endif
