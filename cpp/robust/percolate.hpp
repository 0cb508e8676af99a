// What is left of a graph while nodes or edges are taken away.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "paths/pulse.hpp"

namespace easterly::robust {

struct Undirected {
    std::int32_t nodes = 0;
    std::span<const std::int32_t> a, b;
};

// Half edges by node: those of node v are ptr[v] .. ptr[v + 1]; `twin` is the same edge seen from its other end.
struct Adjacent {
    std::vector<std::int64_t> ptr;
    std::vector<std::int32_t> node;
    std::vector<std::int32_t> edge;
    std::vector<std::int64_t> twin;

    explicit Adjacent(const Undirected& graph);
    std::int64_t degree(std::int32_t v) const {
        const auto at = static_cast<std::size_t>(v);
        return ptr[at + 1] - ptr[at];
    }
};

// After so many removals: weight of the largest component and of the next one, and the sum of squares of all.
struct Left {
    std::span<std::int64_t> largest, second;
    std::span<double> squares;
};

// One order of removal, run backwards: what is taken away last comes first, and components only merge (Newman & Ziff
// 2001, Phys. Rev. E 64, 016706). `at` says after how many removals to look, in rising order. Gives the sum of the
// largest component over all removals but none (Schneider et al. 2011, PNAS 108:3838).
std::int64_t percolate(const Undirected& graph, const Adjacent& adjacent, std::span<const std::int32_t> weight,
                       bool of_nodes, std::span<const std::int32_t> order, std::span<const std::int64_t> at, Left left);

// Nodes in the order of their degree in what is left; which of several of one degree is drawn.
std::vector<std::int32_t> by_degree(const Adjacent& adjacent, std::uint64_t stream);

// Component of every node, numbered in the order of their first nodes; only edges that are alive count.
std::vector<std::int32_t> components(const Undirected& graph, std::span<const bool> alive);

// Shortest paths from these sources that lead through each node, and each edge (Brandes 2001, J. Math. Sociol. 25:163).
struct Between {
    std::vector<double> node, edge;
};
Between betweenness(const Undirected& graph, std::span<const bool> alive, std::span<const std::int32_t> sources,
                    paths::Pulse pulse);

}  // namespace easterly::robust
