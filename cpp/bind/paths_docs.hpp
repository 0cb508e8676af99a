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

}  // namespace easterly::bind
