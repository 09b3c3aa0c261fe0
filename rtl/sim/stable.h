#ifndef FPGAFLOW_ENGINE_SIM_STABLE_H_
#define FPGAFLOW_ENGINE_SIM_STABLE_H_

// The rule of every channel: what was shown as valid stays, unchanged, until it is taken.

#include "violation.h"

#include <array>

namespace fpgaflow {
namespace sim {

/// Watches a channel whose valid the engine drives.
template <unsigned fields> class Stable {
  public:
    typedef std::array<uint64_t, fields> Payload;

    /// \param channel e.g. `m_axi_data AR`.
    /// \param names of the payload's signals, in their order.
    Stable(const std::string &channel, const std::array<const char *, fields> &names)
        : channel_(channel), names_(names) {}

    /// Forget what waits: a reset may drop it.
    void clear() { waiting_ = false; }

    bool waiting() const { return waiting_; }

    /// See the channel at the end of a cycle.
    void sample(bool valid, bool ready, const Payload &payload, uint64_t cycle) {
        if (waiting_) {
            if (!valid)
                throw Violation(channel_, cycle, "valid fell before ready");
            for (unsigned i = 0; i < fields; i++)
                if (payload[i] != payload_[i])
                    throw Violation(channel_, cycle,
                                    std::string(names_[i]) + " changed from " + hex(payload_[i]) + " to " +
                                        hex(payload[i]) + " before ready");
        }
        waiting_ = valid && !ready;
        if (waiting_)
            payload_ = payload;
    }

  private:
    std::string channel_;
    std::array<const char *, fields> names_;
    Payload payload_{};
    bool waiting_ = false;
};

} // namespace sim
} // namespace fpgaflow

#endif
