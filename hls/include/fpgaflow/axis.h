#ifndef FPGAFLOW_AXIS_H_
#define FPGAFLOW_AXIS_H_

// A beat of an AXI-Stream. Vitis HLS has a type for it; elsewhere a struct with the same members stands in.

#include "ap_int.h"

#if defined(__has_include)
#if __has_include("ap_axi_sdata.h")
#include "ap_axi_sdata.h"
#define FPGAFLOW_HAS_AP_AXIU
#endif
#endif

#ifndef FPGAFLOW_HAS_AP_AXIU

/// What Vitis HLS's ap_axiu has without the side channels TUSER, TID and TDEST.
///
/// \tparam D bits of data; a multiple of 8. \tparam U, I, T bits of the side channels: 0.
template <int D, int U, int I, int T> struct ap_axiu {
    static_assert(U == 0 && I == 0 && T == 0, "no side channels");
    ap_uint<D> data;
    ap_uint<D / 8> keep;
    ap_uint<D / 8> strb;
    ap_uint<1> last;
};

#endif

namespace fpgaflow {

/// A beat with TDATA, TKEEP, TSTRB and TLAST.
///
/// \tparam bits width of the data.
template <unsigned bits> struct Beat { typedef ap_axiu<bits, 0, 0, 0> type; };

/// The greatest common divisor: how many numbers can move at once without ever straddling a border.
///
/// \tparam a, b two lengths, not both zero.
template <unsigned a, unsigned b> struct Common {
    enum { value = Common<b, a % b>::value };
};

/// Where Euclid's algorithm ends.
///
/// \tparam a the divisor found.
template <unsigned a> struct Common<a, 0> {
    enum { value = a };
};

} // namespace fpgaflow

#endif
