#ifndef FPGAFLOW_PROBE_H_
#define FPGAFLOW_PROBE_H_

// A place where the simulation can watch a stream; nothing once synthesized.

#ifdef __SYNTHESIS__
#define FPGAFLOW_PROBE(stream)
#else
#include "hooks.h"
#define FPGAFLOW_PROBE(stream)                                                                                         \
    {                                                                                                                  \
        FPGAFLOW_UNCOUNTED                                                                                             \
        fpgaflow::probe(stream);                                                                                       \
    }
#endif

#endif
