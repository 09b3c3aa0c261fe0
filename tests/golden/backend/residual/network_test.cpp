// The accelerator is compiled with its bench.
#include "firmware/fpgaflow_top.cpp"
#include "firmware/fpgaflow/beat_bench.h"

int main(int argc, char **argv) {
    fpgaflow::BeatBench<64, 32, 3, 16> bench(argc, argv);
    hls::stream<beat_t> images("images");
    hls::stream<beat_t> scores("scores");
    unsigned long long registers[29] = {};
    unsigned clear = 1;
    while (unsigned frames = bench.send(images)) {
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
        bench.receive(images, scores, frames);
        clear = 0;
    }
    bench.write_registers(registers, 29);
#ifdef FPGAFLOW_COUNT
    bench.write_accesses(7);
#endif
    return bench.finish();
}
