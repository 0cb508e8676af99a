// What the algorithms on cuts say about themselves.
#pragma once

#include "bind/paths_docs.hpp"

namespace easterly::bind {

constexpr const char* kMaxFlows = R"(Maximum flow of each pair on its own, and the two outermost minimum cuts.

Shortest augmenting paths searched from both ends (Edmonds & Karp 1972, J. ACM 19:2), then blocking flows (Dinic
1970) where they get many. Capacities become whole numbers on a grid fine enough for 44 bits of the least of them, so
residuals are exact and the named cuts are minimum to the last bit of the grid.

Parameters
----------
)" EASTERLY_GRAPH_DOC R"(capacity : (L,) float64
    Not negative; may be infinite. The costs play no part.
pair_src, pair_dst : (P,) int32
cuts, flows : bool
    Whether to list them.

Returns
-------
value : (P,) float64
    Infinite where the pair is one node, or joined by unlimited links.
near_node_ptr, near_node, near_link_ptr, near_link : CSR by pair
    Nodes on the source's side of the cut closest to the source, and the links of that cut.
far_node_ptr, far_node, far_link_ptr, far_link : CSR by pair
    The same for the cut closest to the destination.
flow_ptr, flow_link, flow : CSR by pair
    Links with flow, by number.
)" EASTERLY_RAISES_DOC;

}  // namespace easterly::bind
