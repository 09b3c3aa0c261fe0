#ifndef FPGAFLOW_BEAT_SERVER_H_
#define FPGAFLOW_BEAT_SERVER_H_

// Runs of the accelerator for another process, which stands in for the DMA: it sends the beats of images and gets the
// beats of scores and the counters. All numbers are 64-bit and little-endian.
//
//     a run:      images, whether counters are cleared, the beats of all images
//     its answer: bytes of scores, the beats of all scores, every counter

#include "beat_port.h"
#include <vector>

namespace fpgaflow {

/// Whether the arguments ask for a server: --serve RUNS ANSWERS WEIGHTS, two files or pipes and a folder.
inline bool asked_to_serve(int argc, char **argv) { return argc == 5 && std::string(argv[1]) == "--serve"; }

/// Serves until there are no more runs.
///
/// \tparam bits width of a beat, \tparam image_beats, score_beats beats of one image and of its scores.
template <unsigned bits, unsigned image_beats, unsigned score_beats> class BeatServer {
  public:
    typedef hls::stream<typename Beat<bits>::type> port_t;

    explicit BeatServer(char **argv) : runs(std::fopen(argv[2], "rb")), answers(std::fopen(argv[3], "wb")) {
        if (!runs || !answers)
            give_up(std::string("cannot open ") + (runs ? argv[3] : argv[2]));
        weights_folder() = argv[4];
    }

    ~BeatServer() {
        std::fclose(runs);
        std::fclose(answers);
    }

    /// Take a run and write its beats into the stream; how many images it has, 0 when there is no run.
    unsigned take(port_t &images) {
        unsigned long long header[2];
        if (std::fread(header, sizeof header, 1, runs) != 1)
            return 0;
        clear_counters = header[1];
        std::vector<unsigned char> image(image_beats * (bits / 8));
        for (unsigned long long i = 1; i <= header[0]; i++) {
            if (std::fread(image.data(), image.size(), 1, runs) != 1)
                give_up("a run ended within an image");
            send_bytes<bits>(images, image.data(), image.size(), i == header[0]);
        }
        return header[0];
    }

    /// Whether the run that was taken clears the counters.
    unsigned clear() const { return clear_counters; }

    /// Answer with what a run gave.
    void give(port_t &images, port_t &scores, unsigned frames, const unsigned long long *counters, std::size_t count) {
        check_all_taken(images);
        std::vector<unsigned char> bytes;
        const std::size_t beats = std::size_t(frames) * score_beats;
        for (std::size_t i = 1; i <= beats; i++) {
            const typename Beat<bits>::type beat = receive_beat<bits>(scores, i == beats);
            for (unsigned b = 0; b < bits / 8; b++)
                bytes.push_back(beat.data.range(8 * b + 7, 8 * b).to_uint());
        }
        check_all_received(scores);
        // What the design said stands in the log before the answer comes.
        std::fflush(stdout);
        const unsigned long long size = bytes.size();
        std::fwrite(&size, sizeof size, 1, answers);
        std::fwrite(bytes.data(), 1, bytes.size(), answers);
        std::fwrite(counters, sizeof *counters, count, answers);
        if (std::fflush(answers) != 0)
            give_up("nobody takes the answers");
    }

  private:
    std::FILE *runs;
    std::FILE *answers;
    unsigned clear_counters;
};

} // namespace fpgaflow

#endif
