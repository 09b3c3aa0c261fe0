#ifndef FPGAFLOW_PROBE_H_
#define FPGAFLOW_PROBE_H_

// A place where the simulation can watch a stream; nothing once synthesized.

#ifdef __SYNTHESIS__
#define FPGAFLOW_PROBE(stream)
#else
#include "host.h"
#define FPGAFLOW_PROBE(stream) fpgaflow::probe(stream);
#endif

#endif
