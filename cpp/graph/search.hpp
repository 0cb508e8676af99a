// Shortest-path search from one root over a fixed adjacency, with a workspace that is reused.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graph/graph.hpp"

namespace easterly::graph {

// Dijkstra (1959) with a 4-ary heap, or breadth-first search where all links cost the same.
//
// Nodes are ordered by (distance, hops, node number): a total order, so what is found does not depend on
// the order in which anything was asked for. A node that may not be passed through is reached, not left.
class Search {
public:
    Search(const Adjacency& adjacency, std::span<const bool> transit, bool uniform);

    // Settle nodes in order until none of `wanted` (a count of marked nodes) is left; -1 settles all.
    void run(std::int32_t root, std::span<const char> marked, std::int32_t wanted);
    void run(std::int32_t root) { run(root, {}, -1); }

    double distance(std::int32_t v) const { return distance_[v]; }
    std::int32_t hops(std::int32_t v) const { return hops_[v]; }
    const std::vector<std::int32_t>& settled() const { return settled_; }

    // Whether v comes strictly before u in the order of the search.
    bool nearer(std::int32_t v, std::int32_t u) const {
        return distance_[v] < distance_[u] || (distance_[v] == distance_[u] && hops_[v] < hops_[u]);
    }

private:
    struct Entry {
        double distance;
        std::int32_t hops;
        std::int32_t node;
        bool operator<(const Entry& other) const {
            if (distance != other.distance) return distance < other.distance;
            if (hops != other.hops) return hops < other.hops;
            return node < other.node;
        }
    };

    void clear();
    bool settle(std::int32_t v);
    bool leaves(std::int32_t v, std::int32_t root) const { return v == root || transit_[v]; }
    void breadth_first(std::int32_t root);
    void dijkstra(std::int32_t root);
    void push(Entry entry);
    Entry pop();

    const Adjacency& adjacency_;
    std::span<const bool> transit_;
    bool uniform_;
    std::vector<double> distance_;
    std::vector<std::int32_t> hops_;
    std::vector<std::int32_t> settled_;
    std::vector<std::int32_t> seen_;
    std::vector<Entry> heap_;
    std::span<const char> marked_;
    std::int32_t wanted_ = -1;
};

}  // namespace easterly::graph
