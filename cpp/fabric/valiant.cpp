#include "fabric/valiant.hpp"

#include <algorithm>

namespace easterly::fabric {

void Halves::measure() {
    const std::int32_t n = routes_.shape().switches();
    std::vector<std::size_t> place(static_cast<std::size_t>(routes_.shape().links()));
    for (std::int32_t at = 0; at < n; ++at) {
        hops_.clear();
        routes_.torus()->ways(at, hops_);
        for (const Hop& hop : hops_) {
            place[static_cast<std::size_t>(hop.link)] = way_.size();
            way_.push_back(hop.link);
        }
    }
    leaving_.assign(way_.size(), 0.0);
    coming_.assign(way_.size(), 0.0);
    for (std::int32_t other = 0; other < n; ++other) {
        flood_.put(0, other, 1.0 / n);
        flood_.run(other, [&](std::int32_t link, double part) { leaving_[place[static_cast<std::size_t>(link)]] += part; });
    }
    for (std::int32_t other = 0; other < n; ++other) flood_.put(other, 0, 1.0 / n);
    flood_.run(0, [&](std::int32_t link, double part) { coming_[place[static_cast<std::size_t>(link)]] += part; });
}

// The links of a router to another group, and where they arrive: its own global links if it has any, else those of
// the peers that have, one step away.
void Halves::arrive(std::int32_t from, std::int32_t group) {
    const Dragonfly& fly = *routes_.dragonfly();
    steps_.clear();
    arrivals_.clear();
    spans_.clear();
    fly.spans(fly.group(from), group, spans_);
    const auto leave = [&](std::int32_t near, double share) {
        const auto own = std::count_if(spans_.begin(), spans_.end(), [&](const auto& s) { return s.near == near; });
        for (const Dragonfly::Span& s : spans_) {
            if (s.near != near) continue;
            steps_.push_back({s.link, share / static_cast<double>(own)});
            arrivals_.push_back({s.far, share / static_cast<double>(own)});
        }
        return own > 0;
    };
    if (leave(from, 1.0)) return;
    std::vector<std::int32_t> gates;
    for (const Dragonfly::Span& s : spans_)
        if (std::find(gates.begin(), gates.end(), s.near) == gates.end()) gates.push_back(s.near);
    for (const std::int32_t gate : gates) {
        const double share = 1.0 / static_cast<double>(gates.size());
        hops_.clear();
        fly.minimal_hops(from, gate, hops_);
        for (const Hop& hop : hops_) steps_.push_back({hop.link, share / static_cast<double>(hops_.size())});
        leave(gate, share);
    }
}

void Halves::add(std::int32_t from, std::int32_t to, double amount) {
    if (from == to) return;
    const Dragonfly* fly = routes_.dragonfly();
    if (!fly) {
        out_[from] += amount;
        in_[to] += amount;
        return;
    }
    const std::int32_t groups = fly->numbers().groups, home = fly->group(from), end = fly->group(to);
    if (home == end || groups < 3) {
        pair_[{to, from}] += amount;
        return;
    }
    for (std::int32_t g = 0; g < groups; ++g) {
        if (g == home || g == end) continue;
        const double part = amount / (groups - 2);
        entry_[{from, g}] += part;
        arrive(from, g);
        for (const Arrival& a : arrivals_) pair_[{to, a.router}] += part * a.share;
    }
}

}  // namespace easterly::fabric
