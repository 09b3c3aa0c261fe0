#ifndef FPGAFLOW_BEAT_PORT_H_
#define FPGAFLOW_BEAT_PORT_H_

// The DMA's side of the accelerator's streams: beats from bytes, and bytes from beats with every rule checked.

#include "axis.h"
#include "host.h"

namespace fpgaflow {

/// Write the bytes of one image as beats; the last beat is filled up with zeros.
///
/// \tparam bits width of a beat. \param last whether the image is the last one of the transfer.
template <unsigned bits>
void send_bytes(hls::stream<typename Beat<bits>::type> &port, const unsigned char *bytes, unsigned count, bool last) {
    const unsigned per_beat = bits / 8;
    for (unsigned start = 0; start < count; start += per_beat) {
        typename Beat<bits>::type beat;
        beat.data = 0;
        for (unsigned i = 0; i < per_beat && start + i < count; i++)
            beat.data.range(8 * i + 7, 8 * i) = ap_uint<8>(bytes[start + i]);
        beat.keep = -1;
        beat.strb = -1;
        beat.last = last && start + per_beat >= count;
        port.write(beat);
    }
}

/// Read one beat of scores.
///
/// \tparam bits width of a beat. \param last whether it is the last one of the transfer.
template <unsigned bits>
typename Beat<bits>::type receive_beat(hls::stream<typename Beat<bits>::type> &port, bool last) {
    if (port.empty())
        give_up("the stream of scores ended within an image");
    const typename Beat<bits>::type beat = port.read();
    if ((beat.last == 1) != last)
        give_up("TLAST of the scores is not set on the transfer's last beat alone");
    if (beat.keep != ap_uint<bits / 8>(-1))
        give_up("TKEEP of the stream of scores leaves bytes out");
    return beat;
}

/// Refuse images that were not taken.
///
/// \tparam port_t stream of beats.
template <class port_t> void check_all_taken(port_t &images) {
    if (!images.empty())
        give_up("the accelerator left beats in the stream of images");
}

/// Refuse scores that nobody asked for.
///
/// \tparam port_t stream of beats.
template <class port_t> void check_all_received(port_t &scores) {
    if (!scores.empty())
        give_up("the accelerator wrote more beats of scores than its images have");
}

} // namespace fpgaflow

#endif
