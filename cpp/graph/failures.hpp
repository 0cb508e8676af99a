// What equal-cost multipath does when links fail, for many sets of links, each on its own.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graph/graph.hpp"

namespace easterly::graph {

struct FailureFlows {
    std::span<const std::int32_t> src;
    std::span<const std::int32_t> dst;
    std::span<const double> amount;
};

// Sets of links that are down together: those of case c are link[ptr[c]] .. link[ptr[c + 1]].
struct FailureCases {
    std::span<const std::int64_t> ptr;
    std::span<const std::int32_t> link;

    std::size_t size() const { return ptr.size() - 1; }
};

struct FailureOutcome {
    std::vector<double> load;            // of each case a row of links
    std::vector<double> sent;            // per case, amount that has a path to the end
    std::vector<double> fits;            // per case, see below
    std::vector<std::int64_t> lost_ptr;  // per case, flows without a path
    std::vector<std::int32_t> lost;      // ascending in a case
    std::vector<std::int32_t> again;     // per case, flows that were routed again
};

// Loads of every case, and how much of the traffic fits: every flow slowed down to what the fullest link on its
// paths has for it, capacity over load, where that is below one. No link is passed then, and every flow knows its
// fraction from its own paths.
//
// Flows to one destination are placed together once; a case places those again of which a link is down, for what
// avoids it stays as cheap as it was.
FailureOutcome ecmp_failures(const Graph& graph, std::span<const double> weight, const FailureFlows& flows,
                             std::span<const double> capacity, const FailureCases& cases);

// Next hops by destination: of destination dst[t] the links link[ptr[t]] .. with the weights in which the node at their
// start splits what it has for it. No cycle among them.
struct WeightTable {
    std::span<const std::int32_t> dst;
    std::span<const std::int64_t> ptr;
    std::span<const std::int32_t> link;
    std::span<const double> weight;
};

// The row of a destination that leads in a circle; -1 where there is none.
std::int32_t circular(const Graph& graph, const WeightTable& table);

// The same under fixed weights: a node that loses a next hop splits over the others, one without any drops.
FailureOutcome weighted_failures(const Graph& graph, const WeightTable& table, const FailureFlows& flows,
                                 std::span<const double> capacity, const FailureCases& cases);

}  // namespace easterly::graph
