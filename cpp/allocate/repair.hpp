// From an interior point to rates that keep every capacity.
#pragma once

#include <span>
#include <vector>

#include "allocate/columns.hpp"
#include "allocate/problem.hpp"

namespace easterly::allocate {

struct Plan {
    std::vector<double> rate;  // per column
    double value = 0.0;
    double phi = 0.0;
    double shortfall = 0.0;  // largest relative part of a prescribed total that is missing
};

// Scales rates to demands and capacities, then fills what is left in the order of `rank` (columns). No capacity is
// passed, whatever the order in which loads are added up: a margin of 1e-12 is left.
Plan repair(const Problem& problem, const Goal& goal, const Columns& columns, std::span<const double> x, double phi,
            std::span<const std::int32_t> rank);

}  // namespace easterly::allocate
