// Counter-based randomness: what is drawn depends on names (seed, entity, counter), never on order.
#pragma once

#include <cstdint>

namespace easterly::random {

// One step of mixing: the SplitMix64 finaliser (Steele, Lea & Flood 2014, OOPSLA) of a state and a word.
constexpr std::uint64_t mix(std::uint64_t state, std::uint64_t word) {
    state = (state ^ word) + 0x9E3779B97F4A7C15ULL;
    state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9ULL;
    state = (state ^ (state >> 27)) * 0x94D049BB133111EBULL;
    return state ^ (state >> 31);
}

// Uniform in [0, 1): the upper 53 bits.
constexpr double unit(std::uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1.0p-53; }

}  // namespace easterly::random
