// One limit enforced at many points: each point has a bucket of its own, and the rates are shared out anew after every
// interval, by what was offered. The rates always add up to the limit, so all points together never pass more than one
// bucket of that rate and of the depth of all buckets together would.
#pragma once

#include <span>
#include <vector>

#include "meter/bucket.hpp"

namespace easterly::meter {

// Max-min fair shares of `limit`: at least `least` each, no more than demand while another wants more; what nobody wants
// is spread evenly. Whole numbers that add up to the limit; needs least x points <= limit.
void share(std::int64_t limit, std::int64_t least, std::span<const std::int64_t> demand, std::span<std::int64_t> rate);

struct Cluster {
    std::vector<Bucket> bucket;
    std::vector<std::int64_t> since;  // tick up to which a bucket is filled
    std::vector<Wide> offered;        // bytes of the interval that runs
    std::int64_t limit, least, interval, ticks_per_s, time, began;
    bool even = false;  // nothing was offered in the interval that ended last, so that the shares are even

    // Starts with equal rates and full buckets of burst / points each.
    Cluster(std::int64_t limit_bps, std::int64_t least_bps, std::int64_t burst_B, std::int32_t points,
            std::int64_t interval_ticks, std::int64_t ticks, std::int64_t start);

    // Ends an interval that is over by then, and says whether there was one.
    bool turn(std::int64_t at) { return at - began >= interval && (end_interval(at), true); }

    void advance(std::int64_t at) {
        while (turn(at)) continue;
        time = at;
    }

    // After `advance(at)`.
    bool conform(std::int64_t at, std::int64_t size, std::int32_t point) {
        Bucket& own = bucket[point];
        own.pour(own.earned(at - since[point]));
        since[point] = at;
        offered[point] += size;
        even = even && size == 0;
        const Wide cost = bit_ticks(ticks_per_s, size);
        if (!own.holds(cost)) return false;
        own.credit -= cost;
        return true;
    }

   private:
    void end_interval(std::int64_t at);
    void share_out();
    std::int64_t demand(std::size_t point) const;
};

}  // namespace easterly::meter
