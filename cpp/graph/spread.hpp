// How unevenly hashing fills links.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "graph/graph.hpp"

namespace easterly::graph {

enum Told : std::int32_t { kSource = 1, kDestination = 2, kNumber = 4 };

struct SpreadFlows {
    std::span<const std::int32_t> src;
    std::span<const std::int32_t> dst;
    std::span<const double> amount;
    std::span<const std::int32_t> connections;
    std::span<const std::int32_t> told;  // what of the name of its connections is hashed: a sum of Told
    std::span<const std::int32_t> phase;
};

// Rows of one capacity per link: the same walks are counted once against each row.
struct Capacities {
    std::span<const double> value;
    std::size_t rows;
};

// Rows of one entry per phase, one row for each of the capacities.
struct SpreadResult {
    std::size_t phases;
    std::span<double> even;
    std::span<double> mean;
    std::span<double> p95;
    std::span<std::int32_t> even_link;
    std::span<std::int32_t> p95_link;
};

// Per phase, load over capacity of the busiest link: split evenly, and when every connection picks one next
// hop per node by hash of (connection, node seed, draw); mean and nearest-rank 95th percentile over draws.
//
// A connection is (source, destination, ordinal among the flows of its phase between the two, number within
// the flow), or what of it is hashed: the same in every phase, and blind to what else is there and to the order of the
// flows.
void hashed_spread(const Graph& graph, std::span<const double> weight, std::span<const std::int32_t> node_seed,
                   const SpreadFlows& flows, const Capacities& capacity, std::uint64_t seed, std::int32_t draws,
                   const SpreadResult& result);

}  // namespace easterly::graph
