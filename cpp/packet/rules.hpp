// A transport: how its packets are cut, how it answers what the network tells it, and when it counts one as lost.
#pragma once

#include <cstdint>

#include "packet/dcqcn.hpp"
#include "packet/port.hpp"
#include "packet/source.hpp"

namespace easterly::packet {

enum class Law : std::uint8_t { fixed = 0, newreno = 1, cubic = 2, dctcp = 3, dcqcn = 4, open = 7 };

struct Rules {
    Law law = Law::dctcp;
    std::uint16_t packet_B = 1500, header_B = 52, ack_B = 64;
    std::int64_t nic_B = 64'000;         // most that a flow adds to while it waits for its NIC
    Time least_timeout = 1'000'000'000;  // 1 ms
    Time most_timeout = 60 * kPerSecond;
    std::uint32_t duplicates = 3;        // packets that have overtaken one that counts as lost
    double first_window = 10.0;
    double g = 1.0 / 16.0;               // DCTCP: weight of a window in the mean share of marks
    double cubic_C = 0.4, cubic_beta = 0.7;
    bool fast_convergence = true;
    double most_window = 1e9;
    DcqcnRules dcqcn;
    SourceRules source;
    bool go_back = false;       // packets are taken in order alone, and all are sent again from the first that is missing
    Time ask_again = kNever;    // the receiver asks for the same packet again no earlier than that
    std::int8_t ack_class = -1;  // of acknowledgements; -1: that of the flow
    std::uint8_t delays = 0;  // of packets: 1 moments, 2 a histogram as well
    bool special = false;     // whether more than an acknowledgement follows from what arrives
    bool ecn() const { return law == Law::dctcp || law == Law::dcqcn; }
    bool open() const { return law == Law::open; }
    bool paced() const { return law == Law::dcqcn; }
};

}  // namespace easterly::packet
