// Links that fail, recover, change their rate or lose bits, and switches that learn of it: a schedule.
#pragma once

#include <cstdint>
#include <vector>

#include "packet/choose.hpp"
#include "packet/port.hpp"

namespace easterly::packet {

enum class What : std::uint8_t {
    down = 0,    // what waits and what is on the link is lost, and the port refuses
    hold = 1,    // what is on the link is lost; what waits, and what comes, is held until the link is up
    up = 2,
    rate = 3,    // [bit/s] what waits is served at the new rate
    loss = 4,    // [1] of packets on the link
    bits = 5,    // [1] of bits on the link: a packet with any wrong is lost
    avoid = 6,   // groups leave the link out
    trust = 7,   // groups take it again
    tables = 8   // groups get new members
};

struct Fault {
    Time at = 0;
    What what = What::down;
    std::int32_t link = -1;  // or tables
    double value = 0.0;
};

// What faults make of a link.
struct Condition {
    Time limit = kNever;    // what the port let wait
    std::int64_t limit_B = -1, mark_B = -1, to_B = -1;  // the same in bytes, and the marks; -1: none
    bool down = false, held = false;
    bool timed = false;     // ends of transmissions move: what was lost stays in the list of events
    Time back = 0;          // when a link that holds is up again
    double loss = 0.0, bits = 0.0;
    std::int64_t cut = 0, refused = 0;  // packets that were lost when it went down, and later before it
};

struct Faults {
    std::vector<Fault> all;  // in the order of time
    std::vector<Tables> tables;

    std::vector<Condition> of;         // by link
    std::vector<std::uint32_t> lost;   // packets of each flow that were cut or refused
    std::size_t next = 0;

    bool empty() const { return all.empty(); }
};

// Probability that any of so many bits is wrong: 1 - (1 - p)^n, also where p is tiny.
double any_of(double p, std::int64_t bits);

}  // namespace easterly::packet
