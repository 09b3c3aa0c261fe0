#ifndef FPGAFLOW_ENGINE_SIM_PINS_H_
#define FPGAFLOW_ENGINE_SIM_PINS_H_

// The signals of the masters' channels, by the names that the AXI specification gives them.

#include "Vengine.h"

namespace fpgaflow {
namespace sim {

// Addresses have as many bits as the configuration says, so their type is that of the port.
#define FPGAFLOW_READ_PINS(name, port)                                                                                 \
    struct name {                                                                                                      \
        explicit name(Vengine &top)                                                                                    \
            : araddr(top.port##_araddr), arlen(top.port##_arlen), arsize(top.port##_arsize),                           \
              arburst(top.port##_arburst), arcache(top.port##_arcache), arprot(top.port##_arprot),                     \
              arvalid(top.port##_arvalid), arready(top.port##_arready), rdata(top.port##_rdata),                       \
              rresp(top.port##_rresp), rlast(top.port##_rlast), rvalid(top.port##_rvalid), rready(top.port##_rready) {} \
        decltype((Vengine::port##_araddr)) araddr;                                                                     \
        CData &arlen, &arsize, &arburst, &arcache, &arprot, &arvalid, &arready;                                        \
        QData &rdata;                                                                                                  \
        CData &rresp, &rlast, &rvalid, &rready;                                                                        \
    }

#define FPGAFLOW_WRITE_PINS(name, port)                                                                                \
    struct name {                                                                                                      \
        explicit name(Vengine &top)                                                                                    \
            : awaddr(top.port##_awaddr), awlen(top.port##_awlen), awsize(top.port##_awsize),                           \
              awburst(top.port##_awburst), awcache(top.port##_awcache), awprot(top.port##_awprot),                     \
              awvalid(top.port##_awvalid), awready(top.port##_awready), wdata(top.port##_wdata),                       \
              wstrb(top.port##_wstrb), wlast(top.port##_wlast), wvalid(top.port##_wvalid), wready(top.port##_wready),  \
              bresp(top.port##_bresp), bvalid(top.port##_bvalid), bready(top.port##_bready) {}                         \
        decltype((Vengine::port##_awaddr)) awaddr;                                                                     \
        CData &awlen, &awsize, &awburst, &awcache, &awprot, &awvalid, &awready;                                        \
        QData &wdata;                                                                                                  \
        CData &wstrb, &wlast, &wvalid, &wready, &bresp, &bvalid, &bready;                                              \
    }

FPGAFLOW_READ_PINS(ProgramPins, m_axi_program);
FPGAFLOW_READ_PINS(DataReadPins, m_axi_data);
FPGAFLOW_WRITE_PINS(DataWritePins, m_axi_data);

#undef FPGAFLOW_READ_PINS
#undef FPGAFLOW_WRITE_PINS

} // namespace sim
} // namespace fpgaflow

#endif
