// What the searches for paths say about themselves.
#pragma once

// Raw strings cannot be continued in a macro; these are.
#define EASTERLY_GRAPH_DOC                                  \
    "n : int\n    Number of nodes.\n"                       \
    "src, dst : (L,) int32\n    Ends of directed links.\n"  \
    "cost : (L,) float64\n    Not negative.\n"              \
    "transit : (N,) bool\n    Nodes that may be passed through.\n" \
    "alive : (L,) bool\n    Links that may be used.\n"
#define EASTERLY_RAISES_DOC \
    "\nRaises\n------\nValueError\n    Lengths that do not fit, numbers out of range."

namespace easterly::bind {

constexpr const char* kKShortest = R"(The k cheapest loopless paths of each pair.

Yen (1971, Management Science 17:11) with Lawler's rule (1972) and exact potentials of A*. Ordered by cost, then hops,
then link numbers from the source on; parallel links make different paths.

Parameters
----------
)" EASTERLY_GRAPH_DOC R"(pair_src, pair_dst : (P,) int32
k : int
    At least 1.

Returns
-------
pair_ptr : (P + 1,) int64
    The paths of pair p are rows pair_ptr[p]:pair_ptr[p + 1]; fewer than k where there are no more.
path_ptr : (R + 1,) int64
    The links of path r are link[path_ptr[r]:path_ptr[r + 1]]; none where a pair starts at its end.
link : (path_ptr[R],) int32
cost : (R,) float64
)" EASTERLY_RAISES_DOC;

constexpr const char* kTrees = R"(Equal-cost trees of many roots: distances, and the links of all cheapest paths.

Dijkstra (1959). Path costs are equal within a relative 1e-12.

Parameters
----------
)" EASTERLY_GRAPH_DOC R"(roots : (R,) int32
towards : bool
    Next hops of every node towards each root; otherwise the last links on the way from the root to every node.
limit : float
    Nothing farther is looked at; may be infinite.

Returns
-------
distance : (R, N) float64
    Infinite where there is no path within the limit.
ptr : (R * N + 1,) int64
    The links of node v in the tree of root r are link[ptr[r * N + v]:ptr[r * N + v + 1]].
link : (ptr[R * N],) int32
)" EASTERLY_RAISES_DOC;

constexpr const char* kSummary = R"(Figures over all ordered pairs of ends, without a table of N^2.

The load of a link is what crosses it when every pair sends 1 and every node splits evenly over its next hops: its
betweenness under equal-cost multipath.

Parameters
----------
)" EASTERLY_GRAPH_DOC R"(ends : (N,) bool
    Nodes whose pairs count.

Returns
-------
eccentricity, mean : (N,) float64
    Cost of the farthest end that a node reaches, and over all that it reaches (NaN if none).
reached : (N,) int64
    Ends that it reaches, without itself.
hops : (H,) int64
    Pairs by hops of the shortest of their cheapest paths.
path_counts : (C,) int64
    Pairs with 2^c to 2^(c+1) - 1 equal-cost paths.
most_paths : float
carried : (L,) float64
)" EASTERLY_RAISES_DOC;

constexpr const char* kConstrained = R"(Cheapest admissible path of each pair (CSPF): affinities of RFC 3209, section 4.7.4, and the rate that is left.

A link is admissible if it carries none of the groups in `exclude`, one of `any` (unless that is 0), all of `all`, and
has at least `rate` in `room`. Of equal costs, fewer hops come first, then lower link numbers.

Parameters
----------
)" EASTERLY_GRAPH_DOC R"(group : (L,) uint32
    Administrative groups of each link, one per bit.
room : (L,) float64
pair_src, pair_dst : (P,) int32
rate : (P,) float64
exclude, any, all : (P,) uint32
reserve : bool
    Pairs come in order, and each takes its rate from the links of its path.

Returns
-------
pair_ptr, path_ptr, link, cost
    As of `k_shortest`; no path or one per pair.
room : (L,) float64
    What is left.
)" EASTERLY_RAISES_DOC;

constexpr const char* kDelayBounded = R"(Cheapest path of each pair whose delay keeps within a limit.

Labels of cost and delay, set in the order of their cost plus the least that is left, dropped where another is as good
in both (Desrochers & Soumis 1988): exact while they suffice.

Parameters
----------
)" EASTERLY_GRAPH_DOC R"(delay : (L,) float64
    Not negative.
pair_src, pair_dst : (P,) int32
limit : (P,) float64
labels : int
    Most labels per pair; the problem is NP-hard, though hard cases are rare.

Returns
-------
pair_ptr, path_ptr, link, cost
    As of `k_shortest`; no path or one per pair.
delay : (R,) float64
    Of each path.
bound : (P,) float64
    No path within the limit is cheaper; infinite where there is none.
status : (P,) int32
    0 none exists, 1 optimal, 2 the best found before labels ran out.
)" EASTERLY_RAISES_DOC;

constexpr const char* kDisjoint = R"(Two paths of least total cost that share the least, for each pair.

Suurballe & Tarjan (1984, Networks 14:2) on nodes split in two; a second use costs more than any path, so disjoint
pairs are found where there are any, and what cannot but be shared is counted.

Parameters
----------
)" EASTERLY_GRAPH_DOC R"(pair_src, pair_dst : (P,) int32
nodes : bool
    Share the fewest nodes, then links; otherwise links only.

Returns
-------
pair_ptr, path_ptr, link, cost
    As of `k_shortest`; none or two paths per pair, the cheaper first.
shared_links, shared_nodes : (P,) int32
    Ends are not counted.
)" EASTERLY_RAISES_DOC;

constexpr const char* kRiskDisjoint = R"(Two paths of least total cost without a risk in common, for each pair.

Branch and bound: where the cheapest paths of the two sides share a risk, one of the sides has to do without it.
A link without any risk may be shared.

Parameters
----------
)" EASTERLY_GRAPH_DOC R"(risk_ptr : (L + 1,) int64
    The risks of link l are risk_idx[risk_ptr[l]:risk_ptr[l + 1]].
risk_idx : (risk_ptr[L],) int32
risks : int
pair_src, pair_dst : (P,) int32
budget : int
    Most branchings per pair; finding such pairs is NP-hard.

Returns
-------
pair_ptr, path_ptr, link, cost
    As of `k_shortest`; none or two paths per pair, the cheaper first.
bound : (P,) float64
    No such pair costs less; infinite where none exists.
status : (P,) int32
    0 none exists (proven), 1 optimal, 2 the best found, 3 none found and not proven.
)" EASTERLY_RAISES_DOC;

}  // namespace easterly::bind
