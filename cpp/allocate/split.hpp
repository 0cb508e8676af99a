// Demands on few paths each: rounding of a fractional answer, and search around it.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "graph/graph.hpp"

namespace easterly::allocate {

// Demands on a graph; `graph.cost` is the length by which paths of equal use are told apart.
struct SplitProblem {
    graph::Graph graph;
    std::span<const double> capacity;
    std::span<const std::int32_t> src;
    std::span<const std::int32_t> dst;
    std::span<const double> amount;
    std::span<const double> weight;
    std::int32_t most = 1;  // paths of a demand
    bool whole = false;     // a demand has its amount or nothing
};

// Paths with rates, of demands, in any order.
struct SplitPaths {
    std::vector<std::int32_t> demand;
    std::vector<std::int64_t> ptr{0};
    std::vector<std::int32_t> link;
    std::vector<double> rate;
};

struct SplitStart {
    std::span<const std::int32_t> demand;
    std::span<const std::int64_t> ptr;
    std::span<const std::int32_t> link;
    std::span<const double> rate;
};

// Throws where the caller wants the work to end.
using Poll = std::function<void()>;

// Weighted throughput. No link is passed; round 0 keeps the largest paths of each demand, others draw by rate.
SplitPaths split_throughput(const SplitProblem& problem, const SplitStart& start, std::uint64_t seed,
                            std::int32_t round, const Poll& poll);

// Highest utilisation when every demand that has a path in `start` has its amount.
SplitPaths split_utilisation(const SplitProblem& problem, const SplitStart& start, std::uint64_t seed,
                             std::int32_t round, const Poll& poll);

}  // namespace easterly::allocate
