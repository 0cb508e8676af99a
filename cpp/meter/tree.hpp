// Many token buckets, each below another or below none: a packet conforms if its bucket and all those above hold it.
#pragma once

#include <vector>

#include "meter/bucket.hpp"

namespace easterly::meter {

struct Tree {
    static constexpr std::int32_t kNone = -1;

    std::vector<Bucket> bucket;
    std::vector<std::int32_t> parent;  // an earlier bucket, or kNone
    std::vector<std::int64_t> since;   // tick up to which a bucket is filled
    std::int64_t ticks_per_s, time;

    Tree(std::vector<Bucket> buckets, std::vector<std::int32_t> above, std::int64_t ticks, std::int64_t start)
        : bucket(std::move(buckets)), parent(std::move(above)), since(bucket.size(), start), ticks_per_s(ticks),
          time(start) {}

    void fill(std::int32_t n, std::int64_t at) {
        bucket[n].pour(bucket[n].earned(at - since[n]));
        since[n] = at;
    }

    void advance(std::int64_t at) {
        for (std::size_t n = 0; n < bucket.size(); ++n) fill(static_cast<std::int32_t>(n), at);
        time = at;
    }

    // Takes the size from bucket n and all above, or from none. Returns the lowest that cannot give it, or kNone.
    std::int32_t refused(std::int64_t at, std::int64_t size, std::int32_t n) {
        const Wide cost = bit_ticks(ticks_per_s, size);
        time = at;
        for (std::int32_t up = n; up != kNone; up = parent[up]) {
            fill(up, at);
            if (!bucket[up].holds(cost)) return up;
        }
        for (std::int32_t up = n; up != kNone; up = parent[up]) bucket[up].credit -= cost;
        return kNone;
    }
};

}  // namespace easterly::meter
