// Flows made exact: no circles, and at every node what comes in goes on.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "allocate/trees/network.hpp"

namespace easterly::allocate::trees {

// Makes flow (one row of links per root) conserve `rate` to the last bits, after many small moves have left it a few
// roundings off: circles are emptied, then each node in the order of the flow hands on what it gets, in the
// proportions that it used before. What a pair sends without any flow to the root goes the way of fewest links.
void tidy(const Network& network, const Pairs& pairs, std::span<const double> rate, std::span<double> flow);

// Sum of flow over the roots, in their order.
std::vector<double> loads(std::size_t links, std::span<const double> flow);

// Paths that carry given rates: those of path p are link[ptr[p]] .. link[ptr[p + 1]].
struct Listed {
    std::vector<std::int64_t> pair;
    std::vector<std::int64_t> ptr{0};
    std::vector<std::int32_t> link;
    std::vector<double> rate;
};

// Takes the flow towards roots apart into paths: pair by pair, over the fullest links that are left (lowest number
// among equals), at most one path per pair and link of a root. Circles carry nothing and are left out. The flow of
// root t is link_flow[row[t]] .. over links[row[t]] ..
Listed list_paths(const Network& network, const Pairs& pairs, std::span<const double> rate,
                  std::span<const std::int64_t> row, std::span<const std::int32_t> links,
                  std::span<const double> link_flow);

}  // namespace easterly::allocate::trees
