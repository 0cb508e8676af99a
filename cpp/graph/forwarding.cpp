#include "graph/forwarding.hpp"

namespace easterly::graph {

Forwarding::Forwarding(const Graph& graph, std::span<const double> weight)
    : graph_(graph),
      weight_(weight),
      out_(leaving(graph)),
      in_(entering(graph)),
      search_(in_, graph.transit),
      marked_(static_cast<std::size_t>(graph.nodes), 0),
      local_(static_cast<std::size_t>(graph.nodes), -1) {}

Leg Forwarding::leg(std::int32_t src, std::int32_t dst) const {
    Leg leg{src, dst, -1, -1, Leg::Kind::walk};
    if (src == dst) {
        leg.kind = Leg::Kind::local;
        return leg;
    }
    if (out_.degree(src) == 0 || in_.degree(dst) == 0) {
        leg.kind = Leg::Kind::none;
        return leg;
    }
    if (out_.degree(src) == 1) {
        leg.first_link = out_.link[out_.ptr[src]];
        leg.from = out_.node[out_.ptr[src]];
    }
    if (leg.from != dst && in_.degree(dst) == 1) {
        leg.last_link = in_.link[in_.ptr[dst]];
        leg.to = in_.node[in_.ptr[dst]];
    }
    // A forced link that already joins both ends is the whole path; it must not be counted twice.
    if (leg.from == dst || leg.to == src) {
        if (leg.first_link < 0) leg.first_link = leg.last_link;
        leg.last_link = -1;
        leg.kind = Leg::Kind::direct;
        return leg;
    }
    const bool stopped = (leg.from != src && !graph_.transit[leg.from]) || (leg.to != dst && !graph_.transit[leg.to]);
    if (stopped) leg.kind = Leg::Kind::none;
    return leg;
}

Dag Forwarding::towards(std::int32_t destination, std::span<const std::int32_t> starts) {
    std::int32_t wanted = 0;
    for (const std::int32_t s : starts) wanted += marked_[s] ? 0 : (marked_[s] = 1);
    search_.run(destination, marked_, wanted);

    Dag dag;
    dag.destination = destination;
    dag.ptr.push_back(0);
    const auto& settled = search_.settled();
    for (auto u = settled.rbegin(); u != settled.rend(); ++u) {
        if (!marked_[*u]) continue;
        local_[*u] = dag.size();
        dag.node.push_back(*u);
        choose(*u, dag);
        dag.ptr.push_back(static_cast<std::int32_t>(dag.link.size()));
    }
    for (auto& next : dag.next) next = local_[next];
    for (const std::int32_t s : starts) dag.start.push_back(local_[s]);
    for (const std::int32_t v : dag.node) {
        marked_[v] = 0;
        local_[v] = -1;
    }
    for (const std::int32_t s : starts) marked_[s] = 0;
    return dag;
}

// Appends the next hops of u: links on a cheapest path, to a node that is nearer.
void Forwarding::choose(std::int32_t u, Dag& dag) {
    if (u == dag.destination) return;
    const auto begin = dag.link.size();
    double total = 0.0;
    bool even = true;
    const double limit = search_.distance(u) * (1.0 + kEqualCost);
    for (std::int32_t row = out_.ptr[u]; row < out_.ptr[u + 1]; ++row) {
        const std::int32_t v = out_.node[row];
        if (v != dag.destination && !graph_.transit[v]) continue;
        if (!search_.nearer(v, u) || search_.distance(v) + out_.cost[row] > limit) continue;
        const std::int32_t link = out_.link[row];
        marked_[v] = 1;
        dag.link.push_back(link);
        dag.next.push_back(v);
        dag.share.push_back(weight_[link]);
        even = even && weight_[link] == dag.share[begin];
        total += weight_[link];
    }
    double sum = 0.0;
    for (auto row = begin; row < dag.share.size(); ++row) {
        sum += dag.share[row];
        const double scaled = sum / total * 18446744073709549568.0;  // the largest double below 2^64
        dag.upto.push_back(even ? 0 : static_cast<std::uint64_t>(scaled));
        dag.share[row] = dag.share[row] / total;
    }
}

}  // namespace easterly::graph
