#ifndef FPGAFLOW_PACK_H_
#define FPGAFLOW_PACK_H_

// Scores go out: packets of fixed-point numbers to beats of an AXI-Stream.

#include "axis.h"
#include "bits.h"
#include "counters.h"

namespace fpgaflow {

/// Put the integers of scores into words, the first one lowest; what is left of an image's last word is zero.
///
/// As many numbers move in a cycle as divide a word and a packet both.
///
/// \tparam n_packets packets of one image, \tparam number_bits width of an integer on the stream: 8, 16 or 32.
/// \tparam bits width of a word, \tparam packet_T packet of scores.
/// \param packed takes the count of packets.
template <unsigned n_packets, unsigned number_bits, unsigned bits, class packet_T>
void pack_scores(hls::stream<packet_T> &scores, hls::stream<ap_uint<bits>> &words, hls::stream<count_t> &packed) {
    FPGAFLOW_UNCOUNTED
    const unsigned length = packet_T::size;
    const unsigned per_word = bits / number_bits;
    const unsigned group = Common<packet_T::size, per_word>::value;
    const unsigned numbers = n_packets * length;
    const unsigned unused = (per_word - numbers % per_word) % per_word;
    ap_uint<bits> word = 0;
    packet_T packet;
    unsigned left = 0;
    unsigned filled = 0;
    count_t packets = 0;
PackGroups:
    for (unsigned i = 0; i < numbers / group; i++) {
        #pragma HLS PIPELINE II=1
        if (left == 0) {
            packet = scores.read();
            packets++;
            left = length / group;
        }
        word = word >> (group * number_bits);
    PackNumbers:
        for (unsigned g = 0; g < group; g++) {
            #pragma HLS UNROLL
            const unsigned place = (per_word - group + g) * number_bits;
            word.range(place + number_bits - 1, place) = ap_uint<number_bits>(integer_of(packet[g]));
        }
    PackShift:
        for (unsigned c = 0; c + group < length; c++) {
            #pragma HLS UNROLL
            packet[c] = packet[c + group];
        }
        left--;
        filled++;
        if (filled == per_word / group) {
            words.write(word);
            filled = 0;
        } else if (i + 1 == numbers / group) {
            // The numbers lie at the top of what older ones have left.
            words.write(word >> (unused * number_bits));
        }
    }
    packed.write(packets);
}

/// Give the beats of one image, counting them and the cycles in which one was there but was not taken.
///
/// A turn of the loop is a clock cycle in the hardware. TLAST is set on the last beat of a run's last image.
///
/// \tparam n_beats beats of one image, \tparam bits width of a beat. \tparam port_T hls::stream of beats, deduced.
/// \param frame which image of the run this is, \param frames how many there are.
/// \param stalled, given take the counts of the image; `given` comes last of all.
template <unsigned n_beats, unsigned bits, class port_T>
void give_beats(hls::stream<ap_uint<bits>> &words, port_T &port, unsigned frame, unsigned frames,
                hls::stream<count_t> &stalled, hls::stream<count_t> &given) {
    typename Beat<bits>::type beat;
    bool held = false;
    count_t beats = 0;
    count_t cycles = 0;
GiveBeats:
    while (beats < n_beats) {
        #pragma HLS PIPELINE II=1
        if (!held) {
            beat.data = words.read();
            beat.keep = -1;
            beat.strb = -1;
            beat.last = frame + 1 == frames && beats + 1 == n_beats;
        }
        held = !port.write_nb(beat);
        if (held)
            cycles++;
        else
            beats++;
    }
    stalled.write(cycles);
    given.write(beats);
}

} // namespace fpgaflow

#endif
