#ifndef FPGAFLOW_HOOKS_H_
#define FPGAFLOW_HOOKS_H_

// What the design tells its simulation. All of it is nothing once synthesized; the counting is there only where
// FPGAFLOW_COUNT is defined, which our own C-simulation does and Vitis HLS's does not.

#ifdef FPGAFLOW_COUNT
#include "counting.h"
// What happens from here on, happens for this layer; 0 is no layer.
#define FPGAFLOW_LAYER(layer) fpgaflow::count_for(layer);
// What happens to the end of the block belongs to no layer.
#define FPGAFLOW_UNCOUNTED fpgaflow::Uncounted uncounted;
// Numbers go through a memory of the layer's own: each is read and written.
#define FPGAFLOW_COUNT_BUFFER(reads, writes) fpgaflow::count_buffer(reads, writes);
#else
#define FPGAFLOW_LAYER(layer)
#define FPGAFLOW_UNCOUNTED
#define FPGAFLOW_COUNT_BUFFER(reads, writes)
#endif

#ifdef __SYNTHESIS__
#define FPGAFLOW_GIVE_UP_IF(condition, message)
#else
#include "host.h"
// A loop that waits for what a simulation, which runs one process after the other, will never bring.
#define FPGAFLOW_GIVE_UP_IF(condition, message)                                                                        \
    if (condition)                                                                                                     \
        fpgaflow::give_up(message);
#endif

#endif
