#include "graph/distances.hpp"

#include <algorithm>

#include "graph/search.hpp"

namespace easterly::graph {

void distances(const Graph& graph, std::span<const std::int32_t> sources, std::span<double> distance) {
    const Adjacency out = leaving(graph);
    Search search(out, graph.transit);
    std::fill(distance.begin(), distance.end(), kInfinity);
    for (std::size_t s = 0; s < sources.size(); ++s) {
        search.run(sources[s]);
        double* row = distance.data() + s * static_cast<std::size_t>(graph.nodes);
        for (const std::int32_t v : search.settled()) row[v] = search.distance(v);
    }
}

}  // namespace easterly::graph
