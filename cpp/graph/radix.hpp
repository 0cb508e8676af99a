// Distances alone, where the order among equals does not matter: a radix heap with short unsorted lists.
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "graph/graph.hpp"

namespace easterly::graph {

// Dijkstra (1959) over a radix heap (Ahuja, Mehlhorn, Orlin & Tarjan 1990, J. ACM 37:2): a distance is not negative,
// so its bits order as it does, and nodes wait by the highest bit in which theirs differs from the last one that all
// are above. The lowest list is searched for its least while it is short, and taken apart when it is long: no heap
// has to be kept in order, whatever the range of the costs. Gives the distances of `Search`, bit by bit.
class Radix {
public:
    Radix(const Adjacency& adjacency, std::span<const bool> transit) : ptr_(adjacency.ptr), transit_(transit) {
        for (std::size_t i = 0; i < adjacency.link.size(); ++i)
            arc_.push_back({adjacency.cost[i], adjacency.node[i]});
    }

    // distance[] is infinite for all nodes before, and what was found after.
    void run(std::int32_t root, std::span<double> distance) {
        last_ = filled_ = 0;
        distance[root] = 0.0;
        push(0, root);
        while (filled_ != 0) {
            const int level = std::countr_zero(filled_);
            if (level > 0 && list_[level].size() > kShort) {
                spread(level, distance);
                continue;
            }
            const Entry least = take(level);
            const double found = std::bit_cast<double>(least.key);
            if (found != distance[least.node]) continue;  // a better entry came first
            if (least.node == root || transit_[least.node]) relax(least.node, found, distance);
        }
    }

private:
    static constexpr std::size_t kShort = 8;

    struct Arc {
        double cost;
        std::int32_t node;
    };
    struct Entry {
        std::uint64_t key;
        std::int32_t node;
    };

    void push(std::uint64_t key, std::int32_t node) {
        const std::uint64_t apart = key ^ last_;
        const int level = apart != 0 ? 63 - std::countl_zero(apart) : 0;
        list_[level].push_back({key, node});
        filled_ |= std::uint64_t{1} << level;
    }

    void relax(std::int32_t u, double at, std::span<double> distance) {
        for (std::int32_t row = ptr_[u]; row < ptr_[u + 1]; ++row) {
            const double found = at + arc_[row].cost;
            if (found >= distance[arc_[row].node]) continue;
            distance[arc_[row].node] = found;
            push(std::bit_cast<std::uint64_t>(found), arc_[row].node);
        }
    }

    // The least of a list. In the lowest all but the last bit are equal, so any will do: a node that comes too early
    // by that bit comes again.
    Entry take(int level) {
        auto& list = list_[level];
        std::size_t at = level == 0 ? list.size() - 1 : 0;
        if (level > 0)
            for (std::size_t i = 1; i < list.size(); ++i) at = list[i].key < list[at].key ? i : at;
        const Entry least = list[at];
        list[at] = list.back();
        list.pop_back();
        if (list.empty()) filled_ &= ~(std::uint64_t{1} << level);
        return least;
    }

    // Spreads a long list over the levels below it, by its least.
    void spread(int level, std::span<const double> distance) {
        std::swap(moving_, list_[level]);
        filled_ &= ~(std::uint64_t{1} << level);
        last_ = moving_.front().key;
        for (const Entry& e : moving_) last_ = e.key < last_ ? e.key : last_;
        for (const Entry& e : moving_)
            if (std::bit_cast<std::uint64_t>(distance[e.node]) == e.key) push(e.key, e.node);
        moving_.clear();
    }

    std::span<const std::int32_t> ptr_;
    std::span<const bool> transit_;
    std::vector<Arc> arc_;
    std::vector<Entry> list_[64], moving_;
    std::uint64_t last_ = 0, filled_ = 0;  // filled_: one bit per list that holds something
};

}  // namespace easterly::graph
