// Where a network hangs by one cable or one node.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace easterly::cut {

// Undirected edges between nodes; those in `transit` may be passed through.
struct Edges {
    std::int32_t nodes = 0;
    std::span<const std::int32_t> a, b;
    std::span<const bool> transit;
};

struct Weak {
    std::vector<std::int32_t> bridge;       // edges without which some pair of nodes loses each other, ascending
    std::vector<std::int32_t> articulation; // nodes without which some other pair does, ascending
    std::vector<std::int32_t> component;    // per node: by what stays together, 2-edge-connected, numbered from 0
};

// Depth first (Tarjan 1972), with parallel edges told apart. Nodes that are not passed through are leaves, however
// many edges they have.
Weak weak_points(const Edges& edges);

}  // namespace easterly::cut
