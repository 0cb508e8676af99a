// Where equal-cost multipath puts flows: shares per flow, and loads summed over flows.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graph/graph.hpp"

namespace easterly::graph {

struct Shares {
    std::vector<std::int64_t> ptr;
    std::vector<std::int32_t> link;
    std::vector<double> share;
};

// Share of each flow on each link when every node splits by weight over its next hops on cheapest paths.
Shares ecmp_shares(const Graph& graph, std::span<const double> weight, std::span<const std::int32_t> flow_src,
                   std::span<const std::int32_t> flow_dst);

// load[g * links + l]: sum over the flows of group g of amount times share, without storing shares.
// Flows are summed in an order of their own (destination, group, source, amount), not in the caller's.
void ecmp_loads(const Graph& graph, std::span<const double> weight, std::span<const std::int32_t> flow_src,
                std::span<const std::int32_t> flow_dst, std::span<const double> amount,
                std::span<const std::int32_t> group, std::span<double> load);

}  // namespace easterly::graph
