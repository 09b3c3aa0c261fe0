#ifndef FPGAFLOW_HOST_H_
#define FPGAFLOW_HOST_H_

// What the design needs while it is simulated on a computer: its weights, and probes on its streams.
// Nothing here is synthesized.

#include "bits.h"
#include "hls_stream.h"
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace fpgaflow {

/// The folder of the weights' text files; where Vitis HLS puts them unless the test bench says otherwise.
inline std::string &weights_folder() {
    static std::string folder = "weights";
    return folder;
}

/// Where probes write; no probe writes while it is null.
inline std::FILE *&trace_file() {
    static std::FILE *file = nullptr;
    return file;
}

/// Say what went wrong and leave with the exit code that the caller tells from a crash.
inline void give_up(const std::string &message) {
    std::fprintf(stderr, "fpgaflow: %s\n", message.c_str());
    std::exit(3);
}

/// Give a weight its integer.
///
/// \tparam T fixed-point type of the weight.
template <class T> void set_integer(T &weight, long long integer) { weight = from_integer<T>(integer); }

/// Fill an array of weights with the integers of a text file, one after the other, separated by blanks.
///
/// \tparam T fixed-point type of the weights.
/// \param weights the array, \param count its length, \param name file name without the ending.
template <class T> void load_weights(T *weights, std::size_t count, const char *name) {
    const std::string path = weights_folder() + "/" + name + ".txt";
    std::FILE *file = std::fopen(path.c_str(), "r");
    if (!file)
        give_up("cannot open " + path);
    long long integer = 0;
    std::size_t read = 0;
    while (read < count && std::fscanf(file, "%lld", &integer) == 1)
        set_integer(weights[read++], integer);
    if (read != count || std::fscanf(file, "%lld", &integer) == 1)
        give_up(path + " does not hold the expected number of weights");
    std::fclose(file);
}

/// Write the integers that a stream holds to the trace, and leave them in it.
///
/// \tparam packet_T packet of the stream (nnet::array).
template <class packet_T> void probe(hls::stream<packet_T> &stream) {
    if (!trace_file())
        return;
    const std::size_t packets = stream.size();
    for (std::size_t i = 0; i < packets; i++) {
        const packet_T packet = stream.read();
        std::int64_t integers[packet_T::size];
        for (unsigned c = 0; c < packet_T::size; c++)
            integers[c] = integer_of(packet[c]);
        std::fwrite(integers, sizeof(std::int64_t), packet_T::size, trace_file());
        stream.write(packet);
    }
}

} // namespace fpgaflow

#endif
