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

// Mittal et al. 2015, SIGCOMM, section 5 and footnotes; the last three of the version of Zhu et al. 2016, CoNEXT.
struct TimelyRules {
    double alpha = 0.875, beta = 0.8;  // weight of a difference of round trips; of its gradient in a cut
    double add_bps = 10e6, least_bps = 10e6;
    Time low = 50'000'000, high = 500'000'000;  // below rates rise, above they fall, whatever the gradient
    Time least_rtt = 20'000'000;                // that makes a gradient of differences
    std::uint32_t haste_after = 5;              // bursts in a row whose round trip falls, and rates rise
    double haste = 5.0;                         // so much faster
    std::int64_t burst_B = 64'000;              // that is answered once,
    Time gap = 0;                               // and no earlier than this after the last,
    bool at_once = true;                        // and leaves as one
    double first_share = 1.0;                   // of the rate of the line, to begin with
    bool patched = false;
    Time reference = 50'000'000;                // round trip at which a rate would rest
};

// Li et al. 2019, SIGCOMM, sections 3 and 5.
struct HpccRules {
    double target = 0.95;           // use of the busiest link
    std::uint32_t most_stages = 5;  // additive steps in a row
    double flows = 100.0;           // that share a link at most: so many of what is spared are added at once
    double add_B = 0.0;             // or this; 0: by `flows`
    double least_B = 0.0;           // smallest window
    Time base = 0;                  // round trip of an idle network; 0: that of the flow's own path
    std::uint16_t link_B = 8;       // that each link adds to a packet
};

// What a link tells of itself in a packet that leaves.
struct Telemetry {
    Time at = 0;
    std::int64_t sent_B = 0;  // ever, with this packet
    double rate_bps = 0.0;
    std::int64_t queue_B = 0;  // that waits behind it
    std::int32_t link = -1;
};

// The path of a sender, as far as it knows it.
struct Path {
    std::uint32_t links = 0;
    std::uint64_t key = 0;   // names the draws of this sender
    double line_bps = 0.0;   // of its first link
    Time idle_rtt = 0;       // of a full packet and its acknowledgement; 0 where it chooses among paths
};

}  // namespace easterly::packet
