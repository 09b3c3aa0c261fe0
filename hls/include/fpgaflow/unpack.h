#ifndef FPGAFLOW_UNPACK_H_
#define FPGAFLOW_UNPACK_H_

// Images come in: beats of an AXI-Stream to packets of pixels.

#include "axis.h"
#include "bits.h"
#include "counters.h"

namespace fpgaflow {

/// Take the beats of one image, counting them and the cycles in which none was there though there was room for one.
///
/// A turn of the loop is a clock cycle in the hardware. A simulation never waits: the beats are there or never come.
///
/// \tparam n_beats beats of one image, \tparam bits width of a beat.
/// \tparam port_T hls::stream of beats, deduced.
/// \param taken, stalled take the counts of the image.
template <unsigned n_beats, unsigned bits, class port_T>
void take_beats(port_T &port, hls::stream<ap_uint<bits>> &words, hls::stream<count_t> &taken,
                hls::stream<count_t> &stalled) {
    count_t beats = 0;
    count_t cycles = 0;
TakeBeats:
    while (beats < n_beats) {
        #pragma HLS PIPELINE II=1
        typename Beat<bits>::type beat;
        if (port.read_nb(beat)) {
            words.write(beat.data);
            beats++;
        } else {
            FPGAFLOW_GIVE_UP_IF(port.empty(), "the stream of images ended within an image")
            cycles++;
        }
    }
    taken.write(beats);
    stalled.write(cycles);
}

/// Cut words into bytes, the lowest first, and make packets of them. What is left of the last word is dropped.
///
/// As many bytes move in a cycle as divide a word and a packet both.
///
/// \tparam n_packets packets of one image, \tparam bits width of a word, \tparam packet_T packet of pixels.
/// \param unpacked takes the count of packets.
template <unsigned n_packets, unsigned bits, class packet_T>
void unpack_pixels(hls::stream<ap_uint<bits>> &words, hls::stream<packet_T> &pixels, hls::stream<count_t> &unpacked) {
    FPGAFLOW_UNCOUNTED
    typedef typename packet_T::value_type number_t;
    const unsigned length = packet_T::size;
    const unsigned group = Common<packet_T::size, bits / 8>::value;
    ap_uint<bits> word = 0;
    packet_T packet;
    unsigned left = 0;
    unsigned filled = 0;
    count_t packets = 0;
UnpackGroups:
    for (unsigned i = 0; i < n_packets * (length / group); i++) {
        #pragma HLS PIPELINE II=1
        if (left == 0) {
            word = words.read();
            left = bits / 8 / group;
        }
    UnpackShift:
        for (unsigned c = 0; c + group < length; c++) {
            #pragma HLS UNROLL
            packet[c] = packet[c + group];
        }
    UnpackBytes:
        for (unsigned g = 0; g < group; g++) {
            #pragma HLS UNROLL
            packet[length - group + g] = from_integer<number_t>(word.range(8 * g + 7, 8 * g).to_uint());
        }
        word = word >> (8 * group);
        left--;
        filled++;
        if (filled == length / group) {
            pixels.write(packet);
            packets++;
            filled = 0;
        }
    }
    unpacked.write(packets);
}

} // namespace fpgaflow

#endif
