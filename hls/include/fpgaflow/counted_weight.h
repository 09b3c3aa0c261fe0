#ifndef FPGAFLOW_COUNTED_WEIGHT_H_
#define FPGAFLOW_COUNTED_WEIGHT_H_

// Weights that count how often they are read; they stand in for the plain types while the design is simulated.
// Nothing here is synthesized.

#include "bits.h"
#include "counting.h"

namespace fpgaflow {

/// A weight, read where it is copied: hls4ml hands each operand of a product over by value.
///
/// \tparam T the fixed-point type that it stands for.
template <class T> class CountedWeight : public T {
  public:
    CountedWeight() : T(0) {}
    CountedWeight(const CountedWeight &other) : T(static_cast<const T &>(other)) { count_weight(); }
    /// Give it its value; no read.
    void set(const T &value) { T::operator=(value); }

  private:
    CountedWeight &operator=(const CountedWeight &);
};

/// A bias, read where it is converted: hls4ml starts a sum with the bias as the accumulator's type.
///
/// \tparam T the fixed-point type that it stands for.
template <class T> class CountedBias {
  public:
    CountedBias() : value(0) {}
    /// Give it its value; no read.
    void set(const T &given) { value = given; }

    /// Read it as a signed number.
    ///
    /// Template parameters: those of the type that is asked for, deduced.
    template <int W, int I, ap_q_mode Q, ap_o_mode O, int N> operator ap_fixed<W, I, Q, O, N>() const {
        count_weight();
        return value;
    }
    /// Read it as an unsigned number.
    ///
    /// Template parameters: those of the type that is asked for, deduced.
    template <int W, int I, ap_q_mode Q, ap_o_mode O, int N> operator ap_ufixed<W, I, Q, O, N>() const {
        count_weight();
        return value;
    }

  private:
    T value;
};

/// Give a weight its integer; `load_weights` finds this for counted weights.
///
/// \tparam T the fixed-point type that it stands for.
template <class T> void set_integer(CountedWeight<T> &weight, long long integer) {
    weight.set(from_integer<T>(integer));
}

/// Give a bias its integer.
///
/// \tparam T the fixed-point type that it stands for.
template <class T> void set_integer(CountedBias<T> &bias, long long integer) { bias.set(from_integer<T>(integer)); }

} // namespace fpgaflow

#endif
