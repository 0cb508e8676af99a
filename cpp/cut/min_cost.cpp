#include "cut/min_cost.hpp"

#include <bit>

#include "cut/simplex.hpp"

namespace easterly::cut {

namespace {

template <class T>
MinCost solve(const graph::Graph& graph, std::span<const double> capacity, std::span<const double> supply,
              const paths::Grid& amounts, const paths::Grid& prices, paths::Pulse& pulse) {
    std::vector<T> given(supply.size());
    T sent = 0, wanted = 0, dearest = 0;
    for (std::size_t v = 0; v < supply.size(); ++v) {
        given[v] = paths::image<T>(supply[v], amounts);
        (given[v] > 0 ? sent : wanted) += given[v] > 0 ? given[v] : -given[v];
    }
    std::vector<T> cost(graph.cost.size());
    for (std::size_t l = 0; l < cost.size(); ++l) {
        cost[l] = graph.alive[l] ? paths::image<T>(graph.cost[l], prices) : 0;
        dearest = std::max(dearest, cost[l]);
    }
    Simplex<T> simplex(graph.nodes, given, dearest * (graph.nodes + 1) + 1);
    std::vector<std::int32_t> row;
    for (std::int32_t l = 0; l < graph.links(); ++l) {
        const std::int32_t u = graph.src[l], v = graph.dst[l];
        const bool leaves = graph.transit[u] || given[u] > 0, enters = graph.transit[v] || given[v] < 0;
        if (!graph.alive[l] || u == v || !leaves || !enters || !(capacity[l] > 0.0)) continue;
        const T most = capacity[l] * amounts.scale < static_cast<double>(sent)
                           ? paths::image<T>(capacity[l], amounts)
                           : sent;  // more never flows, as no cycle pays
        simplex.arc.push_back({u, v, most, cost[l], 0, 1});
        row.push_back(l);
    }
    simplex.run(pulse);
    MinCost made;
    made.flow.assign(graph.src.size(), 0.0);
    T unshipped = 0;
    for (std::int32_t v = 0; v < graph.nodes; ++v)
        if (simplex.arc[v].tail == v) unshipped += simplex.arc[v].flow;
    // What nobody wants, and what rounding to the grid leaves over, is not a shortage.
    const T rounding = (amounts.exact ? 0 : static_cast<T>(graph.nodes)) + (sent > wanted ? sent - wanted : 0);
    made.unmet = unshipped > rounding ? amounts.real(unshipped - (sent > wanted ? sent - wanted : 0)) : 0.0;
    for (std::size_t i = 0; i < row.size(); ++i) {
        made.flow[row[i]] = std::min(amounts.real(simplex.arc[graph.nodes + i].flow), capacity[row[i]]);
        made.cost += made.flow[row[i]] * graph.cost[row[i]];
    }
    const T base = graph.nodes > 0 ? *std::min_element(simplex.potential.begin(), simplex.potential.end() - 1) : 0;
    for (std::int32_t v = 0; v < graph.nodes; ++v)
        made.potential.push_back(prices.real(simplex.potential[v] - base));
    return made;
}

}  // namespace

MinCost min_cost_flow(const graph::Graph& graph, std::span<const double> capacity, std::span<const double> supply,
                      paths::Pulse pulse) {
    const int bits = std::bit_width(static_cast<std::uint32_t>(graph.nodes)) + 1;
    std::vector<double> amount, price;
    double total = 0.0;
    for (const double s : supply) total += std::max(s, 0.0);
    for (std::int32_t l = 0; l < graph.links(); ++l)
        if (graph.alive[l]) {
            amount.push_back(std::min(capacity[l], total));
            price.push_back(graph.cost[l]);
        }
    for (const double s : supply) amount.push_back(std::abs(s));
    const paths::Grid amounts = paths::grid_of(amount, bits + 2), prices = paths::grid_of(price, 2 * bits + 4);
    if (amounts.wide || prices.wide) return solve<paths::Wide>(graph, capacity, supply, amounts, prices, pulse);
    return solve<std::int64_t>(graph, capacity, supply, amounts, prices, pulse);
}

}  // namespace easterly::cut
