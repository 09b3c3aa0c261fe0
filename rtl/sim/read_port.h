#ifndef FPGAFLOW_ENGINE_SIM_READ_PORT_H_
#define FPGAFLOW_ENGINE_SIM_READ_PORT_H_

// The memory's side of a master's two reading channels, with the checks of what the engine shows on them.

#include "burst.h"
#include "random.h"
#include "stable.h"

#include <deque>

namespace fpgaflow {
namespace sim {

/// A reading port. `pins_t` has the signals as members, which may be references.
template <class pins_t> class ReadPort {
  public:
    /// \param name e.g. `m_axi_data`.
    ReadPort(const std::string &name, pins_t pins, Memory &memory, Bandwidth &bandwidth)
        : channel_(name + " AR"), pins_(pins), memory_(memory), bandwidth_(bandwidth),
          shown_address_(channel_, {"araddr", "arlen", "arsize", "arburst", "arcache", "arprot"}), ar_stalls_(0, 0),
          r_stalls_(0, 0) {}

    void set(const Timing &timing) {
        timing_ = timing;
        ar_stalls_ = Stalls(timing.seed ^ 0x51, timing.pause);
        r_stalls_ = Stalls(timing.seed ^ 0x52, timing.pause);
    }

    /// The reset reaches the memory too: it forgets all bursts.
    void clear() {
        bursts_.clear();
        shown_address_.clear();
        shown_ = false;
        known_ = false;
    }

    uint64_t outstanding() const { return bursts_.size(); }
    const Traffic &traffic() const { return traffic_; }

    /// Set the engine's inputs for a cycle.
    void drive(uint64_t cycle) {
        pins_.arready = ar_stalls_.ready(shown_address_.waiting());
        if (!shown_ && !bursts_.empty() && bursts_.front().due <= cycle && r_stalls_.go() && bandwidth_.has()) {
            bandwidth_.take();
            shown_ = true;
        }
        pins_.rvalid = shown_;
        if (shown_) {
            const Burst &burst = bursts_.front();
            pins_.rdata = burst.data[burst.given];
            pins_.rresp = burst.response[burst.given];
            pins_.rlast = burst.given + 1 == burst.beats;
        } else {
            // Nobody may use what stands there now.
            pins_.rdata = 0xdeadbeefdeadbeef ^ cycle;
            pins_.rresp = 2;
            pins_.rlast = 1;
        }
    }

    /// See the engine's outputs at the end of the cycle.
    void sample(uint64_t cycle) {
        const bool valid = pins_.arvalid;
        if (valid || shown_address_.waiting()) {
            const Address one = {pins_.araddr,  pins_.arlen,   pins_.arsize,
                                 pins_.arburst, pins_.arcache, pins_.arprot};
            shown_address_.sample(valid, pins_.arready, {one.address, one.len, one.size, one.burst, one.cache, one.prot},
                                  cycle);
            if (!shown_address_.waiting())
                accept(one, cycle);
        }
        if (shown_ && pins_.rready) {
            shown_ = false;
            traffic_.beats++;
            Burst &burst = bursts_.front();
            if (++burst.given == burst.beats)
                bursts_.pop_front();
        }
    }

    /// See them while the reset is held.
    void sample_reset(uint64_t cycle) const {
        if (pins_.arvalid)
            throw Violation(channel_, cycle, "valid during reset");
    }

  private:
    struct Burst {
        unsigned beats, given;
        uint64_t due;
        uint64_t data[most_beats];
        unsigned response[most_beats];
    };

    void accept(const Address &one, uint64_t cycle) {
        if (!known_)
            constant_ = one;
        known_ = true;
        check_address(channel_, cycle, one, constant_, memory_, READ);
        Burst burst;
        burst.beats = one.len + 1;
        burst.given = 0;
        burst.due = cycle + timing_.latency + ar_stalls_.extra(timing_.extra_latency);
        // Read now: a write counts as done when its response was given, not earlier.
        memory_.read(one.address, reinterpret_cast<uint8_t *>(burst.data), burst.beats * beat_bytes);
        for (unsigned i = 0; i < burst.beats; i++) {
            const uint64_t at = one.address + i * beat_bytes;
            burst.response[i] = memory_.response(at, at + beat_bytes, READ);
            if (burst.response[i])
                burst.data[i] = 0xbadbadbadbadbad0;
        }
        bursts_.push_back(burst);
        traffic_.bursts++;
    }

    std::string channel_;
    pins_t pins_;
    Memory &memory_;
    Bandwidth &bandwidth_;
    Stable<6> shown_address_;
    Timing timing_;
    Stalls ar_stalls_, r_stalls_;
    std::deque<Burst> bursts_;
    Address constant_{};
    Traffic traffic_;
    bool shown_ = false;
    bool known_ = false;
};

} // namespace sim
} // namespace fpgaflow

#endif
