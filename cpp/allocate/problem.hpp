// What the engine optimises: rates of pairs over all paths of a capacitated graph.
//
//   maximise   phi + sum_k U_k(f_k) - sum_l cost_l load_l     subject to  load_l <= capacity_l, path rates >= 0
//
// where f_k is the sum over the paths of pair k and, by kind,
//   throughput  f_k <= amount_k, U_k = weight_k f_k            concurrent  f_k = base_k + phi growth_k
//   utility     f_k <= amount_k, U_k concave (see `alpha`)     cost        f_k = amount_k
// Pairs are distinct, reachable and sorted by (destination, source).
#pragma once

#include <cstdint>
#include <limits>
#include <span>

namespace easterly::allocate {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

enum class Kind : std::int32_t { throughput = 0, concurrent = 1, cost = 2, utility = 3 };

struct Problem {
    std::int32_t nodes;
    std::span<const std::int32_t> src, dst;
    std::span<const double> capacity, cost;
    std::span<const bool> transit;
    std::span<const std::int32_t> pair_src, pair_dst;
    std::span<const double> amount, weight;

    std::size_t links() const { return src.size(); }
    std::size_t pairs() const { return pair_src.size(); }
};

// Utility of a pair's total f: weight f^(1-alpha) / (1-alpha), or weight log f where alpha is 1.
struct Goal {
    Kind kind;
    double alpha;
    std::span<const double> base, growth;

    bool equal() const { return kind == Kind::concurrent || kind == Kind::cost; }
    bool curved() const { return kind == Kind::utility && alpha > 0.0; }
};

}  // namespace easterly::allocate
