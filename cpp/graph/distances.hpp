// Distances from many sources.
#pragma once

#include "graph/graph.hpp"

namespace easterly::graph {

// distance[s * nodes + v]: cost of the cheapest path from sources[s] to v; infinity where there is none.
void distances(const Graph& graph, std::span<const std::int32_t> sources, std::span<double> distance);

}  // namespace easterly::graph
