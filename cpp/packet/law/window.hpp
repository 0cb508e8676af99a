// What every law of congestion control sees, and what it sets. Windows are in packets.
#pragma once

#include <algorithm>
#include <cstdint>

#include "packet/rules.hpp"

namespace easterly::packet {

struct Ack {
    Time now, rtt;          // rtt: of the packet that caused it; 0 if it was sent twice
    std::uint32_t packets;  // newly delivered
    std::uint32_t advanced; // of those, newly acknowledged in order: none by a duplicate, nor by what ends a recovery
    std::uint32_t lost;     // newly known to be lost
    bool marked;
    bool recovering;        // what was lost has been answered, and is not yet there
    bool fast;              // nor was it before this one; and not by a timeout, after which windows grow again
    std::uint32_t una, next;
    std::uint32_t pipe;     // in flight
    std::uint32_t echo;     // number of the packet that caused it,
    Time sent;              // and when it left
    Time srtt;
    Time host;              // of the round trip, what the receiving host took
    const Telemetry* links = nullptr;  // what the links of the path said, where they were asked
    std::uint32_t link_count = 0;
};

struct Timeout {
    Time now, srtt;
    std::uint32_t next;
    double flight;  // what was not acknowledged
};

// A packet that leaves; `pipe` is in flight without it.
struct Departure {
    Time now;
    std::uint32_t seq, una, next, pipe;
};

struct Window {
    double size = 10.0, threshold = 1e18;
    double rate_bps = 0.0;       // at which packets leave; 0: as fast as the window lets them
    std::int64_t quantum_B = 0;  // that may leave at once, at that rate
    Time least_rtt = 0;
    std::uint32_t calm_from = 0;  // first packet after the last reduction: one per window
    std::uint32_t held_to = 0;    // the same, of a reduction that a mark asked for

    bool slow_start() const { return size < threshold; }
    // Whether a mark asks for a reduction, which it does once per window.
    bool answers(const Ack& ack) {
        if (!ack.marked || ack.una <= calm_from) return false;  // that of the last packet before is one of them
        calm_from = held_to = ack.next;
        return true;
    }
    // For the window in which a mark is answered there is no growth (RFC 3168, section 6.1.2: the receiver echoes the mark
    // until it hears of the answer), no more than after a loss.
    bool held(const Ack& ack) const { return ack.una <= held_to; }
    void shrink(double by) {
        size = std::max(size * by, 2.0);
        threshold = size;
    }
    void collapse(double flight) {
        threshold = std::max(flight, 2.0);
        size = 1.0;
        held_to = 0;
    }
    // Whether one more may join so many in flight; a window below one packet lets one go, at its time.
    bool lets(std::uint32_t pipe) const { return pipe + 1.0 <= size || pipe == 0; }
    // Slow start, and then one packet in a window (RFC 5681, section 3.1, equation 3): for what has been acknowledged
    // (RFC 3465), or for every acknowledgement, whatever it stands for.
    void grow(const Rules& rules, const Ack& ack) {
        if (ack.advanced == 0 || held(ack)) return;  // of a duplicate, RFC 5681 leaves it as it is
        const double by = rules.counts_acks ? 1.0 : ack.advanced;
        size += slow_start() ? by : by / size;
    }
};

}  // namespace easterly::packet
