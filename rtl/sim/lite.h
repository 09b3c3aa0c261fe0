#ifndef FPGAFLOW_ENGINE_SIM_LITE_H_
#define FPGAFLOW_ENGINE_SIM_LITE_H_

// The processor's side of the registers: an AXI4-Lite master with one access at a time.

#include "random.h"
#include "stable.h"

namespace fpgaflow {
namespace sim {

/// The master of `s_axi_control`. `top_t` has its signals as members.
template <class top_t> class Lite {
  public:
    explicit Lite(top_t &top)
        : top_(top), shown_write_("s_axi_control B", {"bresp"}), shown_read_("s_axi_control R", {"rresp", "rdata"}) {}

    /// \param pause of 65536: how often a channel pauses.
    void set(uint64_t seed, unsigned pause) { stalls_ = Stalls(seed ^ 0x71, pause); }

    void clear() {
        aw_ = w_ = ar_ = Channel();
        b_wanted_ = r_wanted_ = false;
        shown_write_.clear();
        shown_read_.clear();
    }

    void write(unsigned address, unsigned value) {
        top_.s_axi_control_awaddr = address;
        top_.s_axi_control_wdata = value;
        top_.s_axi_control_wstrb = 0xf;
        aw_.wanted = w_.wanted = b_wanted_ = true;
    }

    void read(unsigned address) {
        top_.s_axi_control_araddr = address;
        ar_.wanted = r_wanted_ = true;
    }

    /// Whether the access has not been answered.
    bool busy() const { return b_wanted_ || r_wanted_; }
    unsigned data() const { return data_; }

    /// Set the engine's inputs for a cycle.
    void drive() {
        if (!busy() && !driven_)
            return;
        top_.s_axi_control_awvalid = aw_.drive(stalls_);
        top_.s_axi_control_wvalid = w_.drive(stalls_);
        top_.s_axi_control_arvalid = ar_.drive(stalls_);
        top_.s_axi_control_bready = b_wanted_ && stalls_.go();
        top_.s_axi_control_rready = r_wanted_ && stalls_.go();
        driven_ = busy();
    }

    /// See the engine's outputs at the end of the cycle.
    void sample(uint64_t cycle) {
        const bool bvalid = top_.s_axi_control_bvalid, rvalid = top_.s_axi_control_rvalid;
        if (!busy() && !bvalid && !rvalid)
            return;
        if (bvalid && (!b_wanted_ || aw_.wanted || w_.wanted))
            throw Violation("s_axi_control B", cycle, "a response before address and data were taken");
        if (rvalid && (!r_wanted_ || ar_.wanted))
            throw Violation("s_axi_control R", cycle, "a response before the address was taken");
        shown_write_.sample(bvalid, top_.s_axi_control_bready, {top_.s_axi_control_bresp}, cycle);
        shown_read_.sample(rvalid, top_.s_axi_control_rready, {top_.s_axi_control_rresp, top_.s_axi_control_rdata},
                           cycle);
        aw_.sample(top_.s_axi_control_awready);
        w_.sample(top_.s_axi_control_wready);
        ar_.sample(top_.s_axi_control_arready);
        if (bvalid && top_.s_axi_control_bready) {
            b_wanted_ = false;
            answered("s_axi_control B", cycle, top_.s_axi_control_bresp);
        }
        if (rvalid && top_.s_axi_control_rready) {
            r_wanted_ = false;
            data_ = top_.s_axi_control_rdata;
            answered("s_axi_control R", cycle, top_.s_axi_control_rresp);
        }
    }

    /// See them while the reset is held.
    void sample_reset(uint64_t cycle) const {
        if (top_.s_axi_control_bvalid || top_.s_axi_control_rvalid)
            throw Violation("s_axi_control", cycle, "valid during reset");
    }

  private:
    struct Channel {
        bool wanted = false, shown = false;

        bool drive(Stalls &stalls) { return shown = wanted && (shown || stalls.go()); }

        void sample(bool ready) {
            if (shown && ready)
                wanted = shown = false;
        }
    };

    static void answered(const char *channel, uint64_t cycle, unsigned response) {
        if (response)
            throw Violation(channel, cycle, "response " + std::to_string(response) + ", not 0 (OKAY)");
    }

    top_t &top_;
    Stalls stalls_{0, 0};
    Stable<1> shown_write_;
    Stable<2> shown_read_;
    Channel aw_, w_, ar_;
    bool b_wanted_ = false, r_wanted_ = false, driven_ = true;
    unsigned data_ = 0;
};

} // namespace sim
} // namespace fpgaflow

#endif
