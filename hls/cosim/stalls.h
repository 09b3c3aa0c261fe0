#ifndef FPGAFLOW_COSIM_STALLS_H_
#define FPGAFLOW_COSIM_STALLS_H_

// When a stream pauses: never, or at random from a seed.

#include <cstdint>

namespace fpgaflow {
namespace cosim {

/// Says in each cycle whether a stream goes on. Slow and fast stretches take turns, so that FIFOs run full and empty.
class Stalls {
  public:
    /// \param seed of the random pauses; 0 makes none.
    explicit Stalls(uint64_t seed) : random_(seed != 0), state_(seed), goes_(8), left_(0) {}

    /// Whether to go on in this cycle.
    bool go() {
        if (!random_)
            return true;
        if (left_ == 0) {
            static const unsigned eighths[] = {8, 4, 1, 6};
            goes_ = eighths[next() % 4];
            left_ = 1 + next() % 96;
        }
        left_--;
        return next() % 8 < goes_;
    }

  private:
    // splitmix64 (Steele, Lea, Flood 2014).
    uint64_t next() {
        uint64_t mixed = state_ += 0x9e3779b97f4a7c15;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
        return mixed ^ (mixed >> 31);
    }

    bool random_;
    uint64_t state_;
    unsigned goes_;
    unsigned left_;
};

} // namespace cosim
} // namespace fpgaflow

#endif
