#ifndef NETWORK_H_
#define NETWORK_H_

#include "ap_fixed.h"
#include "ap_int.h"
#include "hls_stream.h"

#include "defines.h"
#ifdef FPGAFLOW_COUNT
#include "../csim/counted.h"
#endif
#include "fpgaflow/counters.h"

// The network: one image in, its results out.
void network(
    hls::stream<input_t> &n0_image,
    hls::stream<result_t> &layer12_out,
    hls::stream<fpgaflow::count_t> passed[8]
);

#endif
