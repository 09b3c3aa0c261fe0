// Drives engine_core alone: a program ring that rows trickle into, a mover with a memory of its own.
//
//   bench INPUT OUTPUT
// INPUT: u32 rows, bytes of a row, frames, seed, chance in 256 that no row comes in a cycle, rows that the ring
// holds, bytes of a bank, banks, bytes of memory, cycle of an abort; then the rows, the banks, the memory.
// OUTPUT: u64 status, where, cycles, frames, seven activities, steps, useful, written, program rows, weight rows,
// moves and their first and last cycles, rows that came and their cycles; then the banks, the memory.

#include "Vcore.h"
#include "verilated.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

namespace {

void fail(const char *text, uint64_t cycle) {
    std::fprintf(stderr, "cycle %llu: %s\n", static_cast<unsigned long long>(cycle), text);
    std::exit(1);
}

struct Input {
    uint32_t rows, row_bytes, frames, seed, starve, capacity, bank_bytes, banks, memory_bytes, abort;
};

class Bench {
  public:
    Bench(VerilatedContext &context, const char *path) : top_(&context) {
        std::ifstream file(path, std::ios::binary);
        file.read(reinterpret_cast<char *>(&in_), sizeof in_);
        auto bytes = [&](size_t count) {
            std::vector<uint8_t> data(count);
            file.read(reinterpret_cast<char *>(data.data()), static_cast<std::streamsize>(count));
            return data;
        };
        rows_ = bytes(size_t(in_.rows) * in_.row_bytes);
        banks_ = bytes(size_t(in_.banks) * in_.bank_bytes);
        memory_ = bytes(in_.memory_bytes);
        random_.seed(in_.seed);
    }

    void execute() {
        top_.aresetn = 0;
        top_.run = top_.ring_available = top_.ring_ended = 0;
        top_.move_done = top_.bank_write = top_.bank_read = 0;
        for (int i = 0; i < 40; ++i) edge();
        top_.aresetn = 1;
        top_.run = 1;
        for (uint32_t bank = 0; bank < in_.banks; ++bank) {
            for (uint32_t at = 0; at < in_.bank_bytes; at += 8) {
                write(bank, at, &banks_[size_t(bank) * in_.bank_bytes + at]);
                edge();
            }
        }
        top_.bank_write = 0;
        edge();
        for (cycle_ = 0; top_.run; ++cycle_) cycle();
        for (int i = 0; i < 64; ++i) edge();
        for (uint32_t bank = 0; bank < in_.banks; ++bank) {
            for (uint32_t at = 0; at < in_.bank_bytes; at += 8) {
                read(bank, at);
                edge();
                top_.bank_read = 0;
                for (int i = 1; i < 4; ++i) edge();
                std::memcpy(&banks_[size_t(bank) * in_.bank_bytes + at], &top_.bank_read_data, 8);
            }
        }
    }

    void save(const char *path) const {
        std::ofstream file(path, std::ios::binary);
        auto put = [&](uint64_t value) { file.write(reinterpret_cast<const char *>(&value), 8); };
        put(status_);
        put(where_);
        put(cycle_);
        put(frames_);
        for (int i = 0; i < 7; ++i) put(activity_[i]);
        for (uint64_t count : {steps_, useful_, written_, program_rows_, weight_rows_}) put(count);
        put(moves_.size() / 2);
        for (uint64_t at : moves_) put(at);
        put(came_.size());
        for (uint64_t at : came_) put(at);
        file.write(reinterpret_cast<const char *>(banks_.data()), static_cast<std::streamsize>(banks_.size()));
        file.write(reinterpret_cast<const char *>(memory_.data()), static_cast<std::streamsize>(memory_.size()));
    }

  private:
    Vcore top_;
    Input in_{};
    std::vector<uint8_t> rows_, banks_, memory_;
    std::mt19937 random_;
    uint64_t cycle_ = 0, status_ = 0, where_ = 0, frames_ = 0, activity_[8] = {};
    uint64_t steps_ = 0, useful_ = 0, written_ = 0, program_rows_ = 0, weight_rows_ = 0;
    std::vector<uint64_t> moves_, came_;
    // The ring: the oldest row, those after it, and what is on its way to the core.
    uint32_t head_ = 0, available_ = 0;
    const uint8_t *on_the_way_[3] = {};
    // The mover.
    int pause_ = -1;
    uint32_t moved_ = 0;
    uint32_t reading_[5] = {};

