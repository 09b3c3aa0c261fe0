// Runs the wrapper's kernels on data from files; a line of figures for each case. Compiled by test_wrapper_kernels.py.

#include "counting_stream.h"

#include "counters.h"
#include "pack.h"
#include "unpack.h"
#include <cstdio>
#include <deque>

namespace nnet {
/// The members of hls4ml's packet that the kernels use.
template <typename T, unsigned N> struct array {
    typedef T value_type;
    static const unsigned size = N;
    T data[N];
    T &operator[](std::size_t i) { return data[i]; }
    const T &operator[](std::size_t i) const { return data[i]; }
};
} // namespace nnet

using fpgaflow::count_t;

/// A port of beats that is not ready every third time it is asked.
template <unsigned bits> struct Port {
    typedef typename fpgaflow::Beat<bits>::type beat_t;
    std::deque<beat_t> beats;
    unsigned asked;
    Port() : asked(0) {}
    bool ready() { return ++asked % 3 != 0; }
    bool empty() { return beats.empty(); }
    bool read_nb(beat_t &beat) {
        if (!ready())
            return false;
        beat = beats.front();
        beats.pop_front();
        return true;
    }
    bool write_nb(const beat_t &beat) {
        if (!ready())
            return false;
        beats.push_back(beat);
        return true;
    }
};

template <unsigned bits> typename fpgaflow::Beat<bits>::type read_beat(std::FILE *file) {
    typename fpgaflow::Beat<bits>::type beat;
    for (unsigned i = 0; i < bits / 8; i++)
        beat.data.range(8 * i + 7, 8 * i) = ap_uint<8>(std::fgetc(file));
    return beat;
}

// Beats of `frames` images from the file to pixels: the pixels, then beats, stalled cycles and packets of each image.
template <unsigned bits, unsigned packets, unsigned channels> void images_in(std::FILE *file, unsigned frames) {
    typedef nnet::array<ap_ufixed<8, 8>, channels> packet_t;
    const unsigned beats = (packets * channels * 8 + bits - 1) / bits;
    Port<bits> port;
    for (unsigned i = 0; i < frames * beats; i++)
        port.beats.push_back(read_beat<bits>(file));
    for (unsigned frame = 0; frame < frames; frame++) {
        hls::stream<ap_uint<bits>> words("words");
        hls::stream<packet_t> pixels("pixels");
        hls::stream<count_t> taken("taken"), stalled("stalled"), unpacked("unpacked");
        fpgaflow::take_beats<beats, bits>(port, words, taken, stalled);
        fpgaflow::unpack_pixels<packets, bits>(words, pixels, unpacked);
        while (!pixels.empty()) {
            const packet_t packet = pixels.read();
            for (unsigned c = 0; c < channels; c++)
                std::printf("%u ", packet[c].to_uint());
        }
        std::printf("| %u %u %u | ", taken.read().to_uint(), stalled.read().to_uint(), unpacked.read().to_uint());
    }
    std::printf("%u\n", unsigned(port.beats.size()));
}

// Scores of `frames` images from the file to beats: bytes and TLAST of each beat, then the counts of each image.
template <unsigned bits, unsigned number_bits, class number_t, unsigned packets, unsigned length>
void scores_out(std::FILE *file, unsigned frames) {
    typedef nnet::array<number_t, length> packet_t;
    const unsigned beats = (packets * length * number_bits + bits - 1) / bits;
    Port<bits> port;
    for (unsigned frame = 0; frame < frames; frame++) {
        hls::stream<packet_t> scores("scores");
        hls::stream<ap_uint<bits>> words("words");
        hls::stream<count_t> packed("packed"), stalled("stalled"), given("given");
        for (unsigned p = 0; p < packets; p++) {
            packet_t packet;
            for (unsigned c = 0; c < length; c++) {
                long long integer = 0;
                if (std::fread(&integer, sizeof integer, 1, file) != 1)
                    std::exit(1);
                packet[c] = fpgaflow::from_integer<number_t>(integer);
            }
            scores.write(packet);
        }
        fpgaflow::pack_scores<packets, number_bits, bits>(scores, words, packed);
        fpgaflow::give_beats<beats, bits>(words, port, frame, frames, stalled, given);
        std::printf("%u %u %u | ", given.read().to_uint(), stalled.read().to_uint(), packed.read().to_uint());
    }
    while (!port.empty()) {
        const typename fpgaflow::Beat<bits>::type beat = port.beats.front();
        port.beats.pop_front();
        for (unsigned i = 0; i < bits / 8; i++)
            std::printf("%u ", beat.data.range(8 * i + 7, 8 * i).to_uint());
        std::printf("%u ", beat.keep == ap_uint<bits / 8>(-1) && beat.strb == beat.keep ? beat.last.to_uint() : 9);
    }
    std::printf("\n");
}

// Three images through a tap and the counters, cleared before the third.
void counters() {
    typedef nnet::array<ap_fixed<8, 3>, 3> packet_t;
    const unsigned n_events = fpgaflow::first_tap + 1;
    const fpgaflow::Term terms[4] = {
        {0, fpgaflow::images_done, 1}, {1, fpgaflow::first_tap, 7}, {1, fpgaflow::beats_taken, 1000}, {2, fpgaflow::cycles_waited, 1}};
    fpgaflow::total_t totals[3] = {5, 5, 5};
    for (unsigned frame = 0; frame < 3; frame++) {
        hls::stream<packet_t> from("from"), to("to");
        hls::stream<count_t> seen[fpgaflow::n_ports];
        hls::stream<count_t> passed[1];
        fpgaflow::count_for(1);
        for (unsigned i = 0; i < 4; i++)
            from.write(packet_t());
        fpgaflow::tap<packet_t, 4>(from, to, passed[0]);
        for (unsigned i = 0; i < 4; i++)
            to.read();
        fpgaflow::count_for(0);
        for (unsigned i = 0; i < fpgaflow::n_ports; i++)
            seen[i].write(i + 1);
        if (frame != 1)
            fpgaflow::clear_counters<3>(totals);
        count_t events[n_events];
        fpgaflow::collect_ports<n_events>(seen, events);
        fpgaflow::collect_taps<1, n_events>(passed, events);
        fpgaflow::add_events<3, 4, n_events>(terms, events, totals);
        std::printf("%llu %llu %llu | ", totals[0].to_uint64(), totals[1].to_uint64(), totals[2].to_uint64());
    }
    const fpgaflow::Accesses &seen = fpgaflow::accesses(1);
    std::printf("%llu %llu\n", (unsigned long long)seen.reads, (unsigned long long)seen.writes);
}

int main(int, char **argv) {
    std::FILE *file = std::fopen(argv[1], "rb");
    if (!file)
        return 1;
    images_in<64, 1, 1>(file, 2);
    images_in<64, 5, 3>(file, 3);
    images_in<64, 2, 20>(file, 2);
    images_in<128, 9, 2>(file, 2);
    images_in<128, 2, 16>(file, 1);
    scores_out<64, 8, ap_fixed<8, 3>, 1, 10>(file, 3);
    scores_out<64, 8, ap_fixed<2, 9>, 1, 1>(file, 2);
    scores_out<64, 16, ap_ufixed<8, 8>, 3, 3>(file, 2);
    scores_out<128, 16, ap_fixed<12, 14>, 1, 8>(file, 2);
    scores_out<128, 32, ap_fixed<32, 4>, 2, 3>(file, 2);
    scores_out<64, 32, ap_fixed<18, 4>, 1, 7>(file, 2);
    counters();
    return 0;
}
