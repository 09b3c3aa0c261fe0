#ifndef FPGAFLOW_ENGINE_SIM_WRITE_PORT_H_
#define FPGAFLOW_ENGINE_SIM_WRITE_PORT_H_

// The memory's side of a master's three writing channels, with the checks of what the engine shows on them.

#include "burst.h"
#include "random.h"
#include "stable.h"

#include <deque>

namespace fpgaflow {
namespace sim {

/// A writing port. `pins_t` has the signals as members, which may be references.
template <class pins_t> class WritePort {
  public:
    /// \param name e.g. `m_axi_data`.
    WritePort(const std::string &name, pins_t pins, Memory &memory, Bandwidth &bandwidth)
        : address_channel_(name + " AW"), data_channel_(name + " W"), pins_(pins), memory_(memory),
          bandwidth_(bandwidth),
          shown_address_(address_channel_, {"awaddr", "awlen", "awsize", "awburst", "awcache", "awprot"}),
          shown_data_(data_channel_, {"wdata", "wstrb", "wlast"}), aw_stalls_(0, 0), w_stalls_(0, 0), b_stalls_(0, 0) {}

    void set(const Timing &timing) {
        timing_ = timing;
        aw_stalls_ = Stalls(timing.seed ^ 0x61, timing.pause);
        w_stalls_ = Stalls(timing.seed ^ 0x62, timing.pause);
        b_stalls_ = Stalls(timing.seed ^ 0x63, timing.pause);
    }

    /// The reset reaches the memory too: it forgets all bursts.
    void clear() {
        addresses_.clear();
        beats_.clear();
        answers_.clear();
        shown_address_.clear();
        shown_data_.clear();
        shown_ = false;
        known_ = false;
    }

    uint64_t outstanding() const { return addresses_.size() + answers_.size() + (beats_.empty() ? 0 : 1); }
    const Traffic &traffic() const { return traffic_; }

    /// Set the engine's inputs for a cycle.
    void drive(uint64_t cycle) {
        pins_.awready = aw_stalls_.ready(shown_address_.waiting());
        pins_.wready = w_stalls_.ready(shown_data_.waiting()) && bandwidth_.has();
        if (!shown_ && !answers_.empty() && answers_.front().due <= cycle && b_stalls_.go())
            show();
        pins_.bvalid = shown_;
        pins_.bresp = shown_ ? answers_.front().response : 2;
    }

    /// See the engine's outputs at the end of the cycle.
    void sample(uint64_t cycle) {
        const bool address = pins_.awvalid, data = pins_.wvalid;
        if (address || shown_address_.waiting()) {
            const Address one = {pins_.awaddr,  pins_.awlen,   pins_.awsize,
                                 pins_.awburst, pins_.awcache, pins_.awprot};
            shown_address_.sample(address, pins_.awready,
                                  {one.address, one.len, one.size, one.burst, one.cache, one.prot}, cycle);
            if (!shown_address_.waiting())
                accept(one, cycle);
        }
        if (data || shown_data_.waiting()) {
            const Beat one = {pins_.wdata, pins_.wstrb, bool(pins_.wlast)};
            shown_data_.sample(data, pins_.wready, {one.data, one.strobe, one.last}, cycle);
            if (!shown_data_.waiting())
                accept(one, cycle);
        }
        join(cycle);
        if (shown_ && pins_.bready) {
            shown_ = false;
            answers_.pop_front();
        }
    }

    /// See them while the reset is held.
    void sample_reset(uint64_t cycle) const {
        if (pins_.awvalid)
            throw Violation(address_channel_, cycle, "valid during reset");
        if (pins_.wvalid)
            throw Violation(data_channel_, cycle, "valid during reset");
    }

  private:
    struct Beat {
        uint64_t data, strobe;
        bool last;
    };
    struct Answer {
        Address address;
        std::deque<Beat> beats;
        uint64_t due;
        unsigned response;
    };

    void accept(const Address &one, uint64_t cycle) {
        if (!known_)
            constant_ = one;
        known_ = true;
        check_address(address_channel_, cycle, one, constant_, memory_, WRITE);
        addresses_.push_back(one);
        traffic_.bursts++;
    }

    void accept(const Beat &one, uint64_t cycle) {
        bandwidth_.take();
        beats_.push_back(one);
        traffic_.beats++;
        // Data may come before its address, but no master here has a reason to run far ahead.
        if (addresses_.empty() && beats_.size() > most_beats)
            throw Violation(data_channel_, cycle, "more than 16 beats without an address");
    }

    /// Bring addresses and data together; a whole burst is answered later.
    void join(uint64_t cycle) {
        while (!addresses_.empty() && !beats_.empty()) {
            const unsigned beats = addresses_.front().len + 1;
            for (unsigned i = 0; i < beats && i < beats_.size(); i++)
                if (beats_[i].last != (i + 1 == beats))
                    throw Violation(data_channel_, cycle,
                                    std::string("wlast is ") + (beats_[i].last ? "1" : "0") + " at beat " +
                                        std::to_string(i + 1) + " of " + std::to_string(beats));
            if (beats_.size() < beats)
                return;
            const Address &at = addresses_.front();
            Answer answer;
            answer.address = at;
            answer.beats.assign(beats_.begin(), beats_.begin() + beats);
            answer.due = cycle + timing_.latency + aw_stalls_.extra(timing_.extra_latency);
            answer.response = memory_.response(at.address, at.address + beats * beat_bytes, WRITE);
            answers_.push_back(answer);
            beats_.erase(beats_.begin(), beats_.begin() + beats);
            addresses_.pop_front();
        }
    }

    /// Give the oldest burst's response; its bytes are in memory from now on, and no reader sees them earlier.
    void show() {
        const Answer &answer = answers_.front();
        uint64_t at = answer.address.address;
        for (const Beat &beat : answer.beats) {
            const uint8_t *bytes = reinterpret_cast<const uint8_t *>(&beat.data);
            for (unsigned i = 0; i < beat_bytes && !answer.response; i++)
                if (beat.strobe >> i & 1)
                    memory_.write(at + i, bytes + i, 1);
            at += beat_bytes;
        }
        shown_ = true;
    }

    std::string address_channel_, data_channel_;
    pins_t pins_;
    Memory &memory_;
    Bandwidth &bandwidth_;
    Stable<6> shown_address_;
    Stable<3> shown_data_;
    Timing timing_;
    Stalls aw_stalls_, w_stalls_, b_stalls_;
    std::deque<Address> addresses_;
    std::deque<Beat> beats_;
    std::deque<Answer> answers_;
    Address constant_{};
    Traffic traffic_;
    bool shown_ = false;
    bool known_ = false;
};

} // namespace sim
} // namespace fpgaflow

#endif
