// Path weights as whole numbers that hold cost and hops together: comparing one compares both.
#pragma once

#include <span>
#include <vector>

#include "graph/graph.hpp"
#include "paths/grid.hpp"

namespace easterly::paths {

// weight = (image of the cost << bits) + 1 per link, with bits enough for the hops of any simple path. Every link
// weighs something, so cheapest paths are simple, and sums are exact, so potentials of A* are too.
struct Scale {
    Grid grid;
    int bits = 1;
};

inline Scale scale_of(const graph::Graph& graph, int spare = 0) {
    const int bits = std::bit_width(static_cast<std::uint32_t>(graph.nodes)) + 1;
    std::vector<double> used;
    for (std::int32_t l = 0; l < graph.links(); ++l)
        if (graph.alive[l]) used.push_back(graph.cost[l]);
    return {grid_of(used, 2 * bits + spare), bits};
}

template <class T>
std::vector<T> weights(const graph::Graph& graph, const Scale& scale) {
    std::vector<T> made(static_cast<std::size_t>(graph.links()), 0);
    for (std::int32_t l = 0; l < graph.links(); ++l)
        if (graph.alive[l]) made[l] = (image<T>(graph.cost[l], scale.grid) << scale.bits) + 1;
    return made;
}

// The cost of a path as it is reported: summed link by link from its start.
inline double cost_of(const graph::Graph& graph, std::span<const std::int32_t> links) {
    double sum = 0.0;
    for (const std::int32_t l : links) sum += graph.cost[l];
    return sum;
}

}  // namespace easterly::paths
