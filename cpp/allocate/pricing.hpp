// Shortest paths from all nodes to several destinations at once: the oracle that prices columns.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "allocate/problem.hpp"

namespace easterly::allocate {

// Bellman (1958) and Ford, for `kLanes` destinations side by side: a link is looked at once for all of them, by wide
// instructions. Nodes are swept in an order of breadth-first search, forth and back in turns (Yen 1970), those alone
// whose distance has changed. Nodes that may not be passed through begin and end paths only.
class Trees {
public:
    static constexpr std::size_t kLanes = 16;

    explicit Trees(const Problem& problem);

    // Distances and next links towards up to `kLanes` destinations, one in each lane.
    void grow(std::span<const std::int32_t> destinations, std::span<const double> length);

    // Infinity where there is no path.
    double distance(std::int32_t node, std::size_t lane) const { return distance_[place_[node] * kLanes + lane]; }
    // Link towards the destination of the lane, or -1.
    std::int32_t next(std::int32_t node, std::size_t lane) const {
        return static_cast<std::int32_t>(next_[place_[node] * kLanes + lane]);
    }

private:
    void order(const Problem& problem);
    void start(std::size_t lane, std::size_t at, std::span<const double> length);
    void relax(std::size_t head, std::span<const double> length);

    std::vector<std::size_t> place_;       // of a node in the order of sweeps
    std::vector<char> transit_, changed_;  // of a place
    std::vector<std::int32_t> ptr_, link_, tail_;  // links into a place, and the places that they come from
    std::vector<double> distance_;
    std::vector<std::int64_t> next_;       // as wide as distances, so that both move under one mask
};

}  // namespace easterly::allocate
