// Two paths that share as little as can be, and two that share no risk.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graph/graph.hpp"
#include "paths/k_shortest.hpp"
#include "paths/pulse.hpp"

namespace easterly::paths {

struct Disjoint {
    PathTable table;                        // two paths per pair, the cheaper first, or none
    std::vector<std::int32_t> shared_links, shared_nodes;  // per pair; ends do not count as nodes
};

// The two paths of least total cost that share the least: links, or nodes first and then links. Suurballe & Tarjan
// (1984) on nodes split in two, where a second use of anything that should not be shared costs more than any path.
Disjoint disjoint_pairs(const graph::Graph& graph, std::span<const std::int32_t> pair_src,
                        std::span<const std::int32_t> pair_dst, bool nodes, Pulse pulse);

// What fails together: the risks of link l are idx[ptr[l]] .. idx[ptr[l + 1]].
struct Risks {
    std::span<const std::int64_t> ptr;
    std::span<const std::int32_t> idx;
    std::int32_t count = 0;

    std::span<const std::int32_t> of(std::int32_t link) const {
        return idx.subspan(static_cast<std::size_t>(ptr[link]), static_cast<std::size_t>(ptr[link + 1] - ptr[link]));
    }
};

struct RiskDisjoint {
    PathTable table;
    std::vector<double> bound;         // per pair: no risk-disjoint pair costs less
    std::vector<std::int32_t> status;  // 0 none exists (proven), 1 optimal, 2 best found, 3 none found, not proven
};

// The two paths of least total cost without a risk in common; a link without any risk may be shared. Branch and bound:
// where the cheapest paths of the two sides share a risk, one side or the other has to do without it. Exact while a
// pair needs at most `budget` branchings.
RiskDisjoint risk_disjoint_pairs(const graph::Graph& graph, const Risks& risks, std::span<const std::int32_t> pair_src,
                                 std::span<const std::int32_t> pair_dst, std::int64_t budget, Pulse pulse);

}  // namespace easterly::paths
