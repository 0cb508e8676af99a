// Strongly connected components of a directed graph, each after all that lead to it (Tarjan 1972).
#pragma once

#include <cstdint>
#include <vector>

namespace easterly::calculus {

// next[v]: where v leads to. Members of a component ascend. Components come by the longest way of others that leads to
// them, and by their first members: what is alike, as the links between two tiers of a fabric, lies together.
std::vector<std::vector<std::int32_t>> components(const std::vector<std::vector<std::int32_t>>& next);

}  // namespace easterly::calculus
