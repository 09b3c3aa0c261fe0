// Runs an accelerator that Vitis HLS wrote in Verilog, as the board would: registers, images in, scores out, counters.
//
// Reads, in the folder where it runs, `run.txt` (a word and a number on each line) and `images.bin` (the beats of all
// images); writes `scores.bin` and `result.txt`. Tells on standard output which image has left. A design that does
// something wrong ends the run, and `result.txt` says what; the exit code is not 0 only where the bench itself fails.

#include "clock.h"

#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>

namespace {

using namespace fpgaflow::cosim;

struct Order {
    std::map<std::string, uint64_t> numbers;
    std::vector<unsigned> counters;

    uint64_t operator[](const std::string &name) const { return numbers.at(name); }
};

Order read_order(const char *path) {
    Order order;
    std::ifstream file(path);
    std::string word;
    uint64_t number;
    while (file >> word >> number) {
        if (word == "counter")
            order.counters.push_back(number);
        else
            order.numbers[word] = number;
    }
    return order;
}

Bytes read_bytes(const char *path) {
    std::ifstream file(path, std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

// Start a run of all images, wait for their scores and for the end of the run.
void run(Clock &clock, const Source &source, const Sink &sink, const Order &order, std::ostream &result) {
    const unsigned control = order["control"];
    clock.reset(16);
    clock.write(order["frames"], order["images"]);
    clock.write(order["clear"], 1);
    clock.write(control, 1);
    const uint64_t start = clock.cycle();
    clock.running = true;
    uint64_t ended = 0;
    while (!sink.full()) {
        clock.tick();
        if (sink.moved() && sink.given() % order["beats_out"] == 0) {
            result << "end " << clock.cycle() - 1 << "\n";
            std::printf("image %llu\n", static_cast<unsigned long long>(++ended));
            std::fflush(stdout);
        }
    }
    clock.running = false;
    if (source.taken() != source.beats())
        throw Fault("untaken").with(source.taken());
    const uint64_t last = clock.cycle();
    while (!(clock.read(control) & 2)) {
        if (clock.cycle() - last > order["silent_cycles"])
            throw Fault("undone").with(order["silent_cycles"]);
    }
    // Time for a beat too many to show itself.
    for (unsigned i = 0; i < 256; i++)
        clock.tick();
    result << "start " << start << "\nfirst_in " << clock.first_in() << "\nfirst_out " << clock.first_out() << "\n";
}

} // namespace

int main(int argc, char **argv) {
    const Order order = read_order("run.txt");
    const std::unique_ptr<VerilatedContext> context(new VerilatedContext);
    context->commandArgs(argc, argv);
    std::ofstream result("result.txt");
    const size_t beat_bytes = order["beat_bytes"];
    const uint64_t seed = order["stalls"];
    Source source(read_bytes("images.bin"), beat_bytes, seed);
    Sink sink(order["images"] * order["beats_out"], beat_bytes, seed ? ~seed : 0);
    try {
        Clock clock(*context, source, sink, order["silent_cycles"]);
        run(clock, source, sink, order, result);
        for (unsigned address : order.counters) {
            const uint64_t low = clock.read(address);
            result << "counter " << (uint64_t(clock.read(address + 4)) << 32 | low) << "\n";
        }
        result << "cycles " << clock.cycle() << "\n";
    } catch (const Fault &fault) {
        result << "fault " << fault.text << "\n";
    }
    const Bytes &scores = sink.bytes();
    std::ofstream("scores.bin", std::ios::binary).write(reinterpret_cast<const char *>(scores.data()), scores.size());
    return result.flush() ? 0 : 1;
}
