// What help() shows of this room.
#pragma once

namespace easterly::bind {

inline constexpr const char* kDistances = R"(Cost of the cheapest path from each source to every node.

Dijkstra (1959) with a 4-ary heap, or with buckets as wide as the cheapest link (Dinic 1978).

Parameters
----------
n : int
    Number of nodes.
src, dst : (L,) int32
    Ends of the directed links.
cost : (L,) float64 [1]
    Finite, not negative.
transit : (N,) bool
    Nodes that may be passed through; the others are only first or last on a path.
alive : (L,) bool
    Links that are up.
sources : (S,) int32

Returns
-------
(S, N) float64
    Infinite where there is no path.

Raises
------
ValueError
    Lengths that do not fit, an index out of range, a cost that is no cost.)";

inline constexpr const char* kEcmpShares = R"(Share of each flow on each link under equal-cost multipath.

Every node splits what it has to forward, in proportion to their weights, over the links that begin a cheapest
path (costs that agree to one part in 10^12 are equal). A flow of very many connections is spread so by hashing
next hops (RFC 2992).

Parameters
----------
n, src, dst, cost, transit, alive
    The graph, as for `distances`. Links of cost 0 lead on by the fewest hops.
weight : (L,) float64 [1]
    Above 0.
flow_src, flow_dst : (F,) int32

Returns
-------
ptr : (F + 1,) int64
link : (ptr[F],) int32
    Of each flow its links, from its source on.
share : (ptr[F],) float64 [1]
    An empty row where a flow has no path, or ends where it starts.

Raises
------
ValueError
    Lengths that do not fit, an index out of range, a cost or weight that is none.)";

inline constexpr const char* kEcmpLoads = R"(Load of each link under equal-cost multipath, summed by group of flows.

The same as the shares of `ecmp_shares` times the amounts, without storing them. The order of the flows does not
change a bit of the result.

Parameters
----------
n, src, dst, cost, transit, alive, weight, flow_src, flow_dst
    As for `ecmp_shares`.
amount : (F,) float64
    What each flow carries, in any unit; not negative.
group : (F,) int32
n_groups : int

Returns
-------
(n_groups, L) float64, in the unit of `amount`

Raises
------
ValueError
    As for `ecmp_shares`, or an amount that is negative, or a group out of range.)";

inline constexpr const char* kHashedSpread = R"(Busiest link of each phase, split evenly and hashed.

In each of `draws` rounds every connection carries its part of its flow along one path: at each node it takes the
next hop that a hash of (connection, node seed, round) picks, by weight. A connection is named by (source,
destination, ordinal among the flows of its phase between the two, number within its flow), so it hashes alike in
every phase, and neither other flows nor the order of the flows matter. Hash: one step of the SplitMix64 finaliser
(Steele, Lea & Flood 2014) per word, as in `easterly.base.seeds.mix`.

Parameters
----------
n, src, dst, cost, transit, alive, weight, flow_src, flow_dst
    As for `ecmp_shares`.
node_seed : (N,) int32
flow_amount : (F,) float64 [bit or bit/s]
connections : (F,) int32
    At least 1.
told : (F,) int32
    What of a connection's name enters the hash: 1 the source, 2 the destination, 4 the ordinal and the number; 7 all.
    What does not is the same for all connections.
flow_phase : (F,) int32
n_phases : int
capacity : (C, L) float64 [bit/s]
    Above 0; may be infinite. The same walks are counted against every row.
seed : int
    Of the draws; 64 bits.
draws : int

Returns
-------
even, mean, p95 : (C, P) float64 [s or 1]
    Amount over capacity of the busiest link: split evenly; mean, and 95th percentile by nearest rank, over the draws.
even_link, p95_link : (C, P) int32
    The busiest link when split evenly, and in the draw at the percentile; -1 where a phase loads no link.

Raises
------
ValueError
    As for `ecmp_shares`, or a number of connections, phases or draws, or a capacity, that is none; told out of range.)";

}  // namespace easterly::bind
