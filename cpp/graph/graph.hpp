// The graph that every algorithm of this room reads: links in columns, adjacency in CSR.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace easterly::graph {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Relative slack within which two path costs are equal: 0.1 + 0.2 and 0.3 are one cost.
constexpr double kEqualCost = 1e-12;

// Directed links in columns; nothing is owned.
struct Graph {
    std::int32_t nodes = 0;
    std::span<const std::int32_t> src;
    std::span<const std::int32_t> dst;
    std::span<const double> cost;
    std::span<const bool> transit;  // per node: may be passed through
    std::span<const bool> alive;    // per link

    std::int32_t links() const { return static_cast<std::int32_t>(src.size()); }
};

// Links by node: those of node v are rows ptr[v] .. ptr[v + 1], in the order of their numbers.
struct Adjacency {
    std::vector<std::int32_t> ptr;
    std::vector<std::int32_t> link;
    std::vector<std::int32_t> node;  // the other end
    std::vector<double> cost;

    std::int32_t degree(std::int32_t v) const { return ptr[v + 1] - ptr[v]; }
};

Adjacency leaving(const Graph& graph);   // alive links by their source
Adjacency entering(const Graph& graph);  // alive links by their destination

}  // namespace easterly::graph
