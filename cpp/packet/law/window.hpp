// What every law of congestion control sees, and what it sets. Windows are in packets.
#pragma once

#include <algorithm>
#include <cstdint>

#include "packet/rules.hpp"

namespace easterly::packet {

struct Ack {
    Time now, rtt;          // rtt: of the packet that caused it; 0 if it was sent twice
    std::uint32_t packets;  // newly delivered
    std::uint32_t lost;     // newly known to be lost
    bool marked;
    bool recovering;        // what was lost has been answered, and is not yet there
    std::uint32_t una, next;
    std::uint32_t pipe;     // in flight
};

struct Window {
    double size = 10.0, threshold = 1e18;
    Time least_rtt = 0;
    std::uint32_t calm_from = 0;  // first packet after the last reduction: one per window

    bool slow_start() const { return size < threshold; }
    // Whether a mark asks for a reduction, which it does once per window.
    bool answers(const Ack& ack) {
        if (!ack.marked || ack.una < calm_from) return false;
        calm_from = ack.next;
        return true;
    }
    void shrink(double by) {
        size = std::max(size * by, 2.0);
        threshold = size;
    }
    void collapse(double flight) {
        threshold = std::max(flight, 2.0);
        size = 1.0;
    }
    // Slow start, and then one packet per window (RFC 5681; bytes counted, RFC 3465).
    void grow(const Ack& ack) { size += slow_start() ? ack.packets : ack.packets / size; }
};

}  // namespace easterly::packet
