// What help() shows of this room.
#pragma once

namespace easterly::bind {

inline constexpr const char* kFabricLinks = R"(All links between the switches of a structured fabric.

Parameters
----------
family : int
    0 folded Clos, 1 torus, 2 dragonfly.
numbers : (K,) int32
    Clos: tiers, planes, leaves of a plane, leaves of a pod, pods of a zone, then for each of the three tiers above the
    leaves the switches that a lower one is joined to and the links to each, 0 where there is no such tier.
    Torus: dimensions, parallel links, then for each dimension its size and whether it wraps (0 or 1).
    Dragonfly: groups, routers of a group, global ports of a router, links between two routers of a group, arrangement
    of the global links (0 palmtree, 1 consecutive).

Returns
-------
switches, ends : int
    Switches 0 to ends - 1 may be destinations: the leaves of a Clos, all switches of the others.
src, dst : (L,) int32
    Rows 2i and 2i + 1 are the two directions of cable i.

Raises
------
ValueError
    Numbers that are no fabric of the family, or more than 2^30 links.)";

inline constexpr const char* kFabricNextHops = R"(Next hops from coordinates alone, without search and without tables.

Parameters
----------
family, numbers
    The fabric, as for `links`.
routing : int
    0 all shortest paths, 1 dimension order (torus), 2 minimal (dragonfly: over the links between both groups).
at, to : (F,) int32
    Switch, and end.

Returns
-------
ptr : (F + 1,) int64
node, link : (ptr[F],) int32
    By number of link; none at the end itself, and where no path leads to it.

Raises
------
ValueError
    No such fabric, a routing that it does not know, a switch out of range.)";

inline constexpr const char* kFabricDistances = R"(Hops of shortest paths, by formula.

Parameters
----------
family, numbers, at, to
    As for `next_hops`.

Returns
-------
(F,) int32 [hops]
    -1 where there is no path.

Raises
------
ValueError
    As for `next_hops`.)";

inline constexpr const char* kFabricPathCounts = R"(Number of shortest paths, by formula; parallel links count each.

Parameters
----------
family, numbers, at, to
    As for `next_hops`.

Returns
-------
(F,) float64 [1]
    Exact below 2^53; 0 where there is no path.

Raises
------
ValueError
    As for `next_hops`.)";

inline constexpr const char* kFabricShares = R"(Share of each flow on each link, by formula.

Parameters
----------
family, numbers
    The fabric, as for `links`.
routing : int
    As for `next_hops`; 3 is Valiant's: by way of each switch of a torus, or each other group of a dragonfly, alike.
offset, n_links : int
    Where the links of the fabric begin in the network, and how many links that has.
from_, to : (F,) int32
    Switches that the flows enter and leave at.
first_link, last_link : (F,) int32
    Links of the network before and after, -1 where there is none.

Returns
-------
ptr : (F + 1,) int64
link : (ptr[F],) int32
    Of each flow its links, from its source on; by switch for Valiant's.
share : (ptr[F],) float64 [1]

Raises
------
ValueError
    No such fabric, a routing that it does not know, lengths that do not fit, a number out of range.)";

inline constexpr const char* kFabricLoads = R"(Load of each link, summed by group of flows, by formula.

The shares of `shares` times the amounts. In a folded Clos one number stands for all links of a leaf, pod or zone, so
that the work grows with the flows and not with their paths. The order of the flows does not change a bit of the result.

Parameters
----------
family, numbers, routing, offset, n_links, from_, to, first_link, last_link
    As for `shares`.
src, dst : (F,) int32
    Names of the ends: flows are summed in the order of (to, from, src, dst, amount).
amount : (F,) float64
    What each flow carries, in any unit; not negative.
group : (F,) int32
n_groups : int

Returns
-------
(n_groups, n_links) float64, in the unit of `amount`

Raises
------
ValueError
    As for `shares`, or an amount that is negative, or a group out of range.)";

}  // namespace easterly::bind
