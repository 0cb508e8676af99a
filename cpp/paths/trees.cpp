#include "paths/trees.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "graph/search.hpp"

namespace easterly::paths {

namespace {

// Cheapest links of v towards the root, in the order of their numbers: `fan` lists what leaves v in that direction.
template <class Use>
void choices(const graph::Graph& graph, const graph::Search& search, const graph::Adjacency& fan, std::int32_t root,
             std::int32_t v, Use&& use) {
    if (v == root) return;
    const double limit = search.distance(v) * (1.0 + graph::kEqualCost);
    for (std::int32_t row = fan.ptr[v]; row < fan.ptr[v + 1]; ++row) {
        const std::int32_t u = fan.node[row];
        if (u != root && !graph.transit[u]) continue;
        if (search.nearer(u, v) && search.distance(u) + fan.cost[row] <= limit) use(fan.link[row], u);
    }
}

}  // namespace

Trees trees(const graph::Graph& graph, std::span<const std::int32_t> roots, bool towards, double limit, Pulse pulse) {
    const graph::Adjacency out = graph::leaving(graph), in = graph::entering(graph);
    graph::Search search(towards ? in : out, graph.transit);
    search.within(limit * (1.0 + graph::kEqualCost));  // 0.1 + 0.2 is within 0.3
    Trees made;
    made.distance.assign(roots.size() * static_cast<std::size_t>(graph.nodes), graph::kInfinity);
    for (std::size_t r = 0; r < roots.size(); ++r) {
        pulse.beat();
        search.run(roots[r]);
        double* row = made.distance.data() + r * static_cast<std::size_t>(graph.nodes);
        for (const std::int32_t v : search.settled()) row[v] = search.distance(v);
        for (std::int32_t v = 0; v < graph.nodes; ++v) {
            if (row[v] < graph::kInfinity)
                choices(graph, search, towards ? out : in, roots[r], v,
                        [&](std::int32_t link, std::int32_t) { made.link.push_back(link); });
            made.ptr.push_back(static_cast<std::int64_t>(made.link.size()));
        }
    }
    return made;
}

namespace {

// One destination's tree, walked up for hops and paths, and down for loads.
class Tally {
public:
    Tally(const graph::Graph& graph, std::span<const bool> ends, Summary& made)
        : graph_(graph), ends_(ends), made_(made), out_(graph::leaving(graph)), in_(graph::entering(graph)),
          search_(in_, graph.transit), hops_(graph.nodes), paths_(graph.nodes), value_(graph.nodes) {}

    void add(std::int32_t root) {
        search_.run(root);
        for (const std::int32_t v : search_.settled()) climb(root, v);
        for (auto v = search_.settled().rbegin(); v != search_.settled().rend(); ++v) carry(root, *v);
    }

private:
    void climb(std::int32_t root, std::int32_t v) {
        value_[v] = ends_[v] ? 1.0 : 0.0;
        hops_[v] = v == root ? 0 : graph_.nodes;
        paths_[v] = v == root ? 1.0 : 0.0;
        if (v == root) return;
        choices(graph_, search_, out_, root, v, [&](std::int32_t, std::int32_t u) {
            hops_[v] = std::min(hops_[v], hops_[u] + 1);
            paths_[v] += paths_[u];
        });
        if (ends_[v]) count(v);
    }

    void count(std::int32_t v) {
        made_.eccentricity[v] = std::max(made_.eccentricity[v], search_.distance(v));
        made_.mean[v] += search_.distance(v);
        ++made_.reached[v];
        bump(made_.hops, static_cast<std::size_t>(hops_[v]));
        bump(made_.path_counts, static_cast<std::size_t>(std::ilogb(paths_[v])));
        made_.most_paths = std::max(made_.most_paths, paths_[v]);
    }

    static void bump(std::vector<std::int64_t>& bins, std::size_t bin) {
        if (bins.size() <= bin) bins.resize(bin + 1, 0);
        ++bins[bin];
    }

    void carry(std::int32_t root, std::int32_t v) {
        if (v == root || value_[v] == 0.0) return;
        std::int32_t fan = 0;
        choices(graph_, search_, out_, root, v, [&](std::int32_t, std::int32_t) { ++fan; });
        const double part = value_[v] / fan;
        choices(graph_, search_, out_, root, v, [&](std::int32_t link, std::int32_t u) {
            made_.carried[link] += part;
            value_[u] += part;
        });
    }

    const graph::Graph& graph_;
    std::span<const bool> ends_;
    Summary& made_;
    graph::Adjacency out_, in_;
    graph::Search search_;
    std::vector<std::int32_t> hops_;
    std::vector<double> paths_, value_;
};

}  // namespace

Summary summary(const graph::Graph& graph, std::span<const bool> ends, Pulse pulse) {
    Summary made;
    const auto nodes = static_cast<std::size_t>(graph.nodes);
    made.eccentricity.assign(nodes, 0.0);
    made.mean.assign(nodes, 0.0);
    made.reached.assign(nodes, 0);
    made.carried.assign(static_cast<std::size_t>(graph.links()), 0.0);
    Tally tally(graph, ends, made);
    for (std::int32_t v = 0; v < graph.nodes; ++v) {
        pulse.beat();
        if (ends[v]) tally.add(v);
    }
    for (std::size_t v = 0; v < nodes; ++v) made.mean[v] /= static_cast<double>(made.reached[v]);
    return made;
}

}  // namespace easterly::paths
