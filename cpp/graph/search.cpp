#include "graph/search.hpp"

#include <algorithm>
#include <cmath>

namespace easterly::graph {

Search::Search(const Adjacency& adjacency, std::span<const bool> transit) : adjacency_(adjacency), transit_(transit) {
    distance_.assign(transit.size(), kInfinity);
    hops_.assign(transit.size(), 0);
    done_.assign(transit.size(), 0);
    measure();
}

// Sets up the buckets, if they serve. They are narrower by one in 10^9, so that rounding never puts two nodes that a
// cheapest link joins into one bucket.
void Search::measure() {
    constexpr double most = 256.0;
    if (adjacency_.cost.empty()) return;
    const auto [least, dearest] = std::minmax_element(adjacency_.cost.begin(), adjacency_.cost.end());
    if (*least <= 0.0 || *dearest / *least > most || !std::isnormal(1.0 / *least)) return;
    per_width_ = (1.0 + 1e-9) / *least;
    bucket_.resize(static_cast<std::size_t>(*dearest * per_width_) + 3);
}

void Search::run(std::int32_t root, std::span<const char> marked, std::int32_t wanted) {
    clear();
    marked_ = marked;
    wanted_ = wanted;
    distance_[root] = 0.0;
    hops_[root] = 0;
    seen_.push_back(root);
    if (per_width_ > 0.0)
        buckets(root);
    else
        dijkstra(root);
}

void Search::clear() {
    for (const std::int32_t v : seen_) {
        distance_[v] = kInfinity;
        done_[v] = 0;
    }
    seen_.clear();
    settled_.clear();
    heap_.clear();
    for (auto& bucket : bucket_) bucket.clear();
}

// Records a node as done; true when nothing more is wanted.
bool Search::settle(std::int32_t v) {
    settled_.push_back(v);
    if (wanted_ > 0 && marked_[v]) --wanted_;
    return wanted_ == 0;
}

void Search::buckets(std::int32_t root) {
    bucket_[0].push_back(root);
    std::size_t waiting = 1, turn = 0;
    for (std::int64_t level = 0; waiting > 0; ++level, turn = turn + 1 < bucket_.size() ? turn + 1 : 0) {
        for (const std::int32_t u : bucket_[turn]) {
            --waiting;
            if (done_[u]) continue;  // it was here already, or in an earlier bucket
            done_[u] = 1;
            if (settle(u)) return;
            if (!leaves(u, root)) continue;
            for (std::int32_t row = adjacency_.ptr[u]; row < adjacency_.ptr[u + 1]; ++row) {
                const std::int32_t v = adjacency_.node[row];
                const double found = distance_[u] + adjacency_.cost[row];
                if (found >= distance_[v] || found > limit_) continue;
                if (distance_[v] == kInfinity) seen_.push_back(v);
                distance_[v] = found;
                hops_[v] = hops_[u] + 1;
                const auto ahead = static_cast<std::int64_t>(found * per_width_) - level;
                const std::size_t place = turn + static_cast<std::size_t>(ahead);
                bucket_[place < bucket_.size() ? place : place - bucket_.size()].push_back(v);
                ++waiting;
            }
        }
        bucket_[turn].clear();
    }
}

void Search::dijkstra(std::int32_t root) {
    push(entry(0.0, 0, root));
    while (!heap_.empty()) {
        const Entry top = pop();
        const auto u = static_cast<std::int32_t>(top);
        const double distance = distance_of(top);
        const auto hops = static_cast<std::int32_t>(top >> 32);
        if (distance != distance_[u] || hops != hops_[u]) continue;  // a better entry came first
        if (settle(u)) return;
        if (!leaves(u, root)) continue;
        for (std::int32_t row = adjacency_.ptr[u]; row < adjacency_.ptr[u + 1]; ++row) {
            const std::int32_t v = adjacency_.node[row];
            const double found = distance + adjacency_.cost[row];
            if (found > distance_[v] || (found == distance_[v] && hops + 1 >= hops_[v])) continue;
            if (found > limit_) continue;
            if (distance_[v] == kInfinity) seen_.push_back(v);
            distance_[v] = found;
            hops_[v] = hops + 1;
            push(entry(found, hops + 1, v));
        }
    }
}

void Search::push(Entry entry) {
    std::size_t hole = heap_.size();
    heap_.push_back(entry);
    while (hole > 0) {
        const std::size_t parent = (hole - 1) / 4;
        if (!(entry < heap_[parent])) break;
        heap_[hole] = heap_[parent];
        hole = parent;
    }
    heap_[hole] = entry;
}

Search::Entry Search::pop() {
    const Entry top = heap_.front();
    const Entry last = heap_.back();
    heap_.pop_back();
    const std::size_t size = heap_.size();
    std::size_t hole = 0;
    while (size > 0) {
        const std::size_t first = 4 * hole + 1;
        if (first >= size) break;
        std::size_t least = first;
        const std::size_t end = std::min(first + 4, size);
        for (std::size_t child = first + 1; child < end; ++child) least = heap_[child] < heap_[least] ? child : least;
        if (!(heap_[least] < last)) break;
        heap_[hole] = heap_[least];
        hole = least;
    }
    if (size > 0) heap_[hole] = last;
    return top;
}

}  // namespace easterly::graph
