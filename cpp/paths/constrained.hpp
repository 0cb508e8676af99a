// Cheapest paths under constraints: admissible links per pair (CSPF), and a bound on the delay of a path.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graph/graph.hpp"
#include "paths/k_shortest.hpp"
#include "paths/pulse.hpp"

namespace easterly::paths {

// What each pair asks of links (RFC 3209, 4.7.4): none of `exclude`, one of `any` unless that is 0, all of `all`.
struct Asks {
    std::span<const std::int32_t> src, dst;
    std::span<const double> rate;
    std::span<const std::uint32_t> exclude, any, all;
};

// One path per pair, or none: the cheapest over admissible links with `rate` left in `room`. Where `reserve` is true,
// pairs come in order and each takes its rate from the links of its path; `room` is what is left.
PathTable constrained(const graph::Graph& graph, std::span<const std::uint32_t> group, std::span<double> room,
                      const Asks& asks, bool reserve, Pulse pulse);

struct Bounded {
    PathTable table;             // at most one path per pair
    std::vector<double> delay;   // of each path of the table
    std::vector<double> bound;   // per pair: no path within the limit is cheaper
    std::vector<std::int32_t> status;  // per pair: 0 none exists (proven), 1 optimal, 2 best found, labels ran out
};

// The cheapest path whose delay is at most the pair's limit: labels of (cost, delay) at nodes, set in the order of
// cost plus what is left at least, dropped where another is as good in both (Aneja & Nair 1978; Desrochers & Soumis
// 1988). Exact while a pair needs no more than `labels` of them.
Bounded delay_bounded(const graph::Graph& graph, std::span<const double> delay, std::span<const std::int32_t> pair_src,
                      std::span<const std::int32_t> pair_dst, std::span<const double> limit, std::int64_t labels,
                      Pulse pulse);

}  // namespace easterly::paths
