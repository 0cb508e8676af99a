// A queue in front of a line of constant rate: what becomes of each packet, and when it has been sent.
#pragma once

#include <cstdint>
#include <span>

#include "aqm/packet.hpp"
#include "random/mix.hpp"

namespace easterly::aqm {

// Draws named by (seed, entity, counter).
struct Draws {
    std::uint64_t key = 0, counter = 0;
    Draws(std::uint64_t seed, std::uint64_t entity) : key(random::mix(seed, entity)) {}
    double next() { return random::unit(random::mix(key, counter++)); }
};

// When the line is free: `tick` and a fraction of a tick in units of 1 / rate, so that nothing drifts.
struct Line {
    std::int64_t rate_bps = 0, ticks_per_s = 0;
    std::int64_t tick = 0, part = 0;

    // The first whole tick at which the line is free.
    std::int64_t free_at() const { return tick + (part > 0); }
    void idle_until(std::int64_t now) {
        tick = now;
        part = 0;
    }
    void send(std::int64_t size_B) {
        const __int128 work = static_cast<__int128>(size_B) * 8 * ticks_per_s + part;
        tick += static_cast<std::int64_t>(work / rate_bps);
        part = static_cast<std::int64_t>(work % rate_bps);
    }
};

struct Arrivals {
    std::span<const std::int64_t> time, size_B;
    std::span<const std::int32_t> flow;    // empty: 0
    std::span<const std::int8_t> colour;   // empty: 0
    std::span<const std::uint8_t> ecn;     // empty: not capable
    std::span<const double> draw;          // empty: drawn

    Packet packet(std::size_t i) const {
        Packet p;
        p.size_B = size_B[i];
        p.since = time[i];
        p.id = static_cast<std::int64_t>(i);
        if (!flow.empty()) p.flow = flow[i];
        if (!colour.empty()) p.colour = colour[i];
        if (!ecn.empty()) p.ecn = ecn[i];
        return p;
    }
};

struct Fates {
    std::span<std::int8_t> verdict;
    std::span<std::int64_t> departure;  // tick at which the last bit has left, -1: dropped
    std::span<std::int64_t> backlog_B;  // what an arrival finds waiting
};

// Plays all arrivals and then drains the queue. At one instant a line that becomes free comes before an arrival.
template <class Queue>
void serve(Queue& queue, Line line, const Arrivals& arrivals, Draws& draws, const Fates& fates) {
    auto lost = [&](const Packet& p) {
        fates.verdict[static_cast<std::size_t>(p.id)] = static_cast<std::int8_t>(Verdict::late);
        fates.departure[static_cast<std::size_t>(p.id)] = -1;
    };
    auto send = [&] {
        Packet p;
        if (!queue.take(line.free_at(), p, lost)) return;
        line.send(p.size_B);
        const auto at = static_cast<std::size_t>(p.id);
        fates.verdict[at] = static_cast<std::int8_t>(p.marked ? Verdict::marked : Verdict::kept);
        fates.departure[at] = line.free_at();
    };
    for (std::size_t i = 0; i < arrivals.time.size(); ++i) {
        const std::int64_t now = arrivals.time[i];
        while (queue.packets() > 0 && line.free_at() <= now) send();
        fates.backlog_B[i] = queue.bytes();
        fates.departure[i] = -1;
        const double drawn = draws.next();
        const Verdict verdict = queue.offer(arrivals.packet(i), arrivals.draw.empty() ? drawn : arrivals.draw[i], lost);
        if (verdict == Verdict::refused) fates.verdict[i] = static_cast<std::int8_t>(verdict);
        if (line.free_at() <= now && queue.packets() > 0) {
            line.idle_until(now);
            send();
        }
    }
    while (queue.packets() > 0) send();
}

}  // namespace easterly::aqm
