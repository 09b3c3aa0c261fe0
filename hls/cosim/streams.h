#ifndef FPGAFLOW_COSIM_STREAMS_H_
#define FPGAFLOW_COSIM_STREAMS_H_

// The two AXI-Streams: beats of images go in, beats of scores come out and are checked.

#include "fault.h"
#include "stalls.h"

#include <cstring>
#include <vector>

namespace fpgaflow {
namespace cosim {

typedef std::vector<unsigned char> Bytes;

/// Write bytes into a port of the same width, the lowest first, or read them. Verilator has integers for ports of up to
/// 64 bits and arrays of 32-bit words for wider ones.
template <class port_T> void set_bytes(port_T &port, const unsigned char *bytes) {
    std::memcpy(static_cast<void *>(&port), bytes, sizeof(port));
}
template <class port_T> Bytes get_bytes(const port_T &port) {
    const unsigned char *first = reinterpret_cast<const unsigned char *>(&port);
    return Bytes(first, first + sizeof(port));
}

/// Gives the beats of all images; TLAST is on the last one. A beat that was shown stays until it is taken.
class Source {
  public:
    Source(const Bytes &bytes, size_t beat_bytes, uint64_t seed)
        : bytes_(bytes), beat_bytes_(beat_bytes), stalls_(seed) {}

    uint64_t beats() const { return bytes_.size() / beat_bytes_; }
    uint64_t taken() const { return taken_; }
    bool moved() const { return moved_; }

    /// Set the ports before the cycle; nothing is shown before the run is started.
    template <class top_T> void drive(top_T &top, bool started) {
        if (!shown_ && started && taken_ < beats())
            shown_ = stalls_.go();
        top.images_TVALID = shown_;
        top.images_TLAST = shown_ && taken_ + 1 == beats();
        top.images_TKEEP = top.images_TSTRB = (uint64_t(1) << beat_bytes_) - 1;
        if (shown_)
            set_bytes(top.images_TDATA, &bytes_[taken_ * beat_bytes_]);
    }

    /// See at the end of the cycle whether the beat was taken.
    template <class top_T> void sample(const top_T &top) {
        moved_ = shown_ && top.images_TREADY;
        if (moved_) {
            taken_++;
            shown_ = false;
        }
    }

  private:
    Bytes bytes_;
    size_t beat_bytes_;
    Stalls stalls_;
    uint64_t taken_ = 0;
    bool shown_ = false;
    bool moved_ = false;
};

/// Takes the beats of scores, and holds the stream against the protocol.
class Sink {
  public:
    Sink(uint64_t beats, size_t beat_bytes, uint64_t seed) : beats_(beats), beat_bytes_(beat_bytes), stalls_(seed) {}

    uint64_t given() const { return given_; }
    bool full() const { return given_ == beats_; }
    bool moved() const { return moved_; }
    const Bytes &bytes() const { return bytes_; }

    /// Set the port before the cycle.
    template <class top_T> void drive(top_T &top) { top.scores_TREADY = ready_ = stalls_.go(); }

    /// Check and take what the design shows at the end of the cycle.
    template <class top_T> void sample(const top_T &top, uint64_t cycle) {
        const bool valid = top.scores_TVALID;
        moved_ = valid && ready_;
        if (waiting_.shown && !valid)
            throw Fault("fell").with(cycle).with(given_);
        if (!valid)
            return;
        Beat beat;
        beat.shown = true;
        beat.data = get_bytes(top.scores_TDATA);
        beat.keep = top.scores_TKEEP;
        beat.strb = top.scores_TSTRB;
        beat.last = top.scores_TLAST;
        if (waiting_.shown)
            compare(beat, cycle);
        if (given_ == beats_)
            throw Fault("extra").with(cycle).with(given_);
        waiting_ = beat;
        if (moved_)
            take(beat, cycle);
    }

  private:
    struct Beat {
        bool shown = false;
        Bytes data;
        uint64_t keep = 0;
        uint64_t strb = 0;
        bool last = false;
    };

    void compare(const Beat &beat, uint64_t cycle) const {
        const char *changed = beat.data != waiting_.data   ? "TDATA"
                              : beat.last != waiting_.last ? "TLAST"
                              : beat.keep != waiting_.keep ? "TKEEP"
                              : beat.strb != waiting_.strb ? "TSTRB"
                                                           : nullptr;
        if (changed)
            throw Fault("changed").with(changed).with(cycle).with(given_);
    }

    void take(const Beat &beat, uint64_t cycle) {
        const uint64_t whole = (uint64_t(1) << beat_bytes_) - 1;
        if (beat.keep != whole)
            throw Fault("keep").with(cycle).with(given_);
        if (beat.last != (given_ + 1 == beats_))
            throw Fault(beat.last ? "early" : "unended").with(cycle).with(given_);
        bytes_.insert(bytes_.end(), beat.data.begin(), beat.data.end());
        given_++;
        waiting_.shown = false;
    }

    uint64_t beats_;
    size_t beat_bytes_;
    Stalls stalls_;
    Bytes bytes_;
    uint64_t given_ = 0;
    bool ready_ = false;
    bool moved_ = false;
    Beat waiting_;
};

} // namespace cosim
} // namespace fpgaflow

#endif
