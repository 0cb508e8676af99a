// A transport: how its packets are cut, how it answers what the network tells it, and when it counts one as lost.
#pragma once

#include <cstdint>

#include "packet/dcqcn.hpp"
#include "packet/law/numbers.hpp"
#include "packet/port.hpp"
#include "packet/recovery.hpp"
#include "packet/source.hpp"

namespace easterly::packet {

enum class Law : std::uint8_t {
    fixed = 0, newreno = 1, cubic = 2, dctcp = 3, dcqcn = 4, bbr = 5, swift = 6, open = 7, timely = 8, hpcc = 9, bbr3 = 10
};

struct Rules {
    Law law = Law::dctcp;
    std::uint16_t packet_B = 1500, header_B = 52, ack_B = 64;
    std::uint32_t acks_every = 1;        // packets that one acknowledgement may stand for
    std::uint32_t ahead = 1U << 31;      // packets that the receiver lets a sender be ahead of what it has got
    std::int64_t nic_B = 64'000;         // most that a flow adds to while it waits for its NIC
    Time host = 0;                       // that the receiving host takes for a packet
    Time ack_delay = 0;                  // after which what is there is acknowledged
    Time least_timeout = 1'000'000'000;  // 1 ms
    Time most_timeout = 60 * kPerSecond;
    std::uint32_t duplicates = 3;        // packets that have overtaken one that counts as lost
    double first_window = 10.0;
    double pacing = 0.0;                 // of laws of windows: packets leave at so many windows per round trip; 0: at once
    double g = 1.0 / 16.0;               // DCTCP: weight of a window in the mean share of marks
    double cubic_C = 0.4, cubic_beta = 0.7;
    bool fast_convergence = true;
    bool counts_acks = false;            // windows grow by acknowledgements (RFC 5681), not by what they acknowledge
    bool classic_ecn = false;            // marks of laws that count losses (RFC 3168)
    double most_window = 1e9;
    DcqcnRules dcqcn;
    SwiftRules swift;
    BbrRules bbr;
    TimelyRules timely;
    HpccRules hpcc;
    SourceRules source;
    RecoveryRules recovery;
    bool go_back = false;       // packets are taken in order alone, and all are sent again from the first that is missing
    Time ask_again = kNever;    // the receiver asks for the same packet again no earlier than that
    std::int8_t ack_class = -1;  // of acknowledgements; -1: that of the flow
    std::uint8_t delays = 0;  // of packets: 1 moments, 2 a histogram as well
    bool ideal_acks = false;  // what comes back takes the time of an idle path, and no room on it
    bool special = false;     // whether more than an acknowledgement follows from what arrives
    bool ecn() const { return law == Law::dctcp || law == Law::dcqcn || law == Law::bbr3 || classic_ecn; }
    bool open() const { return law == Law::open; }
    bool paced() const { return law >= Law::dcqcn || pacing > 0.0; }
    bool models() const { return law == Law::bbr || law == Law::bbr3; }  // asks for what leaves
    bool clocks_nic() const { return law == Law::swift || law == Law::timely; }  // from when a packet leaves it
    bool asks_links() const { return law == Law::hpcc; }
    bool rates() const { return law == Law::dcqcn; }  // a rate answers, not a window
};

}  // namespace easterly::packet
