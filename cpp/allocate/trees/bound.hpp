// What prices prove, over all paths.
#pragma once

#include <span>

#include "allocate/trees/network.hpp"

namespace easterly::allocate::trees {

// Sum over pairs of amount x max(0, gain - distance): with the price of all capacity, a bound on what throughput can
// be worth, for any prices that are not negative.
double worth_of_pairs(const Network& network, const Pairs& pairs, std::span<const double> amount,
                      std::span<const double> gain, std::span<const double> price, int threads);

// Sum over pairs of amount x distance: what routing all of them costs at least.
double cost_of_pairs(const Network& network, const Pairs& pairs, std::span<const double> amount,
                     std::span<const double> price, int threads);

// Puts every pair's amount on its shortest path; flow has one row of links per root, and is zero before.
void load_shortest(const Network& network, const Pairs& pairs, std::span<const double> amount,
                   std::span<const double> price, int threads, std::span<double> flow);

}  // namespace easterly::allocate::trees
