// A port with queues of its own: a scheduler over classes, pauses, and packets counted in the memory of their switch.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "aqm/red.hpp"
#include "packet/packet.hpp"
#include "sched/drr.hpp"
#include "sched/strict.hpp"

namespace easterly::packet {

inline constexpr int kClasses = 8;
using Sizes = std::array<std::int32_t, kClasses>;  // of packets and quanta

// Strict classes in the order of their numbers, then the others by deficit round robin.
struct Turn {
    std::uint8_t strict_mask = 0;
    sched::StrictOf<Sizes, std::array<std::uint64_t, 1>> strict;
    sched::DrrOf<Sizes, std::array<sched::Queue, kClasses>> fair;

    Turn(std::uint8_t mask, const Sizes& quanta) : strict_mask(mask), fair(quanta) {}

    bool is_strict(int c) const { return strict_mask >> c & 1; }
    void arrive(int c, std::int64_t size_B, Time now) {
        is_strict(c) ? strict.arrive(c, size_B, now) : fair.arrive(c, size_B, now);
    }
    int next(Time now) {
        const sched::Choice first = strict.next(now);
        return first.queue >= 0 ? first.queue : fair.next(now).queue;
    }
    void sent(int c, Time now, std::int64_t following_B) {
        is_strict(c) ? strict.sent(c, now, following_B) : fair.sent(c, now, following_B);
    }
    void hold(int c) { is_strict(c) ? strict.hold(c) : fair.hold(c); }
    // What arrived while it was held is known only now.
    void resume(int c, std::int64_t size_B, Time now) {
        if ((is_strict(c) ? strict.head[c] : fair.head[c]) == 0) return arrive(c, size_B, now);
        is_strict(c) ? strict.resume(c) : fair.resume(c);
    }
};

struct Line {
    std::uint32_t first = kNone, last = kNone;
    std::uint32_t packets = 0;
    std::uint32_t bytes = 0;
};

// Marks on the queue as it stands.
struct Marks {
    float from_B = 0, to_B = 0, most = 0;  // to_B 0: none

    double probability(std::int64_t backlog_B) const {
        return aqm::Ramp{from_B, to_B, most, false}.probability(static_cast<double>(backlog_B));
    }
};

struct Station {
    Turn turn;
    std::array<Line, kClasses> lines{};
    std::array<Marks, kClasses> ramps{};
    std::array<std::int64_t, kClasses> most_B{};
    std::array<std::uint32_t, kClasses> pauses{};
    std::array<Time, kClasses> paused_since{}, paused_for{};
    std::int32_t memory = -1;        // -1: without a limit, as in hosts
    std::int32_t account = 0;        // of class 0 at the way out
    std::int64_t limit_B = INT64_MAX;  // of each line, where there is no memory
    std::uint8_t paused = 0;
    bool busy = false;
    std::uint32_t leaving = kNone;   // the packet on the link, until its last bit
    std::uint64_t draws = 0;
    std::int32_t from = -1;          // where the one that leaves is counted at the way in
    std::uint16_t leaving_B = 0;
    std::uint8_t leaving_class = 0;
    std::uint32_t leaving_flow = kNone;  // of data in the NIC of its sender

    Station(std::uint8_t strict_mask, const Sizes& quanta) : turn(strict_mask, quanta) {}

    void push(Pool& pool, std::uint32_t at, Time now) {
        Packet& packet = pool[at];
        const int c = packet.traffic_class;
        Line& line = lines[c];
        packet.next = kNone;
        if (line.packets == 0) {
            line.first = at;
            if (!(paused >> c & 1)) turn.arrive(c, packet.size_B, now);
        } else {
            pool[line.last].next = at;
        }
        line.last = at;
        line.bytes += packet.size_B;
        most_B[c] = std::max<std::int64_t>(most_B[c], line.bytes);
        ++line.packets;
    }

    // The packet that goes next, or kNone.
    std::uint32_t pull(Pool& pool, Time now) {
        const int c = turn.next(now);
        if (c < 0) return kNone;
        Line& line = lines[c];
        const std::uint32_t at = line.first;
        line.first = pool[at].next;
        line.bytes -= pool[at].size_B;
        --line.packets;
        turn.sent(c, now, line.packets == 0 ? 0 : pool[line.first].size_B);
        return at;
    }

    void pause(int c, Time now) {
        ++pauses[c];
        if (paused >> c & 1) return;
        paused |= static_cast<std::uint8_t>(1 << c);
        paused_since[c] = now;
        if (lines[c].packets > 0) turn.hold(c);
    }
    void resume(Pool& pool, int c, Time now) {
        if (!(paused >> c & 1)) return;
        paused &= static_cast<std::uint8_t>(~(1 << c));
        paused_for[c] += now - paused_since[c];
        if (lines[c].packets > 0) turn.resume(c, pool[lines[c].first].size_B, now);
    }
};

}  // namespace easterly::packet
