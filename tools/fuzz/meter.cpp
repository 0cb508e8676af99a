// Meters: credit stays within its bucket, colours obey their rules, and clusters never pass more than their limit.
#include "bytes.hpp"
#include "meter/cluster.hpp"
#include "meter/leaky.hpp"
#include "meter/markers.hpp"
#include "meter/tree.hpp"

namespace {

using namespace easterly::meter;
using fuzz::Bytes;

constexpr std::int64_t kLargest = INT64_MAX, kMostTicks = std::int64_t{1} << 60;

std::int64_t any(Bytes& bytes) { return bytes.within(0, kLargest); }

void full(const Bucket& bucket) { HOLDS(bucket.credit >= 0 && bucket.credit <= bucket.depth); }

// Clocks run within these bounds, from `start` on; sizes, rates and bursts are any that the front takes.
template <class Marker>
void mark(Bytes& bytes, Marker marker) {
    std::int64_t now = marker.time;
    while (!bytes.done()) {
        now = bytes.within(now, kLargest);
        const auto given = static_cast<Colour>(bytes.within(0, 2));
        const Marker before = marker;
        const std::int64_t size = any(bytes);
        const Colour found = marker.mark(now, size, given);
        HOLDS(found >= given);
        full(marker.committed);
        full(marker.second);
        Marker refilled = before;
        refilled.advance(now);
        const Wide cost = bit_ticks(marker.ticks_per_s, size);
        HOLDS(refilled.committed.credit - marker.committed.credit == (found == Colour::green ? cost : Wide{0}));
        const bool two = std::is_same_v<Marker, TwoRate> && found == Colour::green;
        HOLDS(refilled.second.credit - marker.second.credit == (two || found == Colour::yellow ? cost : Wide{0}));
    }
}

void bucket(Bytes& bytes, std::int64_t ticks, std::int64_t start) {
    TokenBucket own(any(bytes), any(bytes), ticks, start);
    while (!bytes.done()) {
        own.conform(bytes.within(own.time, kLargest), any(bytes));
        full(own.bucket);
    }
}

void gcra(Bytes& bytes, std::int64_t start) {
    Gcra own(any(bytes), any(bytes), bytes.within(1, kLargest), bytes.flip(), start);
    while (!bytes.done()) {
        const std::int64_t now = bytes.within(own.time, kLargest);
        own.conform(now, any(bytes));
        HOLDS(own.level >= 0 && own.time == now);
    }
}

void shaper(Bytes& bytes, std::int64_t ticks) {
    constexpr std::int64_t last = std::int64_t{1} << 62;
    Shaper own(bytes.within(1, kLargest), any(bytes), any(bytes), ticks, bytes.within(0, last));
    if (!own.drains()) return;
    std::int64_t left = 0;
    while (!bytes.done()) {
        const std::int64_t now = bytes.within(own.time, last), departure = own.offer(now, any(bytes));
        HOLDS(departure == Shaper::kDropped || (departure >= now && departure >= left));
        if (departure != Shaper::kDropped) left = departure;
    }
}

void tree(Bytes& bytes, std::int64_t ticks, std::int64_t start) {
    std::vector<Bucket> buckets;
    std::vector<std::int32_t> above;
    for (std::int64_t n = bytes.within(1, 12); n-- > 0;) {
        above.push_back(static_cast<std::int32_t>(bytes.within(-1, static_cast<std::int64_t>(buckets.size()) - 1)));
        const std::int64_t rate = any(bytes);
        buckets.emplace_back(rate, any(bytes), ticks);
    }
    const auto count = static_cast<std::int64_t>(buckets.size());
    Tree own(std::move(buckets), std::move(above), ticks, start);
    while (!bytes.done()) {
        const std::int64_t now = bytes.within(own.time, kLargest), size = any(bytes);
        const std::int32_t stopped = own.refused(now, size, static_cast<std::int32_t>(bytes.within(0, count - 1)));
        HOLDS(stopped >= Tree::kNone && stopped < count);
        for (const Bucket& each : own.bucket) full(each);
    }
}

void cluster(Bytes& bytes, std::int64_t ticks, std::int64_t start) {
    const std::int64_t limit = any(bytes), points = bytes.within(1, 9), least = bytes.within(0, limit / points);
    const std::int64_t burst = any(bytes);
    Cluster own(limit, least, burst, static_cast<std::int32_t>(points), bytes.within(1, kLargest), ticks, start);
    Wide passed = 0, most = bit_ticks(ticks, burst);
    std::int64_t now = start;
    while (!bytes.done()) {
        now = bytes.within(now, kLargest);
        const std::int64_t size = any(bytes), point = bytes.within(0, points - 1);
        own.advance(now);
        const bool conforms = own.conform(now, size, static_cast<std::int32_t>(point));
        std::int64_t rates = 0;
        for (const Bucket& each : own.bucket) {
            full(each);
            HOLDS(each.rate >= least);
            rates += each.rate;
        }
        HOLDS(rates == limit);
        const Wide cost = bit_ticks(ticks, size);
        if (conforms && passed < most) passed += cost;
        if (passed < most) HOLDS(passed <= most + Wide{limit} * (now - start));
    }
}

}  // namespace

void fuzz::target(Bytes bytes) {
    const std::int64_t ticks = bytes.within(1, kMostTicks), start = bytes.within(0, kLargest);
    const std::uint8_t kind = bytes.byte() % 8;
    const std::int64_t a = any(bytes), b = any(bytes), c = any(bytes), d = any(bytes);
    if (kind == 0) mark(bytes, SingleRate(a, b, c, ticks, start));
    if (kind == 1) mark(bytes, TwoRate(a, b, c, d, ticks, start));
    if (kind == 2) mark(bytes, Differential(a, b, c, d, bytes.flip(), ticks, start));
    if (kind == 3) bucket(bytes, ticks, start);
    if (kind == 4) gcra(bytes, start);
    if (kind == 5) shaper(bytes, ticks);
    if (kind == 6) tree(bytes, ticks, start);
    if (kind == 7) cluster(bytes, ticks, start);
}
