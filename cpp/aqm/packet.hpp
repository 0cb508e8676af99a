// What queue management sees of a packet, and what it says of it.
#pragma once

#include <cstdint>

namespace easterly::aqm {

// Codepoints of RFC 3168, 5: 1 and 2 are ECN-capable, 3 is already marked.
enum Ecn : std::uint8_t { kNotEct = 0, kEct1 = 1, kEct0 = 2, kCe = 3 };

constexpr bool capable(std::uint8_t ecn) { return ecn != kNotEct; }

// `late`: it had been taken in, and was dropped when its turn came, or to make room for another.
enum class Verdict : std::int8_t { kept = 0, marked = 1, refused = 2, late = 3, waiting = 4 };

struct Packet {
    std::int64_t size_B = 0;
    std::int64_t since = 0;  // tick of arrival
    std::int64_t id = 0;
    std::int32_t flow = 0;   // flow of fair queueing, or class of WRED
    std::int8_t colour = 0;  // drop precedence: 0 green, 1 yellow, 2 red
    std::uint8_t ecn = kNotEct;
    bool marked = false;
};

}  // namespace easterly::aqm
