// Random graphs as lists of edges. What is drawn depends on the stream alone.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "paths/pulse.hpp"

namespace easterly::robust {

inline constexpr std::int64_t kMostEdges = 50'000'000;

struct Edges {
    std::vector<std::int32_t> a, b;

    void add(std::int64_t from, std::int64_t to) {
        a.push_back(static_cast<std::int32_t>(from));
        b.push_back(static_cast<std::int32_t>(to));
    }
    std::size_t size() const { return a.size(); }
};

// Each pair with probability p, by the gaps between edges (Batagelj & Brandes 2005, Phys. Rev. E 71, 036113).
Edges gnp(std::int32_t n, double p, std::uint64_t stream);

// `count` of all pairs, each set of them equally likely.
Edges gnm(std::int32_t n, std::int64_t count, std::uint64_t stream);

// Nodes come one by one and link to m others by their degrees (Barabasi & Albert 1999, Science 286:509), from a complete
// graph of m + 1 nodes on; the m are distinct.
Edges preferential(std::int32_t n, std::int32_t m, std::uint64_t stream);

// Stubs matched at random (Bollobas 1980): loops and repeated edges are possible.
Edges configuration(std::span<const std::int32_t> degree, std::uint64_t stream);

// Simple graphs in which every node has d edges (Steger & Wormald 1999, Comb. Prob. Comput. 8:377).
Edges regular(std::int32_t n, std::int32_t d, std::uint64_t stream, paths::Pulse pulse);

struct Placed {
    std::vector<double> x, y;
    Edges edges;
};

// Points of the unit square, joined where they are within `radius`; on a torus the square has no border.
Placed geometric(std::int32_t n, double radius, bool torus, std::uint64_t stream);

}  // namespace easterly::robust
