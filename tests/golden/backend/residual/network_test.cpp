// The accelerator is compiled with its bench.
#include "firmware/fpgaflow_top.cpp"
#include "firmware/fpgaflow/beat_bench.h"
#include "firmware/fpgaflow/beat_server.h"

// What the processor does with a run: it sets two registers, and reads the others.
static void run(
    hls::stream<beat_t> &images, hls::stream<beat_t> &scores, unsigned frames,
    unsigned clear, unsigned long long *registers
) {
    fpgaflow_top(
        images, scores, frames, clear,
        &registers[0],
        &registers[1],
        &registers[2],
        &registers[3],
        &registers[4],
        &registers[5],
        &registers[6],
        &registers[7],
        &registers[8],
        &registers[9],
        &registers[10],
        &registers[11],
        &registers[12],
        &registers[13],
        &registers[14],
        &registers[15],
        &registers[16],
        &registers[17],
        &registers[18],
        &registers[19],
        &registers[20],
        &registers[21],
        &registers[22],
        &registers[23],
        &registers[24],
        &registers[25],
        &registers[26],
        &registers[27],
        &registers[28]
    );
}

int main(int argc, char **argv) {
    hls::stream<beat_t> images("images");
    hls::stream<beat_t> scores("scores");
    unsigned long long registers[29] = {};
    if (fpgaflow::asked_to_serve(argc, argv)) {
        fpgaflow::BeatServer<64, 4, 1> server(argv);
        while (unsigned frames = server.take(images)) {
            run(images, scores, frames, server.clear(), registers);
            server.give(images, scores, frames, registers, 29);
        }
        return 0;
    }
    fpgaflow::BeatBench<64, 32, 3, 16> bench(argc, argv);
    unsigned clear = 1;
    while (unsigned frames = bench.send(images)) {
        run(images, scores, frames, clear, registers);
        bench.receive(images, scores, frames);
        clear = 0;
    }
    bench.write_registers(registers, 29);
#ifdef FPGAFLOW_COUNT
    bench.write_accesses(7);
#endif
    return bench.finish();
}
