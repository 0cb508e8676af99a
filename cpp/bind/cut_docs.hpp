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

constexpr const char* kMinCostFlow = R"(Flow of least cost from supplies to demands.

Network simplex with strongly feasible bases (Cunningham 1976), in whole numbers: amounts on one grid, costs on
another, each exact for decimals and finer than 2^-44 of the least value otherwise.

Parameters
----------
)" EASTERLY_GRAPH_DOC R"(capacity : (L,) float64
    Not negative; may be infinite.
supply : (N,) float64
    Above 0 where flow starts, below where it ends. A node that may not be passed through only sends or only receives.

Returns
-------
cost : float
unmet : float
    Supply that is wanted and cannot be shipped, the least possible; 0 where all can.
flow : (L,) float64
potential : (N,) float64
    cost + potential[src] - potential[dst] is not negative on links below capacity, not positive on links with flow.
)" EASTERLY_RAISES_DOC;

constexpr const char* kWeakPoints = R"(Bridges, articulation nodes, and what stays together without any one edge.

Depth first (Tarjan 1972, SIAM J. Comput. 1:2). Parallel edges are told apart. Nodes that may not be passed through
are leaves, each a component of its own.

Parameters
----------
n : int
    Number of nodes.
a, b : (E,) int32
    Ends of undirected edges.
transit : (N,) bool

Returns
-------
bridge : (B,) int32
    Edges without which two nodes lose each other, ascending.
articulation : (A,) int32
    Nodes without which two others do, ascending.
component : (N,) int32
    2-edge-connected component of each node, numbered in the order of their first node.
)" EASTERLY_RAISES_DOC;

constexpr const char* kReliability = R"(Probability that the first terminal reaches all others while parts fail.

Working paths and the ways in which their parts fail, the most likely first (Dotson & Gobien 1979, IEEE Trans. CAS
26:10): proven bounds at any time, exact when nothing is open. What is open is sampled, each sample named by the seed,
its number and the part.

Parameters
----------
n : int
    Number of nodes.
tail, head : (E,) int32
    Ends of directed edges.
ptr : (E + 1,) int64
    Edge e is up while all of part[ptr[e]:ptr[e + 1]] are.
part : (ptr[E],) int32
up : (C,) float64
    Probability of each part, within 0..1.
transit : (N,) bool
terminals : (T,) int32
    At least one.
states : int
    Most states to look at.
samples : int
seed : int

Returns
-------
low, high : float
    Proven.
states : int
    Looked at.
hits : int
    Samples, of those from the open part, in which the terminals were connected.
)" EASTERLY_RAISES_DOC;

constexpr const char* kReduce = R"(Parallel and serial edges made one, dead ends left out; the reliability of the kept nodes stays.

Parameters
----------
n : int
    Number of nodes.
a, b : (E,) int32
    Ends of undirected edges.
up : (E,) float64
    Probability of each edge, within 0..1.
fixed : (E,) bool
    Edges that share a part with others, and stay as they are.
node_up : (N,) float64
    Probability of each node, within 0..1.
transit, kept : (N,) bool

Returns
-------
a, b : (M,) int32
origin : (M,) int32
    Row of the given edge; -1 for one made of several.
up : (M,) float64
)" EASTERLY_RAISES_DOC;

}  // namespace easterly::bind
