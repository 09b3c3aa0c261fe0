#ifndef FPGAFLOW_WINDOW_AXIS_H_
#define FPGAFLOW_WINDOW_AXIS_H_

// Where windows begin and end along one axis of a map that arrives position by position.

namespace fpgaflow {

/// Windows that may overlap (stride < kernel): which window ends here, if any.
///
/// \tparam kernel length of a window, \tparam stride distance between windows, \tparam count how many there are.
template <unsigned kernel, unsigned stride, unsigned count> class SlidingAxis {
  public:
    /// The window that ends here, or else the next one to end.
    unsigned index;

    /// Stand at the first position.
    void restart() {
        #pragma HLS INLINE
        index = 0;
        left = kernel - 1;
    }

    /// Whether a window ends at this position.
    bool ends() const {
        #pragma HLS INLINE
        return left == 0 && index < count;
    }

    /// Go to the next position.
    void advance() {
        #pragma HLS INLINE
        if (left == 0) {
            left = stride - 1;
            index++;
        } else {
            left--;
        }
    }

  private:
    unsigned left;
};

/// Windows that do not overlap (stride >= kernel): each position belongs to one window or to none.
///
/// \tparam kernel length of a window, \tparam stride distance between windows, \tparam count how many there are.
template <unsigned kernel, unsigned stride, unsigned count> class BlockAxis {
  public:
    /// The window of this position, or else the next one.
    unsigned index;

    /// Stand at the first position.
    void restart() {
        #pragma HLS INLINE
        index = 0;
        phase = 0;
    }

    /// Whether a window begins at this position.
    bool begins() const {
        #pragma HLS INLINE
        return phase == 0;
    }

    /// Whether this position belongs to a window.
    bool inside() const {
        #pragma HLS INLINE
        return phase < kernel && index < count;
    }

    /// Whether a window ends at this position.
    bool ends() const {
        #pragma HLS INLINE
        return phase == kernel - 1 && index < count;
    }

    /// Go to the next position.
    void advance() {
        #pragma HLS INLINE
        if (phase == stride - 1) {
            phase = 0;
            index++;
        } else {
            phase++;
        }
    }

  private:
    unsigned phase;
};

} // namespace fpgaflow

#endif
