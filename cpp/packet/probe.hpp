// What a sender is at, from one acknowledgement to the next: looked at only where it is asked for, and without an event, so
// that looking changes nothing.
#pragma once

#include <cstdint>
#include <vector>

#include "packet/sender.hpp"

namespace easterly::packet {

struct Probe {
    struct Row {
        Time now, srtt, least_rtt;
        double window, threshold;  // packets
        double rate_bps;           // 0: as fast as the window lets packets go
        double inner;              // of the law: alpha of DCTCP and DCQCN, bandwidth of BBR [bit/s], target of Swift [ps]
        std::uint32_t pipe;
        Time late;               // that RACK allows a packet to be once any has been reordered
        std::uint8_t phase;  // 0 slow start, 1 avoidance, 2 recovery; BBR: its own, in their order
    };
    std::uint32_t flow = 0;
    Time every = 0, next = 0;
    std::vector<Row> rows;

    void look(Time now, const Rules& rules, const Sender& sender);
};

}  // namespace easterly::packet
