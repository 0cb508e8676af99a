// Numbers of laws that have many.
#pragma once

#include <cstdint>

#include "packet/port.hpp"

namespace easterly::packet {

// Kumar et al. 2020, SIGCOMM, section 3; times and gains as in csg-htsim's swift.cpp.
struct SwiftRules {
    Time base = 20'000'000, hop = 3'053'000;  // target: of any path, and more for each link
    Time range = 100'000'000;                 // most that a small window adds to it,
    double range_from = 0.1, range_to = 100.0;  // between these windows
    double add = 1.0, beta = 0.8, most_cut = 0.5;
    double least_window = 0.01;
    std::uint32_t resets = 5;  // timeouts in a row after which nothing is left of the window
    Time endpoint = 100'000'000;  // target of what the receiving host takes
};

// draft-cardwell-iccrg-bbr-congestion-control-00; draft-ietf-ccwg-bbr and Linux tcp_bbr.c (v3) for the second part.
struct BbrRules {
    Time rtt_for = 10 * kPerSecond;      // for so long the least round trip holds
    Time probe_rtt = kPerSecond / 5;
    std::int64_t quantum_B = 64 << 10;   // most that leaves at once
    double loss_part = 0.02, beta = 0.7, headroom = 0.15;
    double ecn_gain = 1.0 / 16.0, ecn_factor = 1.0 / 3.0, ecn_part = 0.5;
    Time ecn_below = 5 * kPerSecond / 1000;  // marks count on paths of at most this round trip
    Time probe_from = 2 * kPerSecond, probe_more = kPerSecond;  // between two probes: at least, and at most so much more
};

}  // namespace easterly::packet
