// Cheapest paths from all nodes to one destination, with a workspace that is reused.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace easterly::flow {

// Dijkstra (1959) on reversed links. Equal distances are settled in the order of nodes, so that trees are the same
// everywhere. Nodes that may not be passed through only begin or end a path.
class Cheapest {
public:
    Cheapest(std::int32_t nodes, std::span<const std::int32_t> src, std::span<const std::int32_t> dst,
             std::span<const bool> transit);

    void grow(std::int32_t root, const std::vector<double>& length);

    std::vector<double> distance;
    std::vector<std::int32_t> next;  // link towards the root; -1 at the root and where there is no path

private:
    std::span<const std::int32_t> src_;
    std::span<const bool> transit_;
    std::vector<std::int32_t> ptr_, link_;
    std::vector<std::pair<double, std::int32_t>> heap_;
};

}  // namespace easterly::flow
