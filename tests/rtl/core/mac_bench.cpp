// Holds the two forms of mac against each other and against products: corners first, then random numbers.

#include "Vdsp.h"
#include "Vmac.h"
#include "verilated.h"

#include <cstdint>
#include <cstdio>
#include <random>

int main() {
    VerilatedContext context;
    Vmac plain(&context);
    Vdsp slice(&context);
    std::mt19937 random(5);
    const int activations[] = {-256, -255, -128, -1, 0, 1, 127, 128, 255};
    const int weights[] = {-128, -127, -1, 0, 1, 127};
    uint32_t expected[3] = {};
    for (int cycle = 0; cycle < 200000; ++cycle) {
        int activation = static_cast<int>(random() % 512) - 256;
        int low = static_cast<int>(random() % 256) - 128, high = static_cast<int>(random() % 256) - 128;
        if (cycle < 9 * 6 * 6) {
            activation = activations[cycle % 9];
            low = weights[cycle / 9 % 6];
            high = weights[cycle / 54];
        }
        auto clock = [&](auto &model, int level) {
            model.aclk = level;
            model.activation = activation & 511;
            model.low_weight = low & 255;
            model.high_weight = high & 255;
            model.eval();
        };
        for (int level : {0, 1}) {
            clock(plain, level);
            clock(slice, level);
        }
        uint32_t products = static_cast<uint32_t>(activation * (high * 65536 + low) + 32768);
        // After this edge the products are those of three cycles ago: of the fourth edge back.
        uint32_t now = expected[2];
        expected[2] = expected[1];
        expected[1] = expected[0];
        expected[0] = products;
        if (cycle < 4) continue;
        if (plain.products != now || slice.products != now) {
            std::fprintf(stderr, "cycle %d: %08x, %08x, expected %08x\n", cycle, plain.products, slice.products, now);
            return 1;
        }
    }
    return 0;
}
