// Bench and server of the accelerator, and an accelerator that breaks the rule which $FAULT names. Compiled by
// test_beat_bench.py.

#include "beat_bench.h"
#include "beat_server.h"

typedef fpgaflow::Beat<64>::type beat_t;

static void run(hls::stream<beat_t> &images, hls::stream<beat_t> &scores, unsigned frames) {
    const char *given = std::getenv("FAULT");
    const std::string fault = given ? given : "";
    for (unsigned frame = 0; frame < frames; frame++) {
        const beat_t first = images.read();
        const beat_t second = images.read();
        if (first.last || second.last != (frame + 1 == frames) || second.data.range(63, 24) != 0)
            fpgaflow::give_up("the bench packs images wrongly");
        beat_t beat;
        beat.data = 0;
        beat.data.range(15, 0) = first.data.range(7, 0);
        beat.data.range(31, 16) = ap_int<16>(-2);
        beat.data.range(47, 32) = second.data.range(23, 16);
        beat.keep = fault == "keep" ? 127 : 255;
        beat.strb = -1;
        beat.last = fault == "always last" || (frame + 1 == frames && fault != "never last");
        if (fault == "padding")
            beat.data[63] = 1;
        if (fault != "short" || frame + 1 < frames)
            scores.write(beat);
        if (fault == "long" && frame + 1 == frames)
            scores.write(beat);
    }
    if (fault == "left")
        images.write(beat_t());
}

int main(int argc, char **argv) {
    hls::stream<beat_t> images("images"), scores("scores");
    unsigned long long runs = 0;
    if (fpgaflow::asked_to_serve(argc, argv)) {
        fpgaflow::BeatServer<64, 2, 1> server(argv);
        while (unsigned frames = server.take(images)) {
            run(images, scores, frames);
            runs = server.clear() ? 1 : runs + 1;
            std::printf("run %llu\n", runs);
            server.give(images, scores, frames, &runs, 1);
        }
        return 0;
    }
    fpgaflow::BeatBench<64, 11, 3, 16> bench(argc, argv);
    while (unsigned frames = bench.send(images)) {
        run(images, scores, frames);
        bench.receive(images, scores, frames);
        runs++;
    }
    bench.write_registers(&runs, 1);
    return bench.finish();
}
