#include "graph/graph.hpp"

namespace easterly::graph {

namespace {

Adjacency adjacency(const Graph& graph, std::span<const std::int32_t> near, std::span<const std::int32_t> far) {
    Adjacency table;
    table.ptr.assign(static_cast<std::size_t>(graph.nodes) + 1, 0);
    for (std::int32_t l = 0; l < graph.links(); ++l)
        if (graph.alive[l]) ++table.ptr[near[l] + 1];
    for (std::int32_t v = 0; v < graph.nodes; ++v) table.ptr[v + 1] += table.ptr[v];
    const auto total = static_cast<std::size_t>(table.ptr[graph.nodes]);
    table.link.resize(total);
    table.node.resize(total);
    table.cost.resize(total);
    std::vector<std::int32_t> next(table.ptr.begin(), table.ptr.end() - 1);
    for (std::int32_t l = 0; l < graph.links(); ++l) {
        if (!graph.alive[l]) continue;
        const std::int32_t row = next[near[l]]++;
        table.link[row] = l;
        table.node[row] = far[l];
        table.cost[row] = graph.cost[l];
    }
    return table;
}

}  // namespace

Adjacency leaving(const Graph& graph) { return adjacency(graph, graph.src, graph.dst); }

Adjacency entering(const Graph& graph) { return adjacency(graph, graph.dst, graph.src); }

}  // namespace easterly::graph
