#ifndef FPGAFLOW_BENCH_H_
#define FPGAFLOW_BENCH_H_

// The test bench: reads images from a file, hands them to the design, writes what comes out.
// All files hold 64-bit little-endian integers: the integers of the fixed-point values.

#include "hooks.h"
#include "host.h"
#include <chrono>
#include <vector>

namespace fpgaflow {

#ifdef RTL_SIM
#define FPGAFLOW_RESULTS "tb_data/rtl_cosim_results.log"
#else
#define FPGAFLOW_RESULTS "tb_data/csim_results.log"
#endif

/// One run of the simulation over a file of images.
///
/// Arguments: --images FILE --outputs FILE [--trace FILE] [--counters FILE] [--weights FOLDER].
///
/// Vitis HLS gives no arguments: the images are then those of tb_data/images.bin or, where there are none, a single
/// one of zeros, and the outputs go, as text, where hls4ml's build_prj.tcl compares C-simulation and co-simulation.
class Bench {
  public:
    Bench(int argc, char **argv)
        : input(nullptr), output(nullptr), counters(nullptr), as_text(false), zeros(0), image(0) {
        for (int i = 1; i + 1 < argc; i += 2) {
            const std::string option = argv[i];
            if (option == "--images")
                input = open(argv[i + 1], "rb");
            else if (option == "--outputs")
                output = open(argv[i + 1], "wb");
            else if (option == "--trace")
                trace_file() = open(argv[i + 1], "wb");
            else if (option == "--counters")
                counters = open(argv[i + 1], "wb");
            else if (option == "--weights")
                weights_folder() = argv[i + 1];
            else
                give_up("unknown option " + option);
        }
        if (!input)
            input = std::fopen("tb_data/images.bin", "rb");
        if (!input) {
            std::printf("tb_data/images.bin is not there: simulating one image of zeros\n");
            zeros = 1;
        }
        if (!output) {
            output = open(FPGAFLOW_RESULTS, "w");
            as_text = true;
        }
    }

    /// Read the next image into the design's input stream; false when there is none.
    ///
    /// \tparam packet_T packet of the stream. \param stream the design's input. \param numbers numbers of one image.
    template <class packet_T> bool next(hls::stream<packet_T> &stream, std::size_t numbers) {
        std::vector<std::int64_t> integers(numbers);
        if (!read_image(integers))
            return false;
        for (std::size_t i = 0; i < numbers; i += packet_T::size) {
            packet_T packet;
            for (unsigned c = 0; c < packet_T::size; c++)
                packet[c] = from_integer<typename packet_T::value_type>(integers[i + c]);
            stream.write(packet);
        }
        begin();
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
            for (unsigned c = 0; c < packet_T::size; c++)
                write_integer(integer_of(packet[c]));
        }
        end_of_output();
    }

    /// Report that an image is done, one of several that ran together.
    void done(unsigned together = 1) {
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - started;
        std::printf("image %lu %.6f\n", image++, seconds.count() / together);
        std::fflush(stdout);
    }

    /// Write the accelerator's counters as they are at the end.
    void write_registers(const unsigned long long *registers, std::size_t count) {
        if (counters)
            std::fwrite(registers, sizeof *registers, count, counters);
    }

#ifdef FPGAFLOW_COUNT
    /// Write what was counted for each layer: weight reads, reads, writes.
    void write_accesses(std::size_t layers) {
        for (std::size_t layer = 1; counters && layer <= layers; layer++)
            std::fwrite(&accesses(layer), sizeof(Accesses), 1, counters);
    }
#endif

    /// Close the files; the exit code of the test bench.
    int finish() {
        if (input)
            std::fclose(input);
        std::fclose(output);
        if (trace_file())
            std::fclose(trace_file());
        if (counters)
            std::fclose(counters);
        return 0;
    }

  protected:
    /// Read an image's integers; false when there is none.
    bool read_image(std::vector<std::int64_t> &integers) {
        const std::size_t numbers = integers.size();
        return input ? std::fread(integers.data(), sizeof(std::int64_t), numbers, input) == numbers : zeros-- > 0;
    }

    /// Begin to measure the time.
    void begin() { started = std::chrono::steady_clock::now(); }

    /// Write one number of an output.
    void write_integer(std::int64_t integer) {
        if (as_text)
            std::fprintf(output, "%lld ", (long long)integer);
        else
            std::fwrite(&integer, sizeof integer, 1, output);
    }

    /// End an image's output.
    void end_of_output() {
        if (as_text)
            std::fprintf(output, "\n");
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
    std::FILE *counters;
    bool as_text;
    int zeros;
    unsigned long image;
    std::chrono::steady_clock::time_point started;
};

} // namespace fpgaflow

#endif
