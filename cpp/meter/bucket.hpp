// Token buckets, exact in integers. Credit is counted in bit ticks: a byte costs 8 x ticks per second of them, and a tick
// at `rate` bit/s earns `rate` of them. Nothing is divided, so nothing is rounded and nothing drifts.
#pragma once

#include <algorithm>
#include <cstdint>

namespace easterly::meter {

// Wide enough for any int64 burst, rate and time, with at most 2^60 ticks per second: below 2^127.
using Wide = __int128;

constexpr Wide bit_ticks(std::int64_t ticks_per_s, std::int64_t bytes) { return Wide{ticks_per_s} * 8 * bytes; }

struct Bucket {
    Wide depth = 0;
    Wide credit = 0;
    std::int64_t rate = 0;

    Bucket() = default;
    // Starts full.
    Bucket(std::int64_t rate_bps, std::int64_t burst_B, std::int64_t ticks_per_s)
        : depth(bit_ticks(ticks_per_s, burst_B)), credit(depth), rate(rate_bps) {}

    Wide earned(std::int64_t ticks) const { return Wide{rate} * ticks; }

    // Pours tokens in, and returns those that do not fit.
    Wide pour(Wide tokens) {
        const Wide filled = credit + tokens;
        credit = std::min(filled, depth);
        return filled - credit;
    }

    bool holds(Wide cost) const { return cost <= credit; }
};

// One bucket with a clock: a packet conforms if the bucket holds its size, and then takes it.
struct TokenBucket {
    Bucket bucket;
    std::int64_t ticks_per_s = 1;
    std::int64_t time = 0;

    TokenBucket(std::int64_t rate_bps, std::int64_t burst_B, std::int64_t ticks, std::int64_t start)
        : bucket(rate_bps, burst_B, ticks), ticks_per_s(ticks), time(start) {}

    // Not before `time`.
    void advance(std::int64_t at) {
        bucket.pour(bucket.earned(at - time));
        time = at;
    }

    bool conform(std::int64_t at, std::int64_t size) {
        advance(at);
        const Wide cost = bit_ticks(ticks_per_s, size);
        if (!bucket.holds(cost)) return false;
        bucket.credit -= cost;
        return true;
    }
};

}  // namespace easterly::meter
