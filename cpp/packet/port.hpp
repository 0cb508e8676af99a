// A link and the queue before it, served first in, first out: what waits follows from when the link will be free, so that
// a packet costs one event, its arrival at the other end.
#pragma once

#include <cstdint>
#include <limits>
#include <numeric>

#include "packet/wheel.hpp"

namespace easterly::packet {

inline constexpr Time kPerSecond = 1'000'000'000'000;
inline constexpr Time kNever = std::numeric_limits<Time>::max();

struct Port {
    Time free_at = 0;          // when the last bit of what waits has left
    std::int64_t per_B = 0;    // parts of a picosecond that a byte takes
    Time delay = 0;            // from the last bit on the link to the first decision behind it
    Time limit = kNever;       // most that may wait, with the packet itself, as time on the link
    Time mark_from = kNever;   // backlog from which packets may be marked
    std::int64_t sent_B = 0;
    std::int64_t parts = 1;    // parts of a picosecond; `rest` of them are left over
    std::int64_t rest = 0;

    void set_rate(std::int64_t rate_bps) {
        const __int128 bits = static_cast<__int128>(8) * kPerSecond;
        const auto common = std::gcd(static_cast<std::int64_t>(bits % rate_bps), rate_bps);
        parts = rate_bps / common;
        per_B = static_cast<std::int64_t>(bits / common);
        rest = 0;
    }
    Time takes(std::int64_t size_B) const {
        return parts == 1 ? size_B * per_B : static_cast<Time>(static_cast<__int128>(size_B) * per_B / parts);
    }
    // When the last bit of what was taken in has left, in whole picoseconds.
    Time ends() const { return free_at + (rest != 0); }
    Time waits(Time now) const { return free_at > now ? free_at - now : 0; }

    // The packet is the last in the queue. What is left of a picosecond is carried on, so that nothing drifts.
    void serve(Time now, std::int64_t size_B) {
        if (free_at <= now) {
            free_at = now;
            rest = 0;
        }
        sent_B += size_B;
        if (parts == 1) {
            free_at += size_B * per_B;
            return;
        }
        const __int128 work = static_cast<__int128>(size_B) * per_B + rest;
        free_at += static_cast<Time>(work / parts);
        rest = static_cast<std::int64_t>(work % parts);
    }
};
static_assert(sizeof(Port) == 64);

}  // namespace easterly::packet
