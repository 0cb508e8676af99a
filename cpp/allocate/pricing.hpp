// Shortest paths from all nodes to one destination after another: the oracle that prices columns.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "allocate/problem.hpp"

namespace easterly::allocate {

// Dijkstra (1959) on reversed links, with a heap of four children. Nodes that may not be passed through begin and
// end paths only. Equal distances are settled in the order of nodes and links, so that trees are the same everywhere.
class Trees {
public:
    explicit Trees(const Problem& problem);

    // Fills `distance` (infinity where there is no path) and `next` (link towards the destination, or -1).
    void grow(std::int32_t destination, std::span<const double> length);

    std::vector<double> distance;
    std::vector<std::int32_t> next;

private:
    void push(std::int32_t node, double key);
    std::int32_t pop();
    void rise(std::size_t slot, std::int32_t node);

    const Problem& problem_;
    std::vector<std::int32_t> ptr_, link_, tail_;
    std::vector<std::int32_t> heap_, place_;
};

}  // namespace easterly::allocate
