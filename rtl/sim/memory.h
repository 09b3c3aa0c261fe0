#ifndef FPGAFLOW_ENGINE_SIM_MEMORY_H_
#define FPGAFLOW_ENGINE_SIM_MEMORY_H_

// The board's memory behind both masters: bytes, what may be reached, where it answers with an error, and how much of it
// can be moved in a cycle.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <unordered_map>
#include <vector>

namespace fpgaflow {
namespace sim {

enum Access : unsigned { READ = 1, WRITE = 2 };

/// Bytes by address; what nobody wrote is 0.
class Memory {
  public:
    void write(uint64_t address, const uint8_t *bytes, size_t size) {
        while (size != 0) {
            const size_t part = std::min<size_t>(size, page_bytes - address % page_bytes);
            std::memcpy(page(address) + address % page_bytes, bytes, part);
            address += part, bytes += part, size -= part;
        }
    }

    void read(uint64_t address, uint8_t *bytes, size_t size) {
        while (size != 0) {
            const size_t part = std::min<size_t>(size, page_bytes - address % page_bytes);
            std::memcpy(bytes, page(address) + address % page_bytes, part);
            address += part, bytes += part, size -= part;
        }
    }

    /// Add a range [begin, end) to those that the engine may reach; without any it may reach all.
    void allow(uint64_t begin, uint64_t end, unsigned access) { allowed_.push_back({begin, end, access}); }

    /// Answer with an error in a range.
    /// \param response 2 (SLVERR) or 3 (DECERR).
    void fail(uint64_t begin, uint64_t end, unsigned access, unsigned response) {
        failing_.push_back({begin, end, access, response});
    }

    void clear_ranges() {
        allowed_.clear();
        failing_.clear();
    }

    bool may(uint64_t begin, uint64_t end, unsigned access) const {
        for (const Range &range : allowed_)
            if (range.begin <= begin && end <= range.end && (range.access & access))
                return true;
        return allowed_.empty();
    }

    /// The response for bytes [begin, end): 0 (OKAY) or that of the first range that fails.
    unsigned response(uint64_t begin, uint64_t end, unsigned access) const {
        for (const Range &range : failing_)
            if (begin < range.end && range.begin < end && (range.access & access))
                return range.response;
        return 0;
    }

  private:
    static const size_t page_bytes = 1 << 16;

    struct Range {
        uint64_t begin, end;
        unsigned access;
        unsigned response = 0;
    };

    uint8_t *page(uint64_t address) {
        std::unique_ptr<uint8_t[]> &found = pages_[address / page_bytes];
        if (!found)
            found.reset(new uint8_t[page_bytes]());
        return found.get();
    }

    std::unordered_map<uint64_t, std::unique_ptr<uint8_t[]>> pages_;
    std::vector<Range> allowed_, failing_;
};

/// What the memory can move in a cycle, shared by all channels.
class Bandwidth {
  public:
    /// \param rate beats of all channels in 65536 cycles; 0 for no limit.
    void set(unsigned rate) {
        rate_ = rate;
        credit_ = 0;
    }

    /// Once in each cycle. What is not used is kept for a burst at most.
    void tick() {
        if (rate_ != 0)
            credit_ = std::min<uint64_t>(credit_ + rate_, uint64_t(16) << 16);
    }

    /// Whether a beat can move now.
    bool has() const { return rate_ == 0 || credit_ >= 1 << 16; }

    void take() {
        if (rate_ != 0)
            credit_ -= 1 << 16;
    }

  private:
    uint64_t rate_ = 0;
    uint64_t credit_ = 0;
};

/// How the memory answers.
struct Timing {
    unsigned latency = 32;      ///< cycles from an address to its first beat, from a last beat to its response
    unsigned extra_latency = 0; ///< at most so many more, at random
    unsigned pause = 0;         ///< of 65536: how often a channel pauses
    uint64_t seed = 0;
};

} // namespace sim
} // namespace fpgaflow

#endif
