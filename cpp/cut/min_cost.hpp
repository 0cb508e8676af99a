// Flow of least cost from supplies to demands.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graph/graph.hpp"
#include "paths/pulse.hpp"

namespace easterly::cut {

struct MinCost {
    double cost = 0.0;
    double unmet = 0.0;             // supply that cannot be shipped; as little as can be
    std::vector<double> flow;       // per link
    std::vector<double> potential;  // per node: what one unit there is worth
};

// Network simplex with strongly feasible bases (Cunningham 1976), in whole numbers: supplies and capacities on one
// grid, costs on another. The supply of a node that may not be passed through only leaves it, its demand only comes.
MinCost min_cost_flow(const graph::Graph& graph, std::span<const double> capacity, std::span<const double> supply,
                      paths::Pulse pulse);

}  // namespace easterly::cut
