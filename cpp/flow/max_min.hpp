// Max-min fair rates.
#pragma once

#include <cstdint>
#include <span>

namespace easterly::flow {

// Flow f puts share[i] of its rate on link[i] for i in ptr[f] .. ptr[f + 1].
struct FlowPaths {
    std::span<const std::int64_t> ptr;
    std::span<const std::int32_t> link;
    std::span<const double> share;

    std::size_t flows() const { return ptr.size() - 1; }
};

// Weighted max-min fair rates by progressive filling (Bertsekas & Gallager 1992, 6.5.2) with fractional shares:
// all rates rise in proportion to their weights, and those that cross a link stop when it is full.
// O(nnz log links). rate[f] is infinite, bottleneck[f] is -1, where nothing limits the flow.
// The order of the flows does not change a bit of the result.
void max_min_rates(const FlowPaths& paths, std::span<const double> capacity, std::span<const double> weight,
                   std::span<double> rate, std::span<std::int32_t> bottleneck);

}  // namespace easterly::flow
