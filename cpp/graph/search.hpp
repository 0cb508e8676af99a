// Shortest-path search from one root over a fixed adjacency, with a workspace that is reused.
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "graph/graph.hpp"

namespace easterly::graph {

// Dijkstra (1959). Nodes wait in buckets just narrower than the cheapest link (Dinic 1978; Dial 1969 for whole
// numbers): what lies in the first bucket is final, for nothing can be added that is shorter. Where a link is free,
// or the dearest costs hundreds of times the cheapest, they wait in a 4-ary heap by (distance, hops, node number).
// Either order follows from the graph alone, not from what was asked for before or besides.
// A node that may not be passed through is reached, not left.
class Search {
public:
    Search(const Adjacency& adjacency, std::span<const bool> transit);

    // Settle nodes in order until none of `wanted` (a count of marked nodes) is left; -1 settles all.
    void run(std::int32_t root, std::span<const char> marked, std::int32_t wanted);
    void run(std::int32_t root) { run(root, {}, -1); }

    // Whether costs are alike enough for buckets.
    bool in_buckets() const { return per_width_ > 0.0; }

    // Nothing farther than `limit` is looked at from now on.
    void within(double limit) { limit_ = limit; }

    double distance(std::int32_t v) const { return distance_[v]; }
    std::int32_t hops(std::int32_t v) const { return hops_[v]; }
    const std::vector<std::int32_t>& settled() const { return settled_; }

    // Whether v comes strictly before u in the order of the search.
    bool nearer(std::int32_t v, std::int32_t u) const {
        return distance_[v] < distance_[u] || (distance_[v] == distance_[u] && hops_[v] < hops_[u]);
    }

private:
    // (distance, hops, node) as one number: a distance is not negative, so its bits order as it does.
    using Entry = unsigned __int128;
    static Entry entry(double distance, std::int32_t hops, std::int32_t node) {
        const auto low = static_cast<std::uint64_t>(hops) << 32 | static_cast<std::uint32_t>(node);
        return static_cast<Entry>(std::bit_cast<std::uint64_t>(distance)) << 64 | low;
    }
    static double distance_of(Entry e) { return std::bit_cast<double>(static_cast<std::uint64_t>(e >> 64)); }

    void clear();
    bool settle(std::int32_t v);
    bool leaves(std::int32_t v, std::int32_t root) const { return v == root || transit_[v]; }
    void measure();
    void buckets(std::int32_t root);
    void dijkstra(std::int32_t root);
    void push(Entry entry);
    Entry pop();

    const Adjacency& adjacency_;
    std::span<const bool> transit_;
    double per_width_ = 0.0;  // buckets per unit of cost; 0 where the heap serves
    std::vector<std::vector<std::int32_t>> bucket_;  // in turn: as many as the dearest link spans, and two
    std::vector<char> done_;
    std::vector<double> distance_;
    std::vector<std::int32_t> hops_;
    std::vector<std::int32_t> settled_;
    std::vector<std::int32_t> seen_;
    std::vector<Entry> heap_;
    std::span<const char> marked_;
    std::int32_t wanted_ = -1;
    double limit_ = kInfinity;
};

}  // namespace easterly::graph
