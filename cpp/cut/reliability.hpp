// How likely terminals stay connected while parts fail.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "paths/pulse.hpp"

namespace easterly::cut {

// Directed edges that need parts: edge e is up while all of part[ptr[e]] .. part[ptr[e + 1]] are. Parts fail
// independently; part c is up with probability up[c].
struct Fallible {
    std::int32_t nodes = 0;
    std::span<const std::int32_t> tail, head;
    std::span<const std::int64_t> ptr;
    std::span<const std::int32_t> part;
    std::span<const double> up;
    std::span<const bool> transit;
    std::span<const std::int32_t> terminals;  // the first is to reach all others
};

struct Reliability {
    double low = 0.0, high = 1.0;  // proven
    std::int64_t states = 0;       // looked at
    std::int64_t hits = 0;         // samples in which the terminals were connected, of those drawn from what is open
};

// Paths that work, and then the ways in which their parts fail, the most likely first (Dotson & Gobien 1979, IEEE
// Trans. CAS 26:10): exact when nothing is open, proven bounds whenever it stops. The rest, of probability high - low,
// is sampled; every sample is named by (seed, its number, part).
Reliability reliability(const Fallible& net, std::int64_t states, std::int64_t samples, std::uint64_t seed,
                        paths::Pulse pulse);

// Undirected edges with probabilities, and nodes with theirs.
struct Reducible {
    std::span<const std::int32_t> a, b;
    std::span<const double> up;
    std::span<const bool> fixed;  // shares a part with other edges: left as it is
};

// Parallel edges become one, so do two in a row at a node that is no terminal (which fails with them); dead ends go.
// Keeps the probability that the `kept` nodes are connected. Gives the edges that are left and where each comes from:
// `origin` is the row of a given edge, -1 for a new one.
struct Reduced {
    std::vector<std::int32_t> a, b, origin;
    std::vector<double> up;
};
Reduced reduce(std::int32_t nodes, const Reducible& edges, std::span<const double> node_up,
               std::span<const bool> transit, std::span<const bool> kept);

}  // namespace easterly::cut
