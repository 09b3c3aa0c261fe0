#ifndef FPGAFLOW_ENGINE_SIM_VIOLATION_H_
#define FPGAFLOW_ENGINE_SIM_VIOLATION_H_

// What the engine does against the rules of a bus. The first one ends the simulation.

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <string>

namespace fpgaflow {
namespace sim {

/// A broken rule: where, when, and what was seen.
struct Violation {
    std::string text;

    Violation(const std::string &channel, uint64_t cycle, const std::string &what)
        : text(channel + ", cycle " + std::to_string(cycle) + ": " + what) {}
};

/// Return a number as people read addresses.
inline std::string hex(uint64_t number) {
    char text[24];
    std::snprintf(text, sizeof(text), "0x%" PRIx64, number);
    return text;
}

} // namespace sim
} // namespace fpgaflow

#endif
