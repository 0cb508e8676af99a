// Equal-cost trees of many roots, and what they say about all pairs together.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graph/graph.hpp"
#include "paths/pulse.hpp"

namespace easterly::paths {

// One row per root and node: its distance, and the links by which cheapest paths lead there.
struct Trees {
    std::vector<double> distance;        // roots * nodes; infinite where there is no path within the limit
    std::vector<std::int64_t> ptr{0};    // roots * nodes + 1
    std::vector<std::int32_t> link;
};

// From each root (`towards` false): the last links of all cheapest paths to every node. Towards each root: the first
// links of all cheapest paths from every node, its equal-cost next hops. Nothing costlier than `limit` is looked at.
Trees trees(const graph::Graph& graph, std::span<const std::int32_t> roots, bool towards, double limit, Pulse pulse);

struct Summary {
    std::vector<double> eccentricity;       // per node: cost of the farthest end that it reaches
    std::vector<double> mean;               // per node: of the ends that it reaches; NaN for none
    std::vector<std::int64_t> reached;      // per node: ends that it reaches, without itself
    std::vector<std::int64_t> hops;         // pairs by hops of their shortest cheapest path
    std::vector<std::int64_t> path_counts;  // pairs by number of equal-cost paths, in powers of two
    double most_paths = 0.0;
    std::vector<double> carried;            // per link: what crosses it when every pair sends 1, split at each node
};

// Over all ordered pairs of different ends, one destination at a time: nothing of size N^2 is stored.
Summary summary(const graph::Graph& graph, std::span<const bool> ends, Pulse pulse);

}  // namespace easterly::paths
