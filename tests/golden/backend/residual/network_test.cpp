#include "firmware/network.h"
#include "firmware/fpgaflow/bench.h"

int main(int argc, char **argv) {
    fpgaflow::Bench bench(argc, argv);
    hls::stream<input_t> n0_image("n0_image");
    hls::stream<result_t> layer12_out("layer12_out");
    while (bench.next(n0_image, 32)) {
        network(n0_image, layer12_out);
        bench.collect(layer12_out, 3);
        bench.done();
    }
    return bench.finish();
}
