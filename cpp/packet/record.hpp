// What is written down while packets run, where it was asked for. A link that is watched is taken off the fast path, so
// that the others pay nothing.
#pragma once

#include <cstdint>
#include <vector>

#include "packet/depths.hpp"
#include "packet/packet.hpp"
#include "packet/port.hpp"
#include "packet/station.hpp"

namespace easterly::packet {

enum class Seen : std::uint8_t { enqueued = 0, marked = 1, dropped = 2, sent = 3, lost = 4, delivered = 5 };

// One thing that happened to one packet. `sent`: its last bit has left; known, and written, before that.
struct Sight {
    Time time;
    std::int32_t link;
    std::uint32_t flow, seq;
    std::uint16_t size_B;
    std::uint8_t flags, traffic_class;
    Seen what;
};

// Depth of one line: picoseconds of work where a port is first in, first out, and bytes that wait in each class elsewhere.
struct Gauged {
    std::int32_t link;
    Time since = 0;
    std::int64_t depth = 0;
    Depths depths;

    // First in, first out: what was there falls at one picosecond per picosecond.
    void drained(Time now) {
        const Time passed = now - since;
        const std::int64_t left = std::max<std::int64_t>(0, depth - passed);
        depths.fall(depth, left);
        depths.stay(0, passed - (depth - left));
        since = now;
        depth = left;
    }
    void stood(Time now) {
        depths.stay(depth, now - since);
        since = now;
    }
};

struct Record {
    enum Watch : std::uint8_t { kDepth = 1, kTrace = 2 };

    // What was asked for.
    Time every = 0;                         // 0: no samples
    std::vector<std::int32_t> sampled;      // links
    std::vector<std::int32_t> group;        // of each flow, -1: none; empty: no groups
    std::int32_t groups = 0;
    std::vector<std::uint8_t> watch;        // of each link; empty: none is watched
    std::vector<std::uint8_t> traced;       // of each flow; empty: all
    std::uint64_t trace_left = 0;           // sights that may still be written
    std::uint64_t samples_left = 0;
    bool arrivals = false;                  // whether the flows that are done are written down

    // What was seen since it was last asked for.
    std::vector<Time> at;                   // of samples
    std::vector<std::int64_t> backlog_B, sent_B, drops, marks, paused_ps;  // samples x links
    std::vector<std::int64_t> class_B;      // samples x links x classes
    std::vector<std::int64_t> delivered;    // samples x groups, packets in order
    std::vector<std::int64_t> memory_B;     // samples x memories
    std::vector<Sight> sights;
    std::vector<std::uint32_t> done, done_messages;  // in the order in which all had arrived

    std::vector<std::int32_t> gauge;        // of each link: the first of its gauges, -1: none
    std::vector<Gauged> gauges;
    std::vector<Time> limit;                // of each link that is watched
    Time next = 0;
    bool ended = false;
    std::uint64_t untold = 0;               // sights beyond the limit

    bool sampling() const { return every > 0 && !ended && samples_left > 0; }
    bool full() const { return at.size() * (sampled.size() + 1) >= kMost || sights.size() >= kMost; }
    bool watches(std::int32_t link, Watch what) const { return !watch.empty() && watch[link] & what; }

    void note(Seen what, Time time, std::int32_t link, const Packet& packet);

private:
    static constexpr std::size_t kMost = std::size_t{1} << 20;
};

}  // namespace easterly::packet
