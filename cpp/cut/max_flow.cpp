#include "cut/max_flow.hpp"

#include <algorithm>
#include <cmath>

#include "cut/augment.hpp"
#include "cut/residual.hpp"
#include "paths/grid.hpp"

namespace easterly::cut {

namespace {

template <class T>
class Cuts {
public:
    Cuts(const graph::Graph& graph, const Residual<T>& net) : graph_(graph), net_(net), inside_(graph.nodes, 0) {}

    // Nodes that the source still reaches, and the links that leave them.
    void near(Rows& node, Rows& link) {
        grow(net_.source, [&](std::int32_t u, std::int32_t row) { return net_.leaves(u) && net_.arc[row].room > 0; });
        list(true, node, link);
    }

    // Nodes that no longer reach the destination, and the links that leave them.
    void far(Rows& node, Rows& link) {
        grow(net_.destination, [&](std::int32_t, std::int32_t row) {
            return net_.leaves(net_.arc[row].head) && net_.arc[net_.arc[row].mate].room > 0;
        });
        list(false, node, link);
    }

private:
    template <class Open>
    void grow(std::int32_t start, Open&& open) {
        std::fill(inside_.begin(), inside_.end(), 0);
        stack_.assign(1, start);
        inside_[start] = 1;
        while (!stack_.empty()) {
            const std::int32_t u = stack_.back();
            stack_.pop_back();
            for (std::int32_t row = net_.ptr[u]; row < net_.ptr[u + 1]; ++row) {
                const std::int32_t v = net_.arc[row].head;
                if (inside_[v] || !open(u, row)) continue;
                inside_[v] = 1;
                stack_.push_back(v);
            }
        }
    }

    void list(bool source_inside, Rows& node, Rows& link) const {
        for (std::int32_t u = 0; u < graph_.nodes; ++u) {
            if ((inside_[u] != 0) != source_inside) continue;
            node.idx.push_back(u);
            if (!net_.leaves(u)) continue;
            for (std::int32_t row = net_.ptr[u]; row < net_.ptr[u + 1]; ++row) {
                const bool crosses = (inside_[net_.arc[row].head] != 0) != source_inside;
                if (net_.link[row] >= 0 && crosses) link.idx.push_back(net_.link[row]);
            }
        }
    }

    const graph::Graph& graph_;
    const Residual<T>& net_;
    std::vector<char> inside_;
    std::vector<std::int32_t> stack_;
};

template <class T>
MaxFlows solve(const graph::Graph& graph, std::span<const double> capacity, const paths::Grid& grid,
               std::span<const std::int32_t> pair_src, std::span<const std::int32_t> pair_dst, Wanted wanted,
               paths::Pulse& pulse) {
    Residual<T> net(graph, capacity, grid);
    Augment<T> augment(net, graph.nodes);
    Cuts<T> cuts(graph, net);
    MaxFlows made;
    std::vector<std::pair<std::int32_t, T>> flows;
    for (std::size_t p = 0; p < pair_src.size(); ++p) {
        pulse.beat();
        net.aim(pair_src[p], pair_dst[p]);
        const bool self = pair_src[p] == pair_dst[p];
        made.value.push_back(self ? graph::kInfinity : grid.real(augment.run()));
        if (wanted.cuts && !self) {
            cuts.near(made.near_node, made.near_link);
            cuts.far(made.far_node, made.far_link);
        }
        if (wanted.flows && !self) {
            flows.clear();
            for (const std::int32_t row : net.changed()) {
                const std::int32_t forward = net.link[row] >= 0 ? row : net.arc[row].mate;
                if (net.flow(forward) > 0) flows.push_back({net.link[forward], net.flow(forward)});
            }
            std::sort(flows.begin(), flows.end());
            flows.erase(std::unique(flows.begin(), flows.end()), flows.end());
            for (const auto& [link, amount] : flows) {
                made.flow_link.idx.push_back(link);
                made.flow.push_back(std::min(grid.real(amount), capacity[link]));
            }
        }
        for (Rows* rows : {&made.near_node, &made.near_link, &made.far_node, &made.far_link, &made.flow_link})
            rows->close();
        if (wanted.cuts)  // nodes come in order, the links of a node too; the cut is read by link number
            for (Rows* rows : {&made.near_link, &made.far_link})
                std::sort(rows->idx.begin() + rows->ptr[p], rows->idx.end());
    }
    return made;
}

}  // namespace

MaxFlows max_flows(const graph::Graph& graph, std::span<const double> capacity,
                   std::span<const std::int32_t> pair_src, std::span<const std::int32_t> pair_dst, Wanted wanted,
                   paths::Pulse pulse) {
    // Unlimited links hold more than all others together: a flow above that sum is unlimited.
    double limited = 0.0;
    for (const double c : capacity) limited += std::isfinite(c) ? c : 0.0;
    std::vector<double> finite(capacity.begin(), capacity.end());
    for (double& c : finite)
        if (!std::isfinite(c)) c = 2.0 * limited + 1.0;
    const paths::Grid grid = paths::grid_of(finite, 2);
    MaxFlows made = grid.wide ? solve<paths::Wide>(graph, finite, grid, pair_src, pair_dst, wanted, pulse)
                              : solve<std::int64_t>(graph, finite, grid, pair_src, pair_dst, wanted, pulse);
    for (double& value : made.value)
        if (value > 1.5 * limited) value = value > 0.0 ? graph::kInfinity : value;
    return made;
}

}  // namespace easterly::cut
