#ifndef FPGAFLOW_COUNTING_STREAM_H_
#define FPGAFLOW_COUNTING_STREAM_H_

// Streams of packets that count the numbers written and read. To be included before any such stream is used.
// Nothing here is synthesized.

#include "counting.h"
#include "hls_stream.h"
#include <cstdio>
#include <deque>
#include <string>

namespace nnet {
template <typename T, unsigned N> struct array;
}

namespace hls {

/// A stream of hls4ml's packets, with the members that C-simulation has.
///
/// \tparam T number of a packet, \tparam N how many a packet holds.
template <typename T, unsigned N> class stream<nnet::array<T, N>> {
  public:
    typedef nnet::array<T, N> packet_t;

    stream() : name("unnamed") {}
    stream(const std::string &given) : name(given) {}
    ~stream() {
        if (!packets.empty())
            complain("is not empty at its end");
    }

    /// Whether there is no packet.
    bool empty() const { return packets.empty(); }
    /// It has no limit.
    bool full() const { return false; }
    /// Packets that it holds.
    std::size_t size() const { return packets.size(); }

    /// Take a packet; where there is none, say so and take an empty one.
    packet_t read() {
        packet_t packet = packet_t();
        if (!read_nb(packet))
            complain("was read while empty");
        return packet;
    }
    void read(packet_t &packet) { packet = read(); }
    void operator>>(packet_t &packet) { packet = read(); }
    /// Take a packet if there is one.
    bool read_nb(packet_t &packet) {
        if (packets.empty())
            return false;
        packet = packets.front();
        packets.pop_front();
        fpgaflow::count_buffer(N, 0);
        return true;
    }

    /// Append a packet.
    void write(const packet_t &packet) {
        packets.push_back(packet);
        fpgaflow::count_buffer(0, N);
    }
    void operator<<(const packet_t &packet) { write(packet); }
    bool write_nb(const packet_t &packet) {
        write(packet);
        return true;
    }

  private:
    stream(const stream &);
    stream &operator=(const stream &);
    void complain(const char *what) const {
        std::printf("WARNING: Hls::stream '%s' %s\n", name.c_str(), what);
        std::fflush(stdout);
    }

    std::string name;
    std::deque<packet_t> packets;
};

} // namespace hls

#endif