    // One clock cycle; what is set before it settles first.
    void settle() {
        top_.aclk = 0;
        top_.eval();
    }
    void edge() {
        settle();
        top_.aclk = 1;
        top_.eval();
    }

    void write(uint32_t bank, uint32_t at, const uint8_t *data) {
        top_.bank_write = 1;
        top_.bank_write_bank = bank;
        top_.bank_write_address = at;
        std::memcpy(&top_.bank_write_data, data, 8);
    }
    void read(uint32_t bank, uint32_t at) {
        top_.bank_read = 1;
        top_.bank_read_bank = bank;
        top_.bank_read_address = at;
    }

    void cycle() {
        move();
        top_.ring_available = available_;
        top_.ring_ended = head_ + available_ == in_.rows;
        const uint8_t *row = on_the_way_[2];
        if (row != nullptr) {
            std::memcpy(&top_.ring_data, row, in_.row_bytes);
        } else {
            std::memset(&top_.ring_data, 0xa5, in_.row_bytes);
        }
        settle();
        look();
        ring();
        bool finished = (top_.frame_end && frames_ == in_.frames) || top_.fault || cycle_ + 1 == in_.abort;
        if (cycle_ > 4000000) fail("no end", cycle_);
        top_.aclk = 1;
        top_.eval();
        if (finished) top_.run = 0;
    }

    void look() {
        ++activity_[top_.activity];
        steps_ += top_.count_step;
        useful_ += top_.count_useful;
        written_ += top_.count_written;
        program_rows_ += top_.count_program_rows;
        weight_rows_ += top_.count_weight_rows;
        if (!top_.count_step && top_.count_useful) fail("useful without a step", cycle_);
        frames_ += top_.frame_end;
        if (top_.fault) {
            status_ = top_.fault_status;
            where_ = top_.where;
        }
    }

    void ring() {
        on_the_way_[2] = on_the_way_[1];
        on_the_way_[1] = on_the_way_[0];
        on_the_way_[0] = nullptr;
        if (top_.ring_read) {
            if (top_.ring_offset >= available_) fail("a row that is not there", cycle_);
            on_the_way_[0] = &rows_[size_t(head_ + top_.ring_offset) * in_.row_bytes];
        }
        if (top_.ring_free) {
            if (top_.ring_free_rows > available_) fail("more rows freed than there are", cycle_);
            head_ += top_.ring_free_rows;
            available_ -= top_.ring_free_rows;
        }
        if (top_.frame_end) {
            head_ = 0;
            available_ = 0;
            return;
        }
        while (head_ + available_ < in_.rows && available_ < in_.capacity) {
            if (random_() % 256 < in_.starve) break;
            ++available_;
            came_.push_back(cycle_ + 1);
            if (in_.starve != 0) break;
        }
    }

    void move() {
        top_.move_done = 0;
        top_.bank_write = 0;
        top_.bank_read = 0;
        for (int i = 4; i > 0; --i) reading_[i] = reading_[i - 1];
        reading_[0] = 0;
        if (reading_[4] != 0) std::memcpy(&memory_[reading_[4] - 1], &top_.bank_read_data, 8);
        if (top_.move_start) {
            moves_.push_back(cycle_ - 1);
            pause_ = static_cast<int>(random_() % 20);
            moved_ = 0;
        }
        if (pause_ < 0) return;
        if (pause_ > 0) {
            --pause_;
            return;
        }
        uint32_t size = top_.move_bytes;
        if (moved_ == size * top_.move_banks) {
            // A store's last bytes are on their way still.
            for (uint32_t at : reading_) {
                if (at != 0) return;
            }
            pause_ = -1;
            top_.move_done = 1;
            moves_.push_back(cycle_);
            return;
        }
        uint32_t bank = moved_ / size, at = top_.move_address + moved_ % size;
        if (top_.move_store) {
            read(bank, at);
            reading_[0] = top_.move_offset + moved_ + 1;
        } else {
            write(bank, at, &memory_[top_.move_offset + moved_]);
        }
        moved_ += 8;
    }
};

} // namespace

int main(int count, char **arguments) {
    if (count != 3) return 2;
    VerilatedContext context;
    // Registers without a reset, and memories, hold anything at first.
    context.randReset(2);
    context.randSeed(7);
    Bench bench(context, arguments[1]);
    bench.execute();
    bench.save(arguments[2]);
    return 0;
}
