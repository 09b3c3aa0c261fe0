// Answers, for a fixed table of formats and every mode, what ap_fixed makes of given bits.
//
// stdin:  int64 count, then count x (int64 a, int64 b, double d), little endian.
// stdout: for every combination of the table, in the order of test_ap_fixed.py, count x int64.

#include <cstdint>
#include <cstdio>
#include <vector>

#include "ap_fixed.h"

struct Sample {
    int64_t a, b;
    double d;
};

static std::vector<Sample> samples;

template <int W, int I> using sfix = ap_fixed<W, I>;
template <int W, int I> using ufix = ap_ufixed<W, I>;

template <class T> static T from_bits(int64_t bits) {
    T value;
    value.range(T::width - 1, 0) = ap_int<64>(bits);
    return value;
}

template <class T> static int64_t to_bits(T value, bool is_signed) {
    ap_uint<T::width> bits = value.range(T::width - 1, 0);
    int64_t low = static_cast<int64_t>(bits.to_uint64());
    bool negative = is_signed && ((low >> (T::width - 1)) & 1);
    return negative ? low - (int64_t(1) << T::width) : low;
}

// Each Make turns a sample into the exact value that is assigned.
template <class A> struct Plain {
    static A value(const Sample &s) { return from_bits<A>(s.a); }
};
template <class A, class B> struct Product {
    static auto value(const Sample &s) { return from_bits<A>(s.a) * from_bits<B>(s.b); }
};
template <class A, class B> struct Sum {
    static auto value(const Sample &s) { return from_bits<A>(s.a) + from_bits<B>(s.b); }
};
struct Real {
    static double value(const Sample &s) { return s.d; }
};

template <class Make, class T> static void answer(bool is_signed) {
    std::vector<int64_t> results;
    for (const Sample &sample : samples) {
        T target = Make::value(sample);
        results.push_back(to_bits(target, is_signed));
    }
    fwrite(results.data(), sizeof(int64_t), results.size(), stdout);
}

template <class Make, int W, int I, bool S, ap_q_mode Q, ap_o_mode O> static void one() {
    if constexpr (S)
        answer<Make, ap_fixed<W, I, Q, O, 0>>(true);
    else
        answer<Make, ap_ufixed<W, I, Q, O, 0>>(false);
}

template <class Make, int W, int I, bool S, ap_q_mode Q> static void overflows() {
    one<Make, W, I, S, Q, AP_SAT>();
    one<Make, W, I, S, Q, AP_SAT_ZERO>();
    one<Make, W, I, S, Q, AP_SAT_SYM>();
    one<Make, W, I, S, Q, AP_WRAP>();
}

template <class Make, int W, int I, bool S> static void roundings() {
    overflows<Make, W, I, S, AP_RND>();
    overflows<Make, W, I, S, AP_RND_ZERO>();
    overflows<Make, W, I, S, AP_RND_MIN_INF>();
    overflows<Make, W, I, S, AP_RND_INF>();
    overflows<Make, W, I, S, AP_RND_CONV>();
    overflows<Make, W, I, S, AP_TRN>();
    overflows<Make, W, I, S, AP_TRN_ZERO>();
}

template <class Make> static void targets() {
    roundings<Make, 8, 3, true>();
    roundings<Make, 8, 3, false>();
    roundings<Make, 4, -2, true>();
    roundings<Make, 5, 8, false>();
    roundings<Make, 2, 2, true>();
    roundings<Make, 1, 0, false>();
    roundings<Make, 20, 6, true>();
}

int main() {
    int64_t count = 0;
    if (fread(&count, sizeof count, 1, stdin) != 1)
        return 1;
    samples.resize(count);
    if (fread(samples.data(), sizeof(Sample), count, stdin) != static_cast<size_t>(count))
        return 1;
    targets<Plain<sfix<24, 9>>>();
    targets<Plain<ufix<17, 5>>>();
    targets<Plain<sfix<6, 7>>>();
    targets<Product<sfix<12, 5>, sfix<9, -1>>>();
    targets<Sum<ufix<10, 6>, sfix<13, 3>>>();
    targets<Real>();
    return 0;
}
