#ifndef FPGAFLOW_ENGINE_SIM_BURST_H_
#define FPGAFLOW_ENGINE_SIM_BURST_H_

// What the engine says with an address, and the rules for it (docs/engine.md, "Buses").

#include "memory.h"
#include "violation.h"

namespace fpgaflow {
namespace sim {

const unsigned beat_bytes = 8;
const unsigned most_beats = 16;
const unsigned boundary = beat_bytes * most_beats;

/// An address of a burst, and what comes with it.
struct Address {
    uint64_t address, len, size, burst, cache, prot;
};

/// What a port moved since the last reset of the counts.
struct Traffic {
    uint64_t bursts = 0;
    uint64_t beats = 0;
};

/// Hold an address against the rules.
/// \param constant the first one's cache and prot: they may not change.
inline void check_address(const std::string &channel, uint64_t cycle, const Address &one, const Address &constant,
                          const Memory &memory, unsigned access) {
    const auto refuse = [&](const std::string &what) { throw Violation(channel, cycle, hex(one.address) + ": " + what); };
    if (one.size != 3)
        refuse("size is " + std::to_string(one.size) + ", not 3 (8 bytes)");
    if (one.burst != 1)
        refuse("burst is " + std::to_string(one.burst) + ", not 1 (incrementing)");
    if (one.cache != constant.cache || one.prot != constant.prot)
        refuse("cache or prot changed");
    if (one.len >= most_beats)
        refuse("a burst of " + std::to_string(one.len + 1) + " beats, more than 16");
    if (one.address % beat_bytes)
        refuse("an address that is no multiple of 8");
    const uint64_t end = one.address + (one.len + 1) * beat_bytes;
    if (one.address / boundary != (end - 1) / boundary)
        refuse("a burst of " + std::to_string(one.len + 1) + " beats crosses a multiple of 128 bytes");
    if (!memory.may(one.address, end, access))
        refuse("a burst of " + std::to_string(one.len + 1) + " beats outside the buffers");
}

} // namespace sim
} // namespace fpgaflow

#endif
