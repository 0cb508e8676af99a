// The leaky bucket, in its two meanings: as a meter, which judges packets, and as a queue, which delays them.
#pragma once

#include "meter/bucket.hpp"

namespace easterly::meter {

// GCRA(T, tau) of ITU-T I.371, annex A, as the continuous-state leaky bucket. `level` is how far the theoretical arrival
// time is ahead of the clock, counted in parts of a tick (`parts` to one), so that T and tau may be any rationals.
struct Gcra {
    std::int64_t increment, tolerance, parts;
    bool by_size;  // T is per byte, not per packet
    std::int64_t time;
    Wide level = 0;

    Gcra(std::int64_t each, std::int64_t tau, std::int64_t parts_per_tick, bool sized, std::int64_t start)
        : increment(each), tolerance(tau), parts(parts_per_tick), by_size(sized), time(start) {}

    void advance(std::int64_t at) {
        level = std::max<Wide>(0, level - Wide{parts} * (at - time));
        time = at;
    }

    bool conform(std::int64_t at, std::int64_t size) {
        advance(at);
        if (level > tolerance) return false;
        level += by_size ? Wide{increment} * size : Wide{increment};
        return true;
    }
};

// A queue that drains at a constant rate, after a burst that passes at once. `level` is what has come in and has not
// drained; a packet leaves when all but the burst of what came up to it has drained: the greedy shaper of Le Boudec &
// Thiran 2001, theorem 1.5.1, for packets counted at their last bit. A packet that does not fit is dropped.
struct Shaper {
    static constexpr std::int64_t kDropped = -1;

    Wide depth, burst, level = 0;
    std::int64_t rate, ticks_per_s, time;

    // The rate is above 0, and burst and queue drain in less than 2^62 ticks: see `drains`.
    Shaper(std::int64_t rate_bps, std::int64_t burst_B, std::int64_t queue_B, std::int64_t ticks, std::int64_t start)
        : depth(bit_ticks(ticks, burst_B) + bit_ticks(ticks, queue_B)), burst(bit_ticks(ticks, burst_B)),
          rate(rate_bps), ticks_per_s(ticks), time(start) {}

    bool drains() const { return depth <= Wide{rate} * ((std::int64_t{1} << 62) - 1); }

    void advance(std::int64_t at) {
        level = std::max<Wide>(0, level - Wide{rate} * (at - time));
        time = at;
    }

    // Tick in which the last bit leaves, rounded up; kDropped where the queue cannot hold the packet.
    std::int64_t offer(std::int64_t at, std::int64_t size) {
        advance(at);
        const Wide filled = level + bit_ticks(ticks_per_s, size);
        if (filled > depth) return kDropped;
        level = filled;
        return level <= burst ? at : at + ticks(level - burst);
    }

    std::int64_t ticks(Wide amount) const {
        const Wide rounded = amount + rate - 1;
        if (rounded >> 63 == 0) return static_cast<std::int64_t>(rounded) / rate;  // a division that is much cheaper
        return static_cast<std::int64_t>(rounded / rate);
    }
};

}  // namespace easterly::meter
