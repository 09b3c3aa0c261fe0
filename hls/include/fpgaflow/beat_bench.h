#ifndef FPGAFLOW_BEAT_BENCH_H_
#define FPGAFLOW_BEAT_BENCH_H_

// The test bench of the accelerator: what the DMA does with images and scores, and every rule of the streams checked.

#include "axis.h"
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
        if (!images.empty())
            give_up("the accelerator left beats in the stream of images");
        for (unsigned frame = 0; frame < frames; frame++) {
            receive_image(port, frame + 1 == frames);
            done(frames);
        }
        if (!port.empty())
            give_up("the accelerator wrote more beats of scores than its images have");
    }

  private:
    void send_image(port_t &port, const std::vector<std::int64_t> &image, bool last) {
        const unsigned bytes = bits / 8;
        for (unsigned start = 0; start < n_pixels; start += bytes) {
            typename Beat<bits>::type beat;
            beat.data = 0;
            for (unsigned i = 0; i < bytes && start + i < n_pixels; i++)
                beat.data.range(8 * i + 7, 8 * i) = ap_uint<8>(image[start + i]);
            beat.keep = -1;
            beat.strb = -1;
            beat.last = last && start + bytes >= n_pixels;
            port.write(beat);
        }
    }

    void receive_image(port_t &port, bool last) {
        const unsigned per_beat = bits / score_bits;
        for (unsigned start = 0; start < n_scores; start += per_beat) {
            if (port.empty())
                give_up("the stream of scores ended within an image");
            const typename Beat<bits>::type beat = port.read();
            if ((beat.last == 1) != (last && start + per_beat >= n_scores))
                give_up("TLAST of the scores is not set on the transfer's last beat alone");
            if (beat.keep != ap_uint<bits / 8>(-1))
                give_up("TKEEP of the stream of scores leaves bytes out");
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
