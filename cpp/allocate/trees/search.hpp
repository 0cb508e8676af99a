// Shortest paths from every node to one root under prices that change between searches.
#pragma once

#include <span>
#include <vector>

#include "allocate/trees/network.hpp"

namespace easterly::allocate::trees {

// Dijkstra (1959) along entering links, with an indexed 4-ary heap; ties are settled as the heap meets them, which
// follows from prices and link order alone. Nodes that may not be passed through are reached, not left.
class Search {
public:
    explicit Search(const Network& network);

    // Settles nodes in order of distance, up to `furthest`; those beyond have no next link and distance infinity.
    void run(std::int32_t root, std::span<const double> price, double furthest = kNever);

    std::span<const std::int32_t> settled() const { return {settled_.data(), count_}; }
    double distance(std::int32_t v) const { return distance_[v]; }
    std::int32_t next(std::int32_t v) const { return next_[v]; }    // the first link towards the root
    std::int32_t depth(std::int32_t v) const { return depth_[v]; }  // links to the root

private:
    void rise(std::size_t hole, std::int32_t v, double distance);
    std::int32_t pop();
    void reach(std::int32_t v, double distance, std::span<const double> price);

    const Network* network_;
    std::vector<double> distance_;
    std::vector<std::int32_t> next_, depth_, settled_, place_;
    struct Entry {
        double distance;
        std::int32_t node;
    };
    std::vector<Entry> heap_;
    std::size_t count_ = 0, waiting_ = 0;
};

}  // namespace easterly::allocate::trees
