// What the functions of the room `robust` say of themselves.
#pragma once

namespace easterly::bind {

#define EASTERLY_STREAM "stream : int\n    Names all that is drawn, from 0 to 2^64 - 1."
#define EASTERLY_EDGES "\n\nReturns\n-------\na, b : (E,) int32\n    Both ends of every edge."
#define EASTERLY_UNDIRECTED "n : int\n    Nodes.\na, b : (E,) int32\n    Both ends of every edge."
#define EASTERLY_REFUSED "\n\nRaises\n------\nValueError\n    Numbers out of range, or more than 50,000,000 edges."
#define EASTERLY_LENGTHS "\n\nRaises\n------\nValueError\n    Lengths that do not fit, numbers out of range."
#define EASTERLY_RUNS                                                                                        \
    "infect : float\n    Rate at which it crosses from one to another.\nrecover : float\n    Rate at which "  \
    "one recovers; 0 for never.\nagain : bool\n    Whether who has recovered can be infected again (SIS).\n"

inline constexpr const char* kGnp =
    "Graph in which each pair is joined with probability p, in the time of its edges (Batagelj & Brandes 2005).\n\n"
    "Parameters\n----------\nn : int\np : float\n" EASTERLY_STREAM EASTERLY_EDGES EASTERLY_REFUSED;
inline constexpr const char* kGnm =
    "Graph of a number of edges, each such set of edges equally likely.\n\n"
    "Parameters\n----------\nn : int\ncount : int\n    Edges.\n" EASTERLY_STREAM EASTERLY_EDGES EASTERLY_REFUSED;
inline constexpr const char* kPreferential =
    "Graph that grows from m + 1 nodes on, each new node joined to m others by their degrees (Barabasi & Albert 1999)."
    "\n\nParameters\n----------\nn, m : int\n" EASTERLY_STREAM EASTERLY_EDGES EASTERLY_REFUSED;
inline constexpr const char* kConfiguration =
    "Random matching of the stubs of nodes of given degrees (Bollobas 1980): with loops and repeated edges.\n\n"
    "Parameters\n----------\ndegree : (N,) int32\n    Their sum is even.\n"
    EASTERLY_STREAM EASTERLY_EDGES EASTERLY_REFUSED;
inline constexpr const char* kRegular =
    "Simple graph in which all nodes have d edges (Steger & Wormald 1999); nearly uniform where d is far below n.\n\n"
    "Parameters\n----------\nn, d : int\n" EASTERLY_STREAM EASTERLY_EDGES EASTERLY_REFUSED;
inline constexpr const char* kGeometric =
    "Points of the unit square, joined where they are within a radius (Gilbert 1961).\n\n"
    "Parameters\n----------\nn : int\nradius : float\ntorus : bool\n    The square has no border.\n" EASTERLY_STREAM
    "\n\nReturns\n-------\nx, y : (N,) float64\na, b : (E,) int32" EASTERLY_REFUSED;
inline constexpr const char* kPercolate =
    "What is left while nodes or edges go, found backwards with merging sets (Newman & Ziff 2001).\n\n"
    "Parameters\n----------\n" EASTERLY_UNDIRECTED
    "\nweight : (N,) int32\n    What a node adds to the size of its component.\nof_nodes : bool\n"
    "    Whether nodes go, or edges.\norder : (R, M) int32\n    What goes, the first first: all nodes or all edges, in "
    "each row.\nat : (K,) int64\n    Numbers of removals after which to look, rising.\n\n"
    "Returns\n-------\nlargest, second : (R, K) int64\n    Weight of the two largest components.\nsquares : (R, K) "
    "float64\n    Sum of the squares of all.\ntotal : (R,) int64\n    Sum of the largest over 1 to M removals."
    EASTERLY_LENGTHS;
inline constexpr const char* kByDegree =
    "Nodes in the order of their degree in what is left, drawn where several have the same.\n\n"
    "Parameters\n----------\n" EASTERLY_UNDIRECTED "\n" EASTERLY_STREAM
    "\n\nReturns\n-------\n(N,) int32" EASTERLY_LENGTHS;
inline constexpr const char* kComponents =
    "Component of every node, numbered in the order of their first nodes.\n\n"
    "Parameters\n----------\n" EASTERLY_UNDIRECTED "\nalive : (E,) bool\n\nReturns\n-------\n(N,) int32"
    EASTERLY_LENGTHS;
inline constexpr const char* kBetweenness =
    "Shortest paths from some nodes to all that pass each node and each edge, shares where several are equally short "
    "(Brandes 2001).\n\n"
    "Parameters\n----------\n" EASTERLY_UNDIRECTED "\nalive : (E,) bool\nsources : (S,) int32\n\n"
    "Returns\n-------\nnode : (N,) float64\n    Their ends not counted.\nedge : (E,) float64" EASTERLY_LENGTHS;
inline constexpr const char* kSpread =
    "SIR or SIS along edges, event by event (Gillespie 1977), one run for each stream.\n\n"
    "Parameters\n----------\n" EASTERLY_UNDIRECTED "\n" EASTERLY_RUNS
    "start : (R, S) int32\n    Infected at the beginning of each run.\nstream : (R,) uint64\nuntil : float\n"
    "    When to stop.\nat : (K,) float64\n    When to look, rising.\n\n"
    "Returns\n-------\ninfected, ever : (R, K) int64\n    Infected then, and ever until then.\nend : (R,) float64\n"
    "    When nothing could happen any more, or `until`.\nlast : (R, 3) int64\n    At the end: infected, ever infected, "
    "and the most at one time." EASTERLY_LENGTHS;
inline constexpr const char* kSpreadGroups =
    "SIR or SIS among groups of alike nodes, where everybody meets everybody whom its group reaches.\n\n"
    "Parameters\n----------\nsize : (G,) int64\nreach : (G, G) bool\n    Row infects column.\n" EASTERLY_RUNS
    "start : (R, G) int64\n    Infected at the beginning of each run, by group.\nstream : (R,) uint64\nuntil : float\n"
    "    When to stop.\nat : (K,) float64\n    When to look, rising.\n\n"
    "Returns\n-------\ninfected, ever : (R, K) int64\n    Infected then, and ever until then.\nend : (R,) float64\n"
    "last : (R, 3) int64\n    At the end: infected, ever infected, and the most at one time.\n"
    "groups : (R, G) int64\n    Ever infected, by group." EASTERLY_LENGTHS;

#undef EASTERLY_STREAM
#undef EASTERLY_EDGES
#undef EASTERLY_UNDIRECTED
#undef EASTERLY_REFUSED
#undef EASTERLY_LENGTHS
#undef EASTERLY_RUNS

}  // namespace easterly::bind
