// Maximum flows and minimum cuts of many pairs.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graph/graph.hpp"
#include "paths/pulse.hpp"

namespace easterly::cut {

// Ragged rows of numbers, one row per pair.
struct Rows {
    std::vector<std::int64_t> ptr{0};
    std::vector<std::int32_t> idx;

    void close() { ptr.push_back(static_cast<std::int64_t>(idx.size())); }
};

struct Wanted {
    bool cuts = false;   // links of both cuts, and the nodes on the source's side
    bool flows = false;  // flow of every link that carries any
};

// `near`: the cut closest to the source; `far`: the one closest to the destination.
struct MaxFlows {
    std::vector<double> value;
    Rows near_link, near_node, far_link, far_node, flow_link;
    std::vector<double> flow;  // by entry of flow_link
};

// Shortest augmenting paths, met in the middle (Edmonds & Karp 1972, searched from both ends); where they get many,
// blocking flows (Dinic 1970). Capacities are whole numbers on a grid, so residuals are exact.
MaxFlows max_flows(const graph::Graph& graph, std::span<const double> capacity,
                   std::span<const std::int32_t> pair_src, std::span<const std::int32_t> pair_dst, Wanted wanted,
                   paths::Pulse pulse);

}  // namespace easterly::cut
