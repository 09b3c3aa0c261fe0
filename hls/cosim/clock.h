#ifndef FPGAFLOW_COSIM_CLOCK_H_
#define FPGAFLOW_COSIM_CLOCK_H_

// The clock: one cycle after the other, with both streams; and the registers behind AXI4-Lite.

#include "streams.h"

#include "Vtop.h"
#include "verilated.h"

namespace fpgaflow {
namespace cosim {

/// The design between its streams, and the watch-dog on them.
class Clock {
  public:
    /// \param silent_cycles in which no beat moves, after which the design counts as hanging; it is watched while
    /// `running`.
    Clock(VerilatedContext &context, Source &source, Sink &sink, uint64_t silent_cycles)
        : top(&context), context_(context), source_(source), sink_(sink), silent_cycles_(silent_cycles) {}

    ~Clock() { top.final(); }

    Vtop top;
    bool running = false;

    uint64_t cycle() const { return cycle_; }
    /// The cycles in which the first beat went in and out.
    uint64_t first_in() const { return first_in_; }
    uint64_t first_out() const { return first_out_; }

    /// Hold the reset for some cycles.
    void reset(unsigned cycles) {
        top.ap_rst_n = 0;
        for (unsigned i = 0; i < cycles; i++)
            tick();
        top.ap_rst_n = 1;
        tick();
    }

    /// One cycle. Ports are set and settle while the clock is low; what they show right before the rising edge counts.
    void tick() {
        source_.drive(top, running);
        sink_.drive(top);
        top.ap_clk = 0;
        step();
        lite.sample(top);
        if (top.ap_rst_n) {
            source_.sample(top);
            sink_.sample(top, cycle_);
            watch();
        }
        top.ap_clk = 1;
        step();
        cycle_++;
    }

    /// Write a register.
    void write(unsigned address, unsigned value) {
        top.s_axi_control_AWADDR = address;
        top.s_axi_control_WDATA = value;
        top.s_axi_control_WSTRB = 0xf;
        top.s_axi_control_AWVALID = top.s_axi_control_WVALID = top.s_axi_control_BREADY = 1;
        for (unsigned i = 0; i < answer_cycles; i++) {
            tick();
            if (lite.awready)
                top.s_axi_control_AWVALID = 0;
            if (lite.wready)
                top.s_axi_control_WVALID = 0;
            if (lite.bvalid) {
                top.s_axi_control_BREADY = 0;
                answered(lite.bresp, address);
                return;
            }
        }
        throw Fault("deaf").with("write").with(address);
    }

    /// Read a register.
    unsigned read(unsigned address) {
        top.s_axi_control_ARADDR = address;
        top.s_axi_control_ARVALID = top.s_axi_control_RREADY = 1;
        for (unsigned i = 0; i < answer_cycles; i++) {
            tick();
            if (lite.arready)
                top.s_axi_control_ARVALID = 0;
            if (lite.rvalid) {
                top.s_axi_control_RREADY = 0;
                answered(lite.rresp, address);
                return lite.rdata;
            }
        }
        throw Fault("deaf").with("read").with(address);
    }

  private:
    static const unsigned answer_cycles = 1000;

    // The registers' answers, as they were right before the clock's edge; a valid bit counts where it was asked for.
    struct Lite {
        bool awready, wready, bvalid, arready, rvalid;
        unsigned bresp, rresp, rdata;

        void sample(const Vtop &top) {
            awready = top.s_axi_control_AWVALID && top.s_axi_control_AWREADY;
            wready = top.s_axi_control_WVALID && top.s_axi_control_WREADY;
            bvalid = top.s_axi_control_BREADY && top.s_axi_control_BVALID;
            arready = top.s_axi_control_ARVALID && top.s_axi_control_ARREADY;
            rvalid = top.s_axi_control_RREADY && top.s_axi_control_RVALID;
            bresp = top.s_axi_control_BRESP;
            rresp = top.s_axi_control_RRESP;
            rdata = top.s_axi_control_RDATA;
        }
    } lite;

    static void answered(unsigned response, unsigned address) {
        if (response)
            throw Fault("refused").with(address).with(response);
    }

    void step() {
        top.eval();
        context_.timeInc(1);
        if (context_.gotFinish())
            throw Fault("finish").with(cycle_);
    }

    void watch() {
        if (source_.moved() && source_.taken() == 1)
            first_in_ = cycle_;
        if (sink_.moved() && sink_.given() == 1)
            first_out_ = cycle_;
        if (!running || source_.moved() || sink_.moved())
            last_move_ = cycle_;
        else if (cycle_ - last_move_ >= silent_cycles_)
            throw Fault("hang").with(source_.taken()).with(sink_.given()).with(silent_cycles_);
    }

    VerilatedContext &context_;
    Source &source_;
    Sink &sink_;
    uint64_t silent_cycles_;
    uint64_t cycle_ = 0;
    uint64_t last_move_ = 0;
    uint64_t first_in_ = 0;
    uint64_t first_out_ = 0;
};

} // namespace cosim
} // namespace fpgaflow

#endif
