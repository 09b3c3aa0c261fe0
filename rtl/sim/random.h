#ifndef FPGAFLOW_ENGINE_SIM_RANDOM_H_
#define FPGAFLOW_ENGINE_SIM_RANDOM_H_

// When a channel pauses: never, or at random from a seed.

#include <cstdint>

namespace fpgaflow {
namespace sim {

/// splitmix64 (Steele, Lea, Flood 2014).
class Random {
  public:
    explicit Random(uint64_t seed) : state_(seed) {}

    uint64_t next() {
        uint64_t mixed = state_ += 0x9e3779b97f4a7c15;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
        return mixed ^ (mixed >> 31);
    }

  private:
    uint64_t state_;
};

/// Says in each cycle whether a channel goes on. Stretches of several rates take turns, so that buffers run full and
/// empty; in some of them ready waits for valid, which no valid may wait for.
class Stalls {
  public:
    /// \param pause of 65536: how often the channel pauses, on average; 0 never.
    Stalls(uint64_t seed, unsigned pause) : random_(seed), pause_(pause) {}

    /// Whether to go on in this cycle.
    bool go() {
        if (pause_ == 0)
            return true;
        stretch();
        return (random_.next() & 0xffff) >= now_;
    }

    /// Whether to show ready in this cycle.
    /// \param valid waited already in the last one.
    bool ready(bool valid) {
        if (pause_ == 0)
            return true;
        const bool goes = go();
        return goes && (valid || !late_);
    }

    /// A number from 0 to `most`, 0 where nothing is random.
    unsigned extra(unsigned most) { return most == 0 ? 0 : random_.next() % (most + 1); }

  private:
    void stretch() {
        if (left_-- != 0)
            return;
        // Half of the stretches run free, the other half pause twice as often.
        const uint64_t kind = random_.next();
        now_ = kind & 1 ? (2 * pause_ < 60000 ? 2 * pause_ : 60000) : 0;
        late_ = (kind >> 1 & 3) == 0;
        left_ = kind >> 8 & 0x7f;
    }

    Random random_;
    unsigned pause_;
    unsigned now_ = 0;
    unsigned left_ = 0;
    bool late_ = false;
};

} // namespace sim
} // namespace fpgaflow

#endif
