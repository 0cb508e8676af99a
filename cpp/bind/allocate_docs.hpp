// Documentation of what the room of allocation binds.
#pragma once

namespace easterly::bind {

inline constexpr const char* kSolve = R"(Optimise rates of pairs over all paths of a capacitated graph, with a proven bound.

Maximises phi + sum U(f) - cost . load with load <= capacity, where f is the total of a pair. Column generation around a
structured interior point; the prices of links bound the optimum over all paths (Gondzio, Gonzalez-Brevis & Munari 2013).

Parameters
----------
n : int
    Number of nodes.
src, dst : (L,) int32
capacity : (L,) float64
    Above 0.
cost : (L,) float64
    Cost of one unit of load, at least 0.
transit : (N,) bool
    Nodes that paths may pass through; others begin and end paths only.
pair_src, pair_dst : (K,) int32
    Distinct pairs, joined by some path, sorted by (pair_dst, pair_src).
amount : (K,) float64
    Most that a pair can use (infinity for no limit), or what it must have (kind 2); above 0.
weight : (K,) float64
    Above 0.
kind : int
    0: U(f) = weight f, f <= amount. 1: f = base + phi growth, phi is maximised. 2: f = amount, least cost.
    3: U(f) = weight f^(1-alpha) / (1-alpha), or weight log f where alpha is 1; f <= amount.
alpha : float
    At least 0.
base, growth : (K,) float64
    Of kind 1; empty otherwise.
gap : float
    Relative distance of value and bound at which to stop.
iterations : int
    Most interior steps.
target : float
    Stop as soon as the value is at least this, or the bound below it; NaN for no target.
warm_pair : (C,) int32
    Pairs of paths to start with; `warm_ptr` (C+1,) int64 and `warm_link` int32 list the links of each in order.
warm_price : (L,) float64
    Prices of links to start from; empty for a cold start.
warm_share : (C,) float64
    Part of its pair's amount that each of these paths carried; empty if that is not known.
warm_early : (L,) float64
    Prices of links from before the end, when rates could still move, and their temperature `warm_heat`; empty if
    they are not known.
progress : callable or None
    Called with (iterations, value, bound) now and then.

Returns
-------
tuple
    Of paths that carry something: pair (C,) int32, ptr (C+1,) int64, link int32, rate (C,) float64; price (L,) and
    distance of pairs (K,) that prove the bound; value, bound, phi, shortfall (largest relative part of a prescribed
    total that is missing); proven (bool), rounds, iterations; early (L,) and heat, for a start near here.

Raises
------
ValueError
    If an array has a wrong length, an index out of range or a number out of its range, pairs are not sorted or not
    joined by any path, or a path is none.)";

}  // namespace easterly::bind
