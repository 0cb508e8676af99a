// The k cheapest loopless paths of many pairs.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graph/graph.hpp"
#include "paths/pulse.hpp"

namespace easterly::paths {

// Paths in columns: those of pair p are rows pair_ptr[p] .. pair_ptr[p + 1], the links of row r are
// link[path_ptr[r]] .. link[path_ptr[r + 1]].
struct PathTable {
    std::vector<std::int64_t> pair_ptr{0};
    std::vector<std::int64_t> path_ptr{0};
    std::vector<std::int32_t> link;
    std::vector<double> cost;

    void add(const graph::Graph& graph, std::span<const std::int32_t> links);
    void close_pair() { pair_ptr.push_back(static_cast<std::int64_t>(cost.size())); }
};

// Yen (1971) with Lawler's rule (1972: no deviation is made twice) and exact potentials from one tree per
// destination. Ordered by cost, then hops, then link numbers from the source on.
PathTable k_shortest(const graph::Graph& graph, std::span<const std::int32_t> pair_src,
                     std::span<const std::int32_t> pair_dst, std::int32_t k, Pulse pulse);

}  // namespace easterly::paths
