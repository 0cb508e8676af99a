#include "graph/distances.hpp"

#include <algorithm>

#include "graph/radix.hpp"
#include "graph/search.hpp"

namespace easterly::graph {

void distances(const Graph& graph, std::span<const std::int32_t> sources, std::span<double> distance) {
    const Adjacency out = leaving(graph);
    Search search(out, graph.transit);
    Radix radix(out, graph.transit);
    std::fill(distance.begin(), distance.end(), kInfinity);
    const auto nodes = static_cast<std::size_t>(graph.nodes);
    for (std::size_t s = 0; s < sources.size(); ++s) {
        const auto row = distance.subspan(s * nodes, nodes);
        if (!search.in_buckets()) {
            radix.run(sources[s], row);
            continue;
        }
        search.run(sources[s]);
        for (const std::int32_t v : search.settled()) row[v] = search.distance(v);
    }
}

}  // namespace easterly::graph
