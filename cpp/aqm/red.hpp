// Random early detection (Floyd & Jacobson 1993, IEEE/ACM ToN 1:4), its gentle variant (Floyd 2000), and the ramp on the
// queue as it stands that data centres use.
#pragma once

#include <cstdint>
#include <vector>

#include "aqm/packet.hpp"
#include "maths/elementary.hpp"

namespace easterly::aqm {

// How likely a signal is, by the length of the queue: nothing below `low`, rising to `most` at `high`.
struct Ramp {
    double low = 0.0, high = 0.0, most = 0.0;
    bool gentle = false;  // from `most` at high on to 1 at twice high; else 1 from high on

    double probability(double length) const {
        if (length < low) return 0.0;
        if (length < high) return most * ((length - low) / (high - low));
        if (gentle && length < 2.0 * high) return most + (1.0 - most) * ((length - high) / high);
        return 1.0;
    }
    // Where congestion is beyond what marks can signal: RFC 3168, 7 asks for drops there.
    bool beyond(double length) const { return length >= (gentle ? 2.0 * high : high); }
};

// The exponentially weighted length, in packets or bytes. While the queue is empty it fades as if packets had arrived
// that each take `slot` ticks: avg = (1 - w)^(idle / slot) avg. Double precision, powers from our own `pow`.
struct Average {
    double weight = 0.002;
    double slot = 0.0;  // ticks; 0: no correction for idle times
    double value = 0.0;
    std::int64_t idle_since = 0;  // tick; -1: there are packets

    double arrival(double length, std::int64_t now) {
        if (length == 0.0 && idle_since >= 0 && slot > 0.0)
            fade(static_cast<double>(now - idle_since));
        else
            value += weight * (length - value);
        idle_since = -1;
        return value;
    }
    void emptied(std::int64_t now) { idle_since = now; }

private:
    void fade(double idle) {
        if (idle > 0.0 && value > 0.0) value *= maths::pow(1.0 - weight, idle / slot);
    }
};

// Spreads signals evenly: p_a = p_b / (1 - count p_b), count packets having passed since the last one, this one among
// them. The gap between two signals is then uniform on 1 .. 1/p_b - 1 instead of geometric.
struct Spread {
    std::int64_t count = -1;  // -1: below the lower threshold

    double uniform(double base) {
        if (base <= 0.0) {
            count = -1;
            return 0.0;
        }
        ++count;
        if (base >= 1.0) return 1.0;
        const double left = 1.0 - static_cast<double>(count) * base;
        return left <= base ? 1.0 : base / left;
    }
    void signalled() { count = 0; }
};

// What becomes of a packet that was chosen.
inline Verdict signal(bool ecn, bool hard, std::uint8_t codepoint) {
    return ecn && !hard && capable(codepoint) ? Verdict::marked : Verdict::refused;
}

struct Red {
    Ramp ramp;
    Average average;
    Spread spread;
    bool ecn = false;
    bool hard_drop = true;  // drop beyond the ramp, ECN or not
    double mean_B = 0.0;    // above 0: large packets are chosen in proportion to size / mean_B

    // `length` in the unit of the thresholds, without the packet itself; `draw` uniform in [0, 1).
    Verdict arrive(double length, std::int64_t now, const Packet& packet, double draw) {
        const double mean = average.arrival(length, now);
        return decide(ramp, spread, mean, packet, draw);
    }

    // The same for one of several ramps over one average: WRED.
    Verdict decide(const Ramp& by, Spread& over, double mean, const Packet& packet, double draw) const {
        double base = by.probability(mean);
        const bool hard = by.beyond(mean);
        if (mean_B > 0.0 && !hard) base *= static_cast<double>(packet.size_B) / mean_B;
        if (!(draw < over.uniform(base))) return Verdict::kept;
        over.signalled();
        return signal(ecn, hard && hard_drop, packet.ecn);
    }
};

// Weighted RED of one class: a ramp for each colour over one average.
struct Wred {
    template <class A>
    void archive(A& a) { a.all_of(*this, red, ramps, spreads); }
    Red red;  // its own ramp and count are not used
    std::vector<Ramp> ramps;
    std::vector<Spread> spreads;

    Verdict arrive(double length, std::int64_t now, const Packet& packet, double draw) {
        const double mean = red.average.arrival(length, now);
        const auto at = static_cast<std::size_t>(packet.colour);
        return red.decide(ramps[at], spreads[at], mean, packet, draw);
    }
};

// On the length as it stands: p = Pmax (q - Kmin) / (Kmax - Kmin), all above Kmax; what cannot be marked is dropped, or
// kept where a switch only marks.
struct Step {
    Ramp ramp;
    bool drop_others = true;

    Verdict arrive(double length, const Packet& packet, double draw) const {
        if (!(draw < ramp.probability(length))) return Verdict::kept;
        if (capable(packet.ecn)) return Verdict::marked;
        return drop_others ? Verdict::refused : Verdict::kept;
    }
};

}  // namespace easterly::aqm
