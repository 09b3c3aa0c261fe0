#ifndef FPGAFLOW_BEAT_BENCH_H_
#define FPGAFLOW_BEAT_BENCH_H_

// The test bench of the accelerator: it does with images and scores what the DMA does.

#include "beat_port.h"
#include "bench.h"

namespace fpgaflow {

/// Sends images as beats and receives scores as beats.
///
/// \tparam bits width of a beat, \tparam n_pixels bytes of an image, \tparam n_scores numbers of a result, \tparam
/// score_bits width of each on the stream.
template <unsigned bits, unsigned n_pixels, unsigned n_scores, unsigned score_bits> class BeatBench : public Bench {
  public:
    typedef hls::stream<typename Beat<bits>::type> port_t;

    BeatBench(int argc, char **argv) : Bench(argc, argv) {}

    /// Send one image, or two where there are two, as one transfer; how many they were.
    unsigned send(port_t &port) {
        std::vector<std::vector<std::int64_t> > images;
        std::vector<std::int64_t> image(n_pixels);
        while (images.size() < 2 && read_image(image))
            images.push_back(image);
        for (std::size_t i = 0; i < images.size(); i++)
            send_image(port, images[i], i + 1 == images.size());
        begin();
        return images.size();
    }

    /// Receive the scores of a transfer and write them.
    void receive(port_t &images, port_t &port, unsigned frames) {
        check_all_taken(images);
        for (unsigned frame = 0; frame < frames; frame++) {
            receive_image(port, frame + 1 == frames);
            done(frames);
        }
        check_all_received(port);
    }

  private:
    void send_image(port_t &port, const std::vector<std::int64_t> &image, bool last) {
        const std::vector<unsigned char> bytes(image.begin(), image.end());
        send_bytes<bits>(port, bytes.data(), n_pixels, last);
    }

    void receive_image(port_t &port, bool last) {
        const unsigned per_beat = bits / score_bits;
        for (unsigned start = 0; start < n_scores; start += per_beat) {
            const typename Beat<bits>::type beat = receive_beat<bits>(port, last && start + per_beat >= n_scores);
            for (unsigned i = 0; i < per_beat; i++) {
                const ap_int<score_bits> number = beat.data.range((i + 1) * score_bits - 1, i * score_bits);
                if (start + i < n_scores)
                    write_integer(number.to_int64());
                else if (number != 0)
                    give_up("the padding of an image's last beat of scores is not zero");
            }
        }
        end_of_output();
    }
};

} // namespace fpgaflow

#endif
