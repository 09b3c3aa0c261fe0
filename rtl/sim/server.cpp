// Runs the engine for another process: requests come on standard input, answers go to standard output (wire.h). What the
// model prints goes to standard error. One argument: the seed of what registers without a reset and memories start with.

#include "bench.h"
#include "wire.h"

#include <cstdlib>
#include <memory>

namespace {

using namespace fpgaflow::sim;

// The first byte of a request; fpgaflow/backend/engine_rtl/process.py has the same.
enum Command : uint8_t {
    RESET = 1,     // u32 cycles
    WRITE_REGISTER, // u32 address, u32 value
    READ_REGISTER, // u32 address -> u32
    WRITE_MEMORY,  // u64 address, bytes
    READ_MEMORY,   // u64 address, u32 size -> bytes
    ADVANCE,       // u64 cycles, u8 until the interrupt -> u8 interrupt
    SET_TIMING,    // u32 latency, u32 extra latency, u32 pause, u32 rate, u64 seed
    ALLOW,         // u64 begin, u64 end, u8 access
    FAIL,          // u64 begin, u64 end, u8 access, u8 response
    CLEAR_RANGES,
    LOOK, // -> u64 cycle, u8 interrupt, and of program, data read and data write: u64 outstanding, bursts, beats
};

template <class port_t> void put_port(Answer &answer, const port_t &port) {
    answer.put<uint64_t>(port.outstanding());
    answer.put<uint64_t>(port.traffic().bursts);
    answer.put<uint64_t>(port.traffic().beats);
}

void advance(Bench &bench, uint64_t cycles, bool until_interrupt) {
    for (uint64_t i = 0; i < cycles && !(until_interrupt && bench.interrupt()); i++)
        bench.tick();
}

Answer serve(Bench &bench, Request &request) {
    Answer answer(0);
    switch (request.take<uint8_t>()) {
    case RESET:
        bench.reset(request.take<uint32_t>());
        break;
    case WRITE_REGISTER: {
        const uint32_t address = request.take<uint32_t>();
        bench.write(address, request.take<uint32_t>());
        break;
    }
    case READ_REGISTER:
        answer.put<uint32_t>(bench.read(request.take<uint32_t>()));
        break;
    case WRITE_MEMORY: {
        const uint64_t address = request.take<uint64_t>();
        bench.memory.write(address, request.bytes(), request.rest());
        break;
    }
    case READ_MEMORY: {
        const uint64_t address = request.take<uint64_t>();
        const uint32_t size = request.take<uint32_t>();
        bench.memory.read(address, answer.add(size), size);
        break;
    }
    case ADVANCE: {
        const uint64_t cycles = request.take<uint64_t>();
        advance(bench, cycles, request.take<uint8_t>());
        answer.put<uint8_t>(bench.interrupt());
        break;
    }
    case SET_TIMING: {
        Timing timing;
        timing.latency = request.take<uint32_t>();
        timing.extra_latency = request.take<uint32_t>();
        timing.pause = request.take<uint32_t>();
        const uint32_t rate = request.take<uint32_t>();
        timing.seed = request.take<uint64_t>();
        bench.set(timing, rate);
        break;
    }
    case ALLOW: {
        const uint64_t begin = request.take<uint64_t>(), end = request.take<uint64_t>();
        bench.memory.allow(begin, end, request.take<uint8_t>());
        break;
    }
    case FAIL: {
        const uint64_t begin = request.take<uint64_t>(), end = request.take<uint64_t>();
        const unsigned access = request.take<uint8_t>();
        bench.memory.fail(begin, end, access, request.take<uint8_t>());
        break;
    }
    case CLEAR_RANGES:
        bench.memory.clear_ranges();
        break;
    case LOOK:
        answer.put<uint64_t>(bench.cycle());
        answer.put<uint8_t>(bench.interrupt());
        put_port(answer, bench.program);
        put_port(answer, bench.data_read);
        put_port(answer, bench.data_write);
        break;
    default:
        throw std::runtime_error("an unknown request");
    }
    return answer;
}

} // namespace

int main(int argc, char **argv) {
    // The model may print: its standard output is not where answers go.
    const int answers = dup(STDOUT_FILENO);
    if (answers < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
        return 1;
    const std::unique_ptr<VerilatedContext> context(new VerilatedContext);
    context->randReset(2);
    context->randSeed(argc > 1 ? std::atoi(argv[1]) : 1);
    Bench bench(*context);
    Request request;
    while (request.receive(STDIN_FILENO)) {
        try {
            if (!serve(bench, request).send(answers))
                return 0;
        } catch (const Violation &violation) {
            Answer answer(1);
            answer.put(violation.text.data(), violation.text.size());
            answer.send(answers);
            return 0;
        } catch (const std::exception &error) {
            std::fprintf(stderr, "%s\n", error.what());
            return 1;
        }
    }
    return 0;
}
