#ifndef FPGAFLOW_ENGINE_SIM_BENCH_H_
#define FPGAFLOW_ENGINE_SIM_BENCH_H_

// The engine with its clock, its registers' master and the memory behind its two masters.

#include "lite.h"
#include "pins.h"
#include "read_port.h"
#include "write_port.h"

#include "verilated.h"

namespace fpgaflow {
namespace sim {

/// One clock cycle after the other. Inputs are set and settle while the clock is low; what the engine shows right before
/// the rising edge counts.
class Bench {
  public:
    explicit Bench(VerilatedContext &context)
        : top(&context), program("m_axi_program", ProgramPins(top), memory, bandwidth),
          data_read("m_axi_data", DataReadPins(top), memory, bandwidth),
          data_write("m_axi_data", DataWritePins(top), memory, bandwidth), lite_(top), context_(context) {
        set(Timing(), 0);
    }

    ~Bench() { top.final(); }

    Vengine top;
    Memory memory;
    Bandwidth bandwidth;
    ReadPort<ProgramPins> program;
    ReadPort<DataReadPins> data_read;
    WritePort<DataWritePins> data_write;

    uint64_t cycle() const { return cycle_; }
    // Verilator takes `interrupt` for a word of C++.
    bool interrupt() const { return top.__SYM__interrupt; }

    /// Change how the memory answers, and the beats that it moves in 65536 cycles.
    void set(const Timing &timing, unsigned rate) {
        Timing own = timing;
        program.set(own);
        own.seed ^= uint64_t(1) << 32;
        data_read.set(own);
        data_write.set(own);
        lite_.set(timing.seed, timing.pause);
        bandwidth.set(rate);
    }

    /// Hold the reset for some cycles, in which all that was under way is dropped.
    void reset(unsigned cycles) {
        top.aresetn = 0;
        lite_.clear();
        program.clear();
        data_read.clear();
        data_write.clear();
        for (held_ = 0; held_ < cycles; held_++)
            tick();
        top.aresetn = 1;
    }

    void tick() {
        bandwidth.tick();
        program.drive(cycle_);
        data_read.drive(cycle_);
        data_write.drive(cycle_);
        lite_.drive();
        top.aclk = 0;
        top.eval();
        if (top.aresetn) {
            program.sample(cycle_);
            data_read.sample(cycle_);
            data_write.sample(cycle_);
            lite_.sample(cycle_);
        } else if (held_ != 0) { // the first edge of a reset makes valid fall
            program.sample_reset(cycle_);
            data_read.sample_reset(cycle_);
            data_write.sample_reset(cycle_);
            lite_.sample_reset(cycle_);
        }
        top.aclk = 1;
        top.eval();
        cycle_++;
        if (context_.gotFinish())
            throw Violation("engine", cycle_, "$finish or a failed assertion");
    }

    void write(unsigned address, unsigned value) {
        lite_.write(address, value);
        wait("write", address);
    }

    unsigned read(unsigned address) {
        lite_.read(address);
        wait("read", address);
        return lite_.data();
    }

  private:
    void wait(const char *what, unsigned address) {
        for (unsigned i = 0; lite_.busy(); i++) {
            tick();
            if (i == 10000)
                throw Violation("s_axi_control", cycle_, std::string("no answer to a ") + what + " of " + hex(address));
        }
    }

    Lite<Vengine> lite_;
    VerilatedContext &context_;
    uint64_t cycle_ = 0;
    unsigned held_ = 0;
};

} // namespace sim
} // namespace fpgaflow

#endif
