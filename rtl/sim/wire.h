#ifndef FPGAFLOW_ENGINE_SIM_WIRE_H_
#define FPGAFLOW_ENGINE_SIM_WIRE_H_

// What goes over the two pipes: blocks of bytes behind their length (u32), little-endian numbers in them.

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <vector>

namespace fpgaflow {
namespace sim {

/// A request, read from its front.
class Request {
  public:
    /// Wait for one; false when the other side has closed the pipe.
    bool receive(int pipe) {
        uint32_t size = 0;
        if (!fill(pipe, &size, sizeof(size)))
            return false;
        bytes_.resize(size);
        at_ = 0;
        return fill(pipe, bytes_.data(), size);
    }

    template <class number_t> number_t take() {
        number_t number;
        if (rest() < sizeof(number))
            throw std::runtime_error("a request that is too short");
        std::memcpy(&number, bytes_.data() + at_, sizeof(number));
        at_ += sizeof(number);
        return number;
    }

    size_t rest() const { return bytes_.size() - at_; }
    const uint8_t *bytes() const { return bytes_.data() + at_; }

  private:
    static bool fill(int pipe, void *bytes, size_t size) {
        uint8_t *at = static_cast<uint8_t *>(bytes);
        while (size != 0) {
            const ssize_t some = ::read(pipe, at, size);
            if (some <= 0)
                return false;
            at += some, size -= some;
        }
        return true;
    }

    std::vector<uint8_t> bytes_;
    size_t at_ = 0;
};

/// An answer: a byte that is 0, or 1 where the rest is the text of a violation.
class Answer {
  public:
    explicit Answer(uint8_t kind) : bytes_(5) { bytes_[4] = kind; }

    template <class number_t> void put(number_t number) { put(&number, sizeof(number)); }

    void put(const void *bytes, size_t size) {
        const uint8_t *first = static_cast<const uint8_t *>(bytes);
        bytes_.insert(bytes_.end(), first, first + size);
    }

    /// Room for bytes to be written in.
    uint8_t *add(size_t size) {
        bytes_.resize(bytes_.size() + size);
        return bytes_.data() + bytes_.size() - size;
    }

    bool send(int pipe) {
        const uint32_t size = bytes_.size() - 4;
        std::memcpy(bytes_.data(), &size, sizeof(size));
        for (size_t at = 0; at < bytes_.size();) {
            const ssize_t some = ::write(pipe, bytes_.data() + at, bytes_.size() - at);
            if (some <= 0)
                return false;
            at += some;
        }
        return true;
    }

  private:
    std::vector<uint8_t> bytes_;
};

} // namespace sim
} // namespace fpgaflow

#endif
