// One round of improvement of flows towards all roots under a barrier on the links.
#pragma once

#include <cstdint>
#include <span>

#include "allocate/trees/network.hpp"

namespace easterly::allocate::trees {

// What the flow is worth and what keeps it off the capacities.
struct Barrier {
    std::span<const double> capacity;
    std::span<const double> cost;    // per link: of one unit of flow
    std::span<const double> weight;  // per link, above 0: of -log(capacity - load)
    std::span<const double> most;    // per pair: most that it may have
    std::span<const double> gain;    // per pair: worth of one unit; infinite where `rate` is not to be changed
};

// Changed in place. flow has one row of links per root, and conserves `rate`; load is its sum over roots, below
// capacity on every link.
struct Flows {
    std::span<double> flow;
    std::span<double> rate;
    std::span<double> load;
};

// Visits every root once, in an order drawn from `round`, and moves towards the minimum of
//     sum cost load - sum weight log(capacity - load) - sum gain rate.
// At a root, every node shifts what it sends on other links than that of its shortest path to that path, down to
// the node where both ways meet; every pair whose gain and distance differ gives or takes. Each move is one Newton
// step under the prices of the moment, never over half the room that is left: the shift between pairs of segments of
// Bar-Gera (2010, Transportation Research B 44:8), with the barrier in the place of a travel time.
// Trees are searched for a few roots at once, by up to `threads` threads; their number changes nothing but time.
// Returns the sum of what was moved.
double sweep(const Network& network, const Pairs& pairs, const Barrier& barrier, std::uint64_t round, int threads,
             const Flows& flows);

}  // namespace easterly::allocate::trees
