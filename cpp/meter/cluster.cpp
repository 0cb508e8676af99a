#include "meter/cluster.hpp"

#include <numeric>

namespace easterly::meter {

void share(std::int64_t limit, std::int64_t least, std::span<const std::int64_t> demand,
           std::span<std::int64_t> rate) {
    const auto points = static_cast<std::int64_t>(demand.size());
    std::vector<std::size_t> order(demand.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return demand[a] < demand[b]; });
    std::int64_t spare = limit - least * points, left = points;
    for (const std::size_t point : order) {
        const std::int64_t wanted = std::max<std::int64_t>(0, demand[point] - least);
        const std::int64_t given = std::min(wanted, spare / left--);
        rate[point] = least + given;
        spare -= given;
    }
    for (std::int64_t point = 0; point < points; ++point) rate[point] += spare / points + (point < spare % points);
}

Cluster::Cluster(std::int64_t limit_bps, std::int64_t least_bps, std::int64_t burst_B, std::int32_t points,
                 std::int64_t interval_ticks, std::int64_t ticks, std::int64_t start)
    : bucket(static_cast<std::size_t>(points), Bucket(0, burst_B / points, ticks)), since(bucket.size(), start),
      offered(bucket.size(), 0), limit(limit_bps), least(least_bps), interval(interval_ticks), ticks_per_s(ticks),
      time(start), began(start) {
    share_out();
}

// Intervals without any traffic after one without any change nothing: they are passed in one step.
void Cluster::end_interval(std::int64_t at) {
    if (even) {
        began += (at - began) / interval * interval;
    } else {
        began += interval;
        share_out();
    }
}

void Cluster::share_out() {
    std::vector<std::int64_t> wanted(bucket.size()), rate(bucket.size());
    for (std::size_t point = 0; point < bucket.size(); ++point) wanted[point] = demand(point);
    share(limit, least, wanted, rate);
    even = std::all_of(offered.begin(), offered.end(), [](Wide bytes) { return bytes == 0; });
    for (std::size_t point = 0; point < bucket.size(); ++point) {
        Bucket& own = bucket[point];
        own.pour(own.earned(began - since[point]));
        own.rate = rate[point];
        since[point] = began;
        offered[point] = 0;
    }
}

// Rate that was offered, in whole bit/s from above; more than the limit need not be told apart.
std::int64_t Cluster::demand(std::size_t point) const {
    const Wide byte = Wide{ticks_per_s} * 8;
    if (offered[point] > Wide{limit} * interval / byte) return limit;
    return static_cast<std::int64_t>((offered[point] * byte + interval - 1) / interval);
}

}  // namespace easterly::meter
