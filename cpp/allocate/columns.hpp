// Columns of the master problem: paths, kept as a forest with one tree per destination.
//
// A node of the forest is a path from a graph node to the destination: its first link, then its parent's path. Sums
// over the links of all columns are then one pass down the forest, loads of all columns one pass up, whatever the
// length of the paths. Nodes are kept in preorder, so that both passes run through memory in order.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "allocate/problem.hpp"

namespace easterly::allocate {

class Columns {
public:
    explicit Columns(const Problem& problem);

    // Forest node of the path that first takes `link` and then the path of `parent`; made if it is not there yet.
    std::int32_t node(std::int32_t parent, std::int32_t link);
    std::int32_t root(std::int32_t destination) const { return root_[destination]; }
    // Makes the path of `node` a column of `pair`; false if it is one already. Counts from the next `settle` on.
    bool add(std::int32_t node, std::int32_t pair);
    // Column of a node's path; negative if it has none.
    std::int32_t column(std::int32_t node) const { return column_[node]; }
    // Takes in what was added and drops columns without `keep`; returns the former index of each column, -1 if new.
    std::vector<std::int32_t> settle(std::span<const char> keep);
    // Where the last `settle` has put a node.
    std::int32_t place(std::int32_t node) const { return place_[node]; }

    std::size_t size() const { return leaf.size(); }
    // out[node] = sum of value[link] over the path of the node.
    void lengths(std::span<const double> value, std::span<double> out) const;
    // load[link] = sum of rate over the columns that use the link; `work` has one entry per node.
    void loads(std::span<const double> rate, std::span<double> load, std::span<double> work) const;

    std::vector<std::int32_t> up, link;    // per forest node, preorder; -1 at roots
    std::vector<std::int32_t> leaf, pair;  // per column, sorted by pair
    std::vector<std::int32_t> ptr;         // per pair, into the columns

private:
    const Problem& problem_;
    std::vector<std::int32_t> root_, child_, sibling_, place_, column_;  // column_: -1 none, -2 - pair if added
};

}  // namespace easterly::allocate
