// A port with queues of its own: a scheduler over classes, pauses, and packets counted in the memory of their switch.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "aqm/red.hpp"
#include "packet/packet.hpp"
#include "packet/shaper.hpp"
#include "packet/turn.hpp"

namespace easterly::packet {

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

// What of a port is not asked for by every packet.
struct Details {
    std::array<std::uint32_t, kClasses> pauses{}, resumes{};  // frames that were heard; ends of pauses
    std::array<Time, kClasses> paused_since{}, paused_for{};
    std::array<Time, kClasses> until{};          // a pause that is not repeated ends by itself
    std::array<std::int32_t, kClasses> root;     // link whose queue made the pause; -1: none is known
    std::array<std::int64_t, kClasses> limit_B, limit_packets;
    std::array<Shaper, kClasses> shapers;
    std::array<std::int32_t, kClasses> manager;  // -1: none
    std::array<std::int32_t, kClasses> marker;   // of colours; -1: none
    Shaper shaper;                               // of the port
    std::int32_t scheduling = -1;                // -1: the turn of the station
    Time asked = kNever;                         // when it has a wake event on its way
    std::uint8_t heard = 0, ignored = 0;         // pauses as received; those that a watchdog sets aside
    std::uint8_t dropping = 0;                   // classes whose packets a watchdog drops
    std::uint8_t repeating = 0;                  // pauses that this link's far end repeats
    std::uint8_t ramps_leaving = 0;              // classes whose ramp marks what leaves

    Details() {
        limit_B.fill(INT64_MAX), limit_packets.fill(INT64_MAX);
        root.fill(-1), manager.fill(-1), marker.fill(-1);
    }
};

// What a port has beyond lines, marks and turns, which costs time: `Station::special`.
enum Special : std::uint8_t { kScheduled = 1, kManaged = 2, kLimited = 4, kShaped = 8, kPortShaped = 16, kDropping = 32 };

struct Station {
    std::int32_t memory = -1;        // -1: without a limit, as in hosts
    std::int32_t account = 0;        // of class 0 at the way out
    std::int32_t from = -1;          // where the one that leaves is counted at the way in
    std::uint32_t leaving_flow = kNone;  // of data in the NIC of its sender
    std::uint32_t draws = 0;
    std::uint16_t leaving_B = 0;
    std::uint8_t leaving_class = 0;
    bool busy = false;
    bool unseen = false;  // the one that leaves has no event
    std::uint8_t paused = 0, spent = 0;   // classes that may not send: paused, or out of tokens
    std::uint8_t waiting = 0;             // classes with packets
    std::uint8_t special = 0;
    std::uint8_t ramped = 0, drops = 0;   // classes with a ramp for what joins, and those where it drops
    std::uint8_t leaving = 0;             // classes of which something is asked when they leave
    std::array<Line, kClasses> lines{};
    std::array<Marks, kClasses> ramps{};
    std::array<std::uint32_t, kClasses> most_B{};
    Turn turn;

    Station(std::uint8_t strict_mask, const Sizes& quanta) : turn(strict_mask, quanta) {}

    std::uint8_t held() const { return paused | spent; }
    bool holds(int c) const { return held() >> c & 1; }

    // Joins the end of its line.
    void append(Pool& pool, std::uint32_t at) {
        Packet& packet = pool[at];
        const int c = packet.traffic_class;
        Line& line = lines[c];
        packet.next = kNone;
        if (line.packets == 0) line.first = at;
        else pool[line.last].next = at;
        line.last = at;
        ++line.packets;
        grow(c, packet.size_B);
    }
    void grow(int c, std::uint32_t size_B) {
        waiting |= static_cast<std::uint8_t>(1 << c);
        lines[c].bytes += size_B;
        most_B[c] = std::max(most_B[c], lines[c].bytes);
    }
    // Leaves its line; the first of a line that has one.
    std::uint32_t take(Pool& pool, int c) {
        Line& line = lines[c];
        const std::uint32_t at = line.first;
        line.first = pool[at].next;
        --line.packets;
        shrink(c, pool[at].size_B);
        return at;
    }
    void shrink(int c, std::uint32_t size_B) {
        lines[c].bytes -= size_B;
        if (lines[c].packets == 0) waiting &= static_cast<std::uint8_t>(~(1 << c));
    }
    std::int64_t head_B(Pool& pool, int c) const { return lines[c].packets == 0 ? 0 : pool[lines[c].first].size_B; }

    // The simple port: no more than lines, marks, pauses, and its turn.
    void push(Pool& pool, std::uint32_t at, Time now) {
        const Packet& packet = pool[at];
        const int c = packet.traffic_class;
        if (lines[c].packets == 0 && !holds(c)) turn.arrive(c, packet.size_B, now);
        append(pool, at);
    }
    // The packet that goes next, or kNone.
    std::uint32_t pull(Pool& pool, Time now) {
        const int c = turn.next(now);
        if (c < 0) return kNone;
        const std::uint32_t at = take(pool, c);
        turn.sent(c, now, head_B(pool, c));
        return at;
    }
};

}  // namespace easterly::packet
