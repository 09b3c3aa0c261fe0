#ifndef FPGAFLOW_BENCH_H_
#define FPGAFLOW_BENCH_H_

// The test bench: reads images from a file, hands them to the design, writes what comes out.
// All files hold 64-bit little-endian integers: the integers of the fixed-point values.

#include "host.h"
#include <chrono>
#include <new>
#include <vector>

namespace fpgaflow {

/// One run of the simulation over a file of images.
///
/// Arguments: --images FILE --outputs FILE [--trace FILE] [--weights FOLDER]; by default the files of tb_data/.
class Bench {
  public:
    Bench(int argc, char **argv) : image(0) {
        std::string images = "tb_data/images.bin";
        std::string results = "tb_data/outputs.bin";
        std::string trace;
        for (int i = 1; i + 1 < argc; i += 2) {
            const std::string option = argv[i];
            if (option == "--images")
                images = argv[i + 1];
            else if (option == "--outputs")
                results = argv[i + 1];
            else if (option == "--trace")
                trace = argv[i + 1];
            else if (option == "--weights")
                weights_folder() = argv[i + 1];
            else
                give_up("unknown option " + option);
        }
        input = open(images, "rb");
        output = open(results, "wb");
        if (!trace.empty())
            trace_file() = open(trace, "wb");
    }

    /// Read the next image into the design's input stream; false when there is none.
    ///
    /// \tparam packet_T packet of the stream. \param stream the design's input. \param numbers numbers of one image.
    template <class packet_T> bool next(hls::stream<packet_T> &stream, std::size_t numbers) {
        std::vector<std::int64_t> integers(numbers);
        if (std::fread(integers.data(), sizeof(std::int64_t), numbers, input) != numbers)
            return false;
        for (std::size_t i = 0; i < numbers; i += packet_T::size) {
            packet_T packet;
            for (unsigned c = 0; c < packet_T::size; c++)
                packet[c] = from_integer<typename packet_T::value_type>(integers[i + c]);
            stream.write(packet);
        }
        started = std::chrono::steady_clock::now();
        return true;
    }

    /// Write one output of the design.
    ///
    /// \tparam packet_T packet of the stream. \param stream an output. \param numbers numbers of one image.
    template <class packet_T> void collect(hls::stream<packet_T> &stream, std::size_t numbers) {
        if (stream.size() * packet_T::size != numbers)
            give_up("an output stream holds the wrong number of packets");
        while (!stream.empty()) {
            const packet_T packet = stream.read();
            for (unsigned c = 0; c < packet_T::size; c++) {
                const std::int64_t integer = integer_of(packet[c]);
                std::fwrite(&integer, sizeof integer, 1, output);
            }
        }
    }

    /// Report that an image is done.
    void done() {
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - started;
        std::printf("image %lu %.6f\n", image++, seconds.count());
        std::fflush(stdout);
    }

    /// Close the files; the exit code of the test bench.
    int finish() {
        std::fclose(input);
        std::fclose(output);
        if (trace_file())
            std::fclose(trace_file());
        return 0;
    }

  private:
    static std::FILE *open(const std::string &path, const char *mode) {
        std::FILE *file = std::fopen(path.c_str(), mode);
        if (!file)
            give_up("cannot open " + path);
        return file;
    }

    std::FILE *input;
    std::FILE *output;
    unsigned long image;
    std::chrono::steady_clock::time_point started;
};

} // namespace fpgaflow

#endif
