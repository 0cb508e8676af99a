// One queue per algorithm, all with the same face: offer() at arrival, take() when the line is free. The algorithms
// themselves know nothing of each other; a simulator may put them into queues of its own.
#pragma once

#include <cstdint>
#include <vector>

#include "aqm/codel.hpp"
#include "aqm/fq_codel.hpp"
#include "aqm/packet.hpp"
#include "aqm/pie.hpp"
#include "aqm/red.hpp"
#include "aqm/ring.hpp"
#include "aqm/tail.hpp"

namespace easterly::aqm {

// What every queue of one ring shares.
struct Fifo {
    Ring ring;
    Tail tail;

    std::int64_t bytes() const { return ring.bytes(); }
    std::int64_t packets() const { return ring.packets(); }
    bool fits(const Packet& packet) const { return tail.fits(bytes(), packets(), packet.size_B); }

    Verdict push(Packet packet, Verdict verdict) {
        if (verdict == Verdict::refused || !fits(packet)) return Verdict::refused;
        packet.marked = verdict == Verdict::marked;
        ring.push(packet);
        return verdict;
    }
    bool pop(Packet& packet) {
        if (ring.empty()) return false;
        packet = ring.pop();
        return true;
    }
};

struct TailQueue : Fifo {
    template <class Lost>
    Verdict offer(const Packet& packet, double, Lost&&) {
        return push(packet, Verdict::kept);
    }
    template <class Lost>
    bool take(std::int64_t, Packet& packet, Lost&&) {
        return pop(packet);
    }
};

struct RedQueue : Fifo {
    Red red;
    bool by_packets = false;

    template <class Lost>
    Verdict offer(const Packet& packet, double draw, Lost&&) {
        const double length = static_cast<double>(by_packets ? packets() : bytes());
        const Verdict verdict = push(packet, red.arrive(length, packet.since, packet, draw));
        if (packets() == 0) red.average.emptied(packet.since);
        return verdict;
    }
    template <class Lost>
    bool take(std::int64_t now, Packet& packet, Lost&&) {
        if (!pop(packet)) return false;
        if (packets() == 0) red.average.emptied(now);
        return true;
    }
};

// Weighted RED: one average per class, one ramp per class and colour, one line for all. `Packet::flow` is the class.
struct WredQueue : Fifo {
    struct Class {
        Average average;
        std::int64_t bytes = 0, packets = 0;
    };
    Red red;  // its ramp, average and count are not used
    bool by_packets = false;
    std::size_t colours = 1;
    std::vector<Class> classes;
    std::vector<Ramp> ramps;      // class x colour
    std::vector<Spread> spreads;  // class x colour

    template <class Lost>
    Verdict offer(const Packet& packet, double draw, Lost&&) {
        Class& own = classes[static_cast<std::size_t>(packet.flow)];
        const std::size_t at = static_cast<std::size_t>(packet.flow) * colours + static_cast<std::size_t>(packet.colour);
        const double mean = own.average.arrival(static_cast<double>(by_packets ? own.packets : own.bytes), packet.since);
        const Verdict verdict = push(packet, red.decide(ramps[at], spreads[at], mean, packet, draw));
        if (verdict != Verdict::refused) count(own, packet.size_B, 1);
        if (own.packets == 0) own.average.emptied(packet.since);
        return verdict;
    }
    template <class Lost>
    bool take(std::int64_t now, Packet& packet, Lost&&) {
        if (!pop(packet)) return false;
        Class& own = classes[static_cast<std::size_t>(packet.flow)];
        count(own, -packet.size_B, -1);
        if (own.packets == 0) own.average.emptied(now);
        return true;
    }

private:
    static void count(Class& own, std::int64_t size_B, std::int64_t packets) {
        own.bytes += size_B;
        own.packets += packets;
    }
};

struct StepQueue : Fifo {
    Step step;
    bool by_packets = false;

    template <class Lost>
    Verdict offer(const Packet& packet, double draw, Lost&&) {
        return push(packet, step.arrive(static_cast<double>(by_packets ? packets() : bytes()), packet, draw));
    }
    template <class Lost>
    bool take(std::int64_t, Packet& packet, Lost&&) {
        return pop(packet);
    }
};

struct CodelQueue : Fifo {
    Codel codel;

    template <class Lost>
    Verdict offer(const Packet& packet, double, Lost&&) {
        return push(packet, Verdict::kept);
    }
    template <class Lost>
    bool take(std::int64_t now, Packet& packet, Lost&& lost) {
        return codel.take(ring, now, packet, lost);
    }
};

struct PieQueue : Fifo {
    Pie pie;

    template <class Lost>
    Verdict offer(const Packet& packet, double draw, Lost&&) {
        pie.advance(packet.since, bytes());
        return push(packet, pie.arrive(bytes(), packet, draw));
    }
    template <class Lost>
    bool take(std::int64_t now, Packet& packet, Lost&&) {
        pie.advance(now, bytes());
        if (!pop(packet)) return false;
        pie.left(packet, now, bytes());
        return true;
    }
};

struct FqCodelQueue : FqCodel {
    using FqCodel::FqCodel;

    template <class Lost>
    Verdict offer(const Packet& packet, double, Lost&& lost) {
        FqCodel::offer(packet, lost);
        return Verdict::kept;
    }
};

}  // namespace easterly::aqm
