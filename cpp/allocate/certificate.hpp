// Bounds over all paths, from prices alone.
#pragma once

#include <span>

#include "allocate/problem.hpp"

namespace easterly::allocate {

// Upper bound on the objective for link prices y >= 0, where distance[k] is the length of a shortest path of pair k under
// price + cost. Lagrangian relaxation of the capacities: what is left falls apart into pairs,
//   sum_l capacity_l y_l + sum_k max_f (U_k(f) - distance_k f).
double bound(const Problem& problem, const Goal& goal, std::span<const double> y, std::span<const double> distance);

double utility(const Goal& goal, double weight, double rate);

}  // namespace easterly::allocate
