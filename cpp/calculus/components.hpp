// Strongly connected components of a directed graph, each after all that lead to it (Tarjan 1972).
#pragma once

#include <cstdint>
#include <vector>

namespace easterly::calculus {

// next[v]: where v leads to. Members of a component ascend.
std::vector<std::vector<std::int32_t>> components(const std::vector<std::vector<std::int32_t>>& next);

}  // namespace easterly::calculus
