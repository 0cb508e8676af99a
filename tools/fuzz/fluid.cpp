// Fair rates kept up to date are those found at one go, and every run of activities ends with all bytes where they belong.
#include <cmath>
#include <string>

#include "bytes.hpp"
#include "flow/max_min.hpp"
#include "fluid/engine.hpp"

namespace {

using namespace easterly::fluid;
using fuzz::Bytes;

// Few values, so that many things are equal; or any, but not so far apart that rounding errors of one are much to another.
double number(Bytes& bytes) { return bytes.flip() ? static_cast<double>(bytes.within(1, 6)) : 0.25 + bytes.real(0.0, 16.0); }

struct Held {
    std::vector<std::int32_t> link;
    std::vector<double> share;
    double weight = 1.0, cap = kInfinity;
    bool there = false;
};

Held held(Bytes& bytes, std::int64_t links) {
    Held made;
    const std::int64_t first = bytes.within(0, links - 1), hops = bytes.within(0, std::min<std::int64_t>(links, 5));
    for (std::int64_t i = 0; i < hops; ++i) {
        made.link.push_back(static_cast<std::int32_t>((first + i * (1 + first % 3)) % links));
        made.share.push_back(bytes.flip() ? 1.0 : number(bytes));
    }
    if (bytes.flip()) made.weight = number(bytes);
    if (bytes.flip()) made.cap = number(bytes);
    made.there = true;
    return made;
}

// The same at one go: a cap is a link of one's own.
std::vector<double> at_one_go(std::vector<double> capacity, const std::vector<Held>& flows) {
    std::vector<std::int64_t> ptr{0};
    std::vector<std::int32_t> link, bottleneck;
    std::vector<double> share, weight, rate;
    for (const Held& each : flows) {
        if (!each.there) continue;
        link.insert(link.end(), each.link.begin(), each.link.end());
        share.insert(share.end(), each.share.begin(), each.share.end());
        link.push_back(static_cast<std::int32_t>(capacity.size()));
        share.push_back(1.0);
        capacity.push_back(each.cap);
        ptr.push_back(static_cast<std::int64_t>(link.size()));
        weight.push_back(each.weight);
    }
    rate.resize(weight.size()), bottleneck.resize(weight.size());
    easterly::flow::max_min_rates({ptr, link, share}, capacity, weight, rate, bottleneck);
    return rate;
}

void rates(Bytes& bytes) {
    std::vector<double> capacity(static_cast<std::size_t>(bytes.within(1, 8)));
    for (double& each : capacity) each = bytes.flip() ? number(bytes) : bytes.flip() ? 0.0 : 4.0;
    Rates kept(capacity);
    std::vector<Held> flows(12);
    for (int left = 40; left > 0 && !bytes.done(); --left) {
        for (int changes = bytes.flip() ? 1 : 3; changes > 0; --changes) {
            const auto f = static_cast<std::size_t>(bytes.within(0, 11));
            if (bytes.byte() % 8 == 0) {
                const auto l = static_cast<std::size_t>(bytes.within(0, static_cast<std::int64_t>(capacity.size()) - 1));
                capacity[l] = bytes.flip() ? number(bytes) : 0.0;
                kept.set_capacity(static_cast<std::int32_t>(l), capacity[l]);
            } else if (flows[f].there) {
                kept.remove(static_cast<std::int32_t>(f));
                flows[f].there = false;
            } else {
                flows[f] = held(bytes, static_cast<std::int64_t>(capacity.size()));
                kept.add(static_cast<std::int32_t>(f), {flows[f].link, flows[f].share}, flows[f].weight, flows[f].cap);
            }
        }
        kept.solve();
        const std::vector<double> wanted = at_one_go(capacity, flows);
        std::size_t at = 0;
        for (std::size_t f = 0; f < flows.size(); ++f) {
            if (!flows[f].there) continue;
            const double x = kept.rate(static_cast<std::int32_t>(f)), y = wanted[at++];
            HOLDS(x == y || std::abs(x - y) <= 1e-9 * std::max({x, y, 1e-3}));
        }
    }
}

void activities(Bytes& bytes) {
    Engine engine;
    const auto links = bytes.within(1, 6);
    for (std::int64_t l = 0; l < links; ++l) engine.capacity_Bps.push_back(bytes.byte() % 8 == 0 ? kInfinity : number(bytes));
    for (std::int64_t left = bytes.flip() ? bytes.within(0, 3) : 0; left > 0; --left) engine.shares.tenant.push_back(number(bytes));
    if (!engine.shares.tenant.empty() && bytes.flip()) {
        for (int each = 0; each < 2; ++each) engine.shares.of_group.push_back(number(bytes));
        for (std::size_t each = 0; each < engine.shares.tenant.size(); ++each) engine.shares.group.push_back(bytes.flip() ? 1 : 0);
    }
    if (bytes.byte() % 4 == 0) engine.quantum_s = number(bytes);
    const auto whose = static_cast<std::int64_t>(engine.shares.tenant.size());
    engine.watched.push_back(0), engine.intervals = 4;
    if (engine.capacity_Bps[0] == kInfinity) engine.watched.clear();
    const auto count = static_cast<std::int32_t>(bytes.within(0, 20));
    std::vector<std::vector<std::int32_t>> followers(count);
    for (std::int32_t a = 0; a < count; ++a) {
        const Held path = held(bytes, links);
        engine.activities.push_back({bytes.flip() ? number(bytes) : 0.0, bytes.flip() ? number(bytes) : 0.0, bytes.flip() ? number(bytes) : 0.0,
                                     path.weight, path.cap, static_cast<std::int32_t>(bytes.byte() % 3), static_cast<std::int32_t>(bytes.within(0, whose)) - 1,
                                     static_cast<std::int64_t>(engine.link.size()), static_cast<std::int32_t>(path.link.size())});
        engine.link.insert(engine.link.end(), path.link.begin(), path.link.end());
        engine.share.insert(engine.share.end(), path.share.begin(), path.share.end());
        if (a > 0 && bytes.flip()) followers[bytes.within(0, a - 1)].push_back(a);
    }
    engine.follower_ptr.push_back(0);
    for (const auto& each : followers) {
        engine.follower.insert(engine.follower.end(), each.begin(), each.end());
        engine.follower_ptr.push_back(static_cast<std::int64_t>(engine.follower.size()));
    }
    for (int left = bytes.byte() % 6; left > 0 && count > 0; --left) {
        const auto l = static_cast<std::int32_t>(bytes.within(0, links - 1));
        if (bytes.flip() && engine.capacity_Bps[l] < kInfinity) {
            engine.capacities.push_back({number(bytes), l, bytes.flip() ? number(bytes) : 0.0});
        } else {
            const Held path = held(bytes, links);
            engine.reroutes.push_back({number(bytes), static_cast<std::int32_t>(bytes.within(0, count - 1)),
                                       static_cast<std::int64_t>(engine.link.size()), static_cast<std::int32_t>(path.link.size())});
            engine.link.insert(engine.link.end(), path.link.begin(), path.link.end());
            engine.share.insert(engine.share.end(), path.share.begin(), path.share.end());
        }
    }
    const bool rerouted = !engine.reroutes.empty();
    engine.begin();
    for (int slices = 0; engine.run(kInfinity, 7); ++slices) HOLDS(slices < 10'000);
    std::vector<double> carried, busy, wanted(engine.capacity_Bps.size(), 0.0);
    std::vector<std::int32_t> bound;
    engine.look(carried, busy, bound);
    std::int64_t open = 0;
    for (std::int32_t a = 0; a < count; ++a) {
        const Activity& each = engine.activities[a];
        open += engine.done[a] == kInfinity;
        HOLDS(!(engine.done[a] < engine.sends[a]) && !(engine.sends[a] < engine.begins[a]));
        HOLDS(bound[a] >= -1 && bound[a] < links);
        if (engine.done[a] < kInfinity)
            for (std::int64_t i = each.first; i < each.first + each.hops; ++i) wanted[engine.link[i]] += each.size_B * engine.share[i];
    }
    HOLDS(open == engine.open);
    for (std::int64_t l = 0; l < links; ++l) {
        HOLDS(busy[l] >= 0.0 && (engine.quantum_s > 0.0 || busy[l] <= engine.now() * (1 + 1e-9)));
        if (!rerouted && open == 0) HOLDS(std::abs(carried[l] - wanted[l]) <= 1e-9 * std::max(1.0, wanted[l]));
    }
    const Series kept = engine.series();
    HOLDS(engine.watched.empty() || kept.intervals() <= 4);
}

}  // namespace

void fuzz::target(Bytes bytes) { bytes.flip() ? rates(bytes) : activities(bytes); }
