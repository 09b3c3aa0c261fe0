#ifndef FPGAFLOW_COUNTING_H_
#define FPGAFLOW_COUNTING_H_

// Counts every single access while the design is simulated, layer by layer. Nothing here is synthesized.
//
// The simulation runs one stage after the other, so whatever is read or written belongs to the stage that runs.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace fpgaflow {

/// Accesses of one layer: numbers, not packets.
struct Accesses {
    std::uint64_t weight_reads;
    std::uint64_t reads;
    std::uint64_t writes;
};

/// Whose accesses are counted now.
///
/// \tparam none void: a template's static members may be defined in a header.
template <class none> struct CountState {
    /// Takes what belongs to no layer.
    static Accesses nobody;
    /// Never null.
    static Accesses *current;
};

/// What it starts with.
///
/// \tparam none void.
template <class none> Accesses CountState<none>::nobody = {0, 0, 0};
/// Whom it starts with.
///
/// \tparam none void.
template <class none> Accesses *CountState<none>::current = &CountState<none>::nobody;

/// The counts of a layer, from 1 on.
inline Accesses &accesses(std::size_t layer) {
    static std::vector<Accesses> table;
    if (layer >= table.size()) {
        // The table may move: nothing may point into it meanwhile.
        CountState<void>::current = &CountState<void>::nobody;
        table.resize(layer + 1);
    }
    return table[layer];
}

/// Count for a layer from here on; 0 is none.
inline void count_for(std::size_t layer) {
    Accesses &counts = accesses(layer);
    CountState<void>::current = layer ? &counts : &CountState<void>::nobody;
}

/// Count one weight or bias that is read.
inline void count_weight() { CountState<void>::current->weight_reads++; }

/// Count numbers read from and written to a stream or a line buffer.
inline void count_buffer(std::uint64_t reads, std::uint64_t writes) {
    CountState<void>::current->reads += reads;
    CountState<void>::current->writes += writes;
}

/// While one of these lives, nothing is counted for any layer.
class Uncounted {
  public:
    Uncounted() : before(CountState<void>::current) { CountState<void>::current = &CountState<void>::nobody; }
    ~Uncounted() { CountState<void>::current = before; }

  private:
    Uncounted(const Uncounted &);
    Uncounted &operator=(const Uncounted &);
    Accesses *before;
};

} // namespace fpgaflow

#endif
