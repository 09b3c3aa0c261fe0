#ifndef FPGAFLOW_COSIM_FAULT_H_
#define FPGAFLOW_COSIM_FAULT_H_

// What a design does wrong; the bench stops at the first fault and writes it down.

#include <cstdint>
#include <sstream>
#include <string>

namespace fpgaflow {
namespace cosim {

/// A fault: its name, and numbers that say where.
struct Fault {
    std::string text;

    explicit Fault(const std::string &name) : text(name) {}

    /// Add a number or a word.
    template <class T> Fault &with(const T &value) {
        std::ostringstream written;
        written << value;
        text += " " + written.str();
        return *this;
    }
};

} // namespace cosim
} // namespace fpgaflow

#endif
