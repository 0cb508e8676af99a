// Forwarding by a table of next hops with weights, and flows without circles, from which such tables are made.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graph/failures.hpp"
#include "graph/forwarding.hpp"

namespace easterly::graph {

// The links of each destination, those that start at one node side by side, nodes in an order in which every next hop
// comes later.
class TableHops {
public:
    TableHops(const Graph& graph, const WeightTable& table);

    struct Row {
        std::vector<std::int32_t> node;  // the destination last
        std::vector<std::int32_t> ptr;
        std::vector<std::int32_t> link;
        std::vector<double> weight;
    };

    // Links towards a destination; none where the table has no row.
    const Row* row(std::int32_t destination) const { return at_[destination] < 0 ? nullptr : &rows_[at_[destination]]; }

private:
    std::vector<std::int32_t> at_;
    std::vector<Row> rows_;
};

// Next hops of a table on the links that are up; the counterpart of `Forwarding`.
class TableForwarding {
public:
    TableForwarding(const TableHops& hops, const Graph& graph)
        : hops_(hops), graph_(graph), local_(static_cast<std::size_t>(graph.nodes), -1) {}

    Leg leg(std::int32_t src, std::int32_t dst) const {
        return {src, dst, -1, -1, src == dst ? Leg::Kind::local : hops_.row(dst) ? Leg::Kind::walk : Leg::Kind::none};
    }

    // A start has no path where nothing of what it sends arrives.
    Dag towards(std::int32_t destination, std::span<const std::int32_t> starts);

private:
    const TableHops& hops_;
    const Graph& graph_;
    std::vector<std::int32_t> local_;
};

// Takes away what runs in circles, row by row.
void drop_circles(std::int32_t nodes, std::span<const std::int32_t> src, std::span<const std::int32_t> dst,
                  std::span<const std::int64_t> ptr, std::span<const std::int32_t> link, std::span<double> rate);

}  // namespace easterly::graph
