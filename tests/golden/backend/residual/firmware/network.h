#ifndef NETWORK_H_
#define NETWORK_H_

#include "ap_fixed.h"
#include "ap_int.h"
#include "hls_stream.h"

#include "defines.h"


// Prototype of top level function for C-synthesis
void network(
    hls::stream<input_t> &n0_image,
    hls::stream<result_t> &layer12_out
);

// hls-fpga-machine-learning insert emulator-defines


#endif
