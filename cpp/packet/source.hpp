// Sources that send whatever the network says (constant rate, Poisson, on and off), and the delay of what arrives.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include "maths/elementary.hpp"
#include "packet/port.hpp"

namespace easterly::packet {

enum class Gaps : std::uint8_t { constant = 0, exponential = 1 };
enum class Lengths : std::uint8_t { fixed = 0, exponential = 1, bimodal = 2 };
enum class Phases : std::uint8_t { fixed = 0, exponential = 1, pareto = 2 };

struct SourceRules {
    double rate_bps = 1e9;  // while it is on, headers included
    Gaps gaps = Gaps::constant;
    Lengths lengths = Lengths::fixed;
    Phases phases = Phases::fixed;
    std::uint16_t small_B = 64;    // bimodal: the other length,
    double small_share = 0.5;      // and how many of the packets have it
    Time on = 0, off = 0;          // mean of the phases; off 0: always on
    double shape = 1.5;            // of Pareto's law

    // From a draw in [0, 1), with the mean given.
    static double exponential(double mean, double draw) { return -mean * maths::log(1.0 - draw); }
    double phase(double mean, double draw) const {
        if (phases == Phases::fixed) return mean;
        if (phases == Phases::exponential) return exponential(mean, draw);
        return mean * (shape - 1.0) / shape * maths::pow(1.0 - draw, -1.0 / shape);
    }
    double mean_B(std::uint16_t packet_B) const {
        return lengths == Lengths::bimodal ? small_share * small_B + (1.0 - small_share) * packet_B : packet_B;
    }
    double length_B(std::uint16_t packet_B, double draw) const {
        if (lengths == Lengths::exponential) return exponential(packet_B, draw);
        return lengths == Lengths::bimodal && draw < small_share ? small_B : packet_B;
    }
};

// Time runs only while the source is on.
struct Source {
    std::int64_t left_B = 0;       // data that is still to go
    Time wait = 0, on_left = 0;    // until the next packet; until the end of the phase
    double rest = 0.0;             // of a picosecond
    std::int64_t carry = 0;        // the same in parts of the rate, where that is a whole number
    std::uint64_t draws = 0;
};

// How long packets of a flow took from their sender to their receiver.
struct Delays {
    static constexpr int kParts = 8;           // bins of an octave
    static constexpr int kBins = 62 * kParts;  // bin b: from (8 + b % 8) 2^(b / 8 - 3) ps on
    std::uint64_t packets = 0;
    __int128 sum = 0;       // ps
    double squares = 0.0;   // ps^2
    Time least = kNever, most = 0;
    std::vector<std::uint32_t> bins;

    static int bin(Time delay) {
        const auto value = static_cast<std::uint64_t>(std::max<Time>(delay, kParts));
        const int octave = std::bit_width(value) - 1;
        return octave * kParts + static_cast<int>(value >> (octave - 3) & (kParts - 1));
    }
    void add(Time delay) {
        ++packets;
        sum += delay;
        squares += static_cast<double>(delay) * static_cast<double>(delay);
        least = std::min(least, delay);
        most = std::max(most, delay);
        if (!bins.empty()) ++bins[bin(delay)];
    }
};

}  // namespace easterly::packet
