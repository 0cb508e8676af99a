// Checks of the arrays that describe a graph and the flows on it.
#pragma once

#include "bind/arrays.hpp"
#include "graph/graph.hpp"

namespace easterly::bind {

inline graph::Graph checked_graph(std::int64_t n, const In<std::int32_t>& src, const In<std::int32_t>& dst,
                                  const In<double>& cost, const In<bool>& transit, const In<bool>& alive) {
    if (n < 0 || n > 0x7fffffff) refuse("n is " + std::to_string(n) + ", not a number of nodes");
    const auto links = view(src).size();
    same_length("dst", view(dst).size(), "link", links);
    same_length("cost", view(cost).size(), "link", links);
    same_length("alive", view(alive).size(), "link", links);
    same_length("transit", view(transit).size(), "node", static_cast<std::size_t>(n));
    in_range("src", view(src), n);
    in_range("dst", view(dst), n);
    at_least("cost", view(cost), 0.0, false);
    return {static_cast<std::int32_t>(n), view(src), view(dst), view(cost), view(transit), view(alive)};
}

inline void check_flows(const graph::Graph& graph, const In<double>& weight, const In<std::int32_t>& flow_src,
                        const In<std::int32_t>& flow_dst) {
    same_length("weight", view(weight).size(), "link", graph.src.size());
    at_least("weight", view(weight), 0.0, true);
    same_length("flow_dst", view(flow_dst).size(), "flow", view(flow_src).size());
    in_range("flow_src", view(flow_src), graph.nodes);
    in_range("flow_dst", view(flow_dst), graph.nodes);
}

}  // namespace easterly::bind
