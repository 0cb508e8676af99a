// A target's view of what the driver hands it: numbers out of bytes, and a word where something does not hold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace fuzz {

// Says what does not hold, keeps the input, and ends the process.
[[noreturn]] void fail(const char* text, const char* file, int line);

class Bytes {
public:
    explicit Bytes(std::span<const std::uint8_t> data) : left_(data) {}

    bool done() const { return left_.empty(); }

    // 0 once there is nothing left.
    std::uint8_t byte() {
        if (left_.empty()) return 0;
        const std::uint8_t first = left_.front();
        left_ = left_.subspan(1);
        return first;
    }

    bool flip() { return byte() & 1; }

    // A number of least .. most: often one end, near it, or of any length.
    std::int64_t within(std::int64_t least, std::int64_t most) {
        const std::uint64_t span = static_cast<std::uint64_t>(most) - static_cast<std::uint64_t>(least);
        const std::uint8_t how = byte();
        std::uint64_t step = 0;
        switch (how & 7) {
            case 0: break;
            case 1: step = span; break;
            case 2: step = span - byte() % 16; break;
            case 3: step = word() >> (byte() & 63); break;
            case 4: step = word(); break;
            case 5: step = static_cast<std::uint64_t>(byte()) * 16; break;
            default: step = byte();
        }
        if (span != ~std::uint64_t{0}) step %= span + 1;
        return static_cast<std::int64_t>(static_cast<std::uint64_t>(least) + step);
    }

    // A number of least .. most, with either end and small parts among them.
    double real(double least, double most) {
        const std::uint8_t how = byte() & 7;
        if (how == 0) return least;
        if (how == 1) return most;
        const double part = static_cast<double>(word() >> 11) * 0x1p-53;
        const double scale = how < 4 ? 1.0 : how < 6 ? 1e-6 : 1e-15;
        return least + (most - least) * part * scale;
    }

private:
    std::uint64_t word() {
        std::uint8_t raw[8];
        for (std::uint8_t& each : raw) each = byte();
        std::uint64_t made;
        std::memcpy(&made, raw, sizeof made);
        return made;
    }

    std::span<const std::uint8_t> left_;
};

// What a target defines: one run over one input.
void target(Bytes bytes);

}  // namespace fuzz

#define HOLDS(...) \
    do { \
        if (!(__VA_ARGS__)) ::fuzz::fail(#__VA_ARGS__, __FILE__, __LINE__); \
    } while (false)
