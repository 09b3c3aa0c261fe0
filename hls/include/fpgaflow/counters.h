#ifndef FPGAFLOW_COUNTERS_H_
#define FPGAFLOW_COUNTERS_H_

// The counters of the hardware: processes count what passes them, and send the count on at the end of each image; one
// process adds the counts up.

#include "ap_int.h"
#include "hls_stream.h"
#include "hooks.h"

namespace fpgaflow {

/// Events at one point during one image.
typedef ap_uint<32> count_t;
/// Events since the counters were cleared.
typedef ap_uint<64> total_t;

/// Where the wrapper counts, and what else is known at the end of an image. Taps follow from `first_tap` on.
enum Point {
    beats_taken,
    cycles_without_beat,
    packets_unpacked,
    packets_packed,
    cycles_without_room,
    beats_given,
    n_ports,
    images_done = n_ports,
    cycles_waited,
    first_tap
};

/// One summand of a counter: each event at a point is worth `factor` of it.
struct Term {
    unsigned counter;
    unsigned point;
    unsigned factor;
};

/// Let packets pass and count them.
///
/// The pipeline flushes: a packet never waits for the next one, so a tap on one of two branches cannot block their
/// join.
///
/// \tparam packet_T packet of both streams, \tparam n_packets packets of one image.
/// \param passed takes the count of the image.
template <class packet_T, unsigned n_packets>
void tap(hls::stream<packet_T> &from, hls::stream<packet_T> &to, hls::stream<count_t> &passed) {
    FPGAFLOW_UNCOUNTED
    count_t packets = 0;
TapPackets:
    for (unsigned i = 0; i < n_packets; i++) {
        #pragma HLS PIPELINE II=1 style=flp
        to.write(from.read());
        packets++;
    }
    passed.write(packets);
}

/// Wait for the end of an image, counting cycles, and take the counts of the wrapper's processes.
///
/// A turn of the waiting loop is a clock cycle in the hardware. A simulation runs this after the image is done, so there
/// is nothing to wait for, and the count is 0.
///
/// \tparam n_events points in all.
template <unsigned n_events> void collect_ports(hls::stream<count_t> seen[n_ports], count_t events[n_events]) {
    #pragma HLS INLINE off
    count_t cycles = 0;
    count_t last = 0;
WaitForLastBeat:
    while (!seen[beats_given].read_nb(last)) {
        #pragma HLS PIPELINE II=1
        FPGAFLOW_GIVE_UP_IF(seen[beats_given].empty(), "an image did not end")
        cycles++;
    }
CollectPorts:
    for (unsigned i = 0; i < n_ports; i++) {
        #pragma HLS UNROLL
        if (i != beats_given)
            events[i] = seen[i].read();
    }
    events[beats_given] = last;
    events[images_done] = 1;
    events[cycles_waited] = cycles;
}

/// Take the counts of the taps.
///
/// \tparam n_taps how many there are, \tparam n_events points in all.
template <unsigned n_taps, unsigned n_events>
void collect_taps(hls::stream<count_t> passed[n_taps], count_t events[n_events]) {
    #pragma HLS INLINE off
CollectTaps:
    for (unsigned i = 0; i < n_taps; i++) {
        #pragma HLS UNROLL
        events[first_tap + i] = passed[i].read();
    }
}

/// Set all counters to zero.
///
/// \tparam n_counters how many there are.
template <unsigned n_counters> void clear_counters(total_t totals[n_counters]) {
ClearCounters:
    for (unsigned i = 0; i < n_counters; i++) {
        #pragma HLS PIPELINE II=1
        totals[i] = 0;
    }
}

/// Add an image's events to the counters, one term after the other: one multiplier serves all.
///
/// \tparam n_counters, n_terms, n_events how many there are of each.
template <unsigned n_counters, unsigned n_terms, unsigned n_events>
void add_events(const Term terms[n_terms], const count_t events[n_events], total_t totals[n_counters]) {
AddTerms:
    for (unsigned i = 0; i < n_terms; i++) {
        #pragma HLS PIPELINE
        totals[terms[i].counter] += total_t(events[terms[i].point]) * terms[i].factor;
    }
}

} // namespace fpgaflow

#endif
