#ifndef FPGAFLOW_COUNTING_SHIFT_REGISTER_H_
#define FPGAFLOW_COUNTING_SHIFT_REGISTER_H_

// The shift registers that hls4ml's convolutions keep rows in, counting what goes through. To be included before any
// is used. Nothing here is synthesized.

#include "ap_fixed.h"
#include "ap_shift_reg.h"
#include "counting.h"

namespace fpgaflow {

/// Gives each number back after as many others; no number moves meanwhile.
///
/// \tparam T number, \tparam length how many it holds, zeros at first.
template <class T, unsigned length> class CountingShiftRegister {
  public:
    CountingShiftRegister() : position(0) {
        for (unsigned i = 0; i < length; i++)
            numbers[i] = 0;
    }
    /// Write a number, read the oldest one.
    T shift(const T &number) {
        const T oldest = numbers[position];
        numbers[position] = number;
        position = position + 1 == length ? 0 : position + 1;
        count_buffer(1, 1);
        return oldest;
    }

  private:
    T numbers[length];
    unsigned position;
};

} // namespace fpgaflow

/// A shift register of signed numbers.
///
/// \tparam W, I, Q, O, N those of the number's type, \tparam length how many it holds.
template <int W, int I, ap_q_mode Q, ap_o_mode O, int N, unsigned length>
class ap_shift_reg<ap_fixed<W, I, Q, O, N>, length>
    : public fpgaflow::CountingShiftRegister<ap_fixed<W, I, Q, O, N>, length> {};

/// A shift register of unsigned numbers.
///
/// \tparam W, I, Q, O, N those of the number's type, \tparam length how many it holds.
template <int W, int I, ap_q_mode Q, ap_o_mode O, int N, unsigned length>
class ap_shift_reg<ap_ufixed<W, I, Q, O, N>, length>
    : public fpgaflow::CountingShiftRegister<ap_ufixed<W, I, Q, O, N>, length> {};

#endif
