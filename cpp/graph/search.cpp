#include "graph/search.hpp"

namespace easterly::graph {

Search::Search(const Adjacency& adjacency, std::span<const bool> transit, bool uniform)
    : adjacency_(adjacency), transit_(transit), uniform_(uniform) {
    distance_.assign(transit.size(), kInfinity);
    hops_.assign(transit.size(), 0);
}

void Search::run(std::int32_t root, std::span<const char> marked, std::int32_t wanted) {
    clear();
    marked_ = marked;
    wanted_ = wanted;
    distance_[root] = 0.0;
    hops_[root] = 0;
    seen_.push_back(root);
    if (uniform_)
        breadth_first(root);
    else
        dijkstra(root);
}

void Search::clear() {
    for (const std::int32_t v : seen_) distance_[v] = kInfinity;
    seen_.clear();
    settled_.clear();
    heap_.clear();
}

// Records a node as done; true when nothing more is wanted.
bool Search::settle(std::int32_t v) {
    settled_.push_back(v);
    if (wanted_ > 0 && marked_[v]) --wanted_;
    return wanted_ == 0;
}

void Search::breadth_first(std::int32_t root) {
    for (std::size_t next = 0; next < seen_.size(); ++next) {
        const std::int32_t u = seen_[next];
        if (settle(u)) return;
        if (!leaves(u, root)) continue;
        for (std::int32_t row = adjacency_.ptr[u]; row < adjacency_.ptr[u + 1]; ++row) {
            const std::int32_t v = adjacency_.node[row];
            if (distance_[v] < kInfinity) continue;
            distance_[v] = distance_[u] + adjacency_.cost[row];
            hops_[v] = hops_[u] + 1;
            seen_.push_back(v);
        }
    }
}

void Search::dijkstra(std::int32_t root) {
    push({0.0, 0, root});
    while (!heap_.empty()) {
        const Entry top = pop();
        const std::int32_t u = top.node;
        if (top.distance != distance_[u] || top.hops != hops_[u]) continue;  // a better entry came first
        if (settle(u)) return;
        if (!leaves(u, root)) continue;
        for (std::int32_t row = adjacency_.ptr[u]; row < adjacency_.ptr[u + 1]; ++row) {
            const std::int32_t v = adjacency_.node[row];
            const Entry found{top.distance + adjacency_.cost[row], top.hops + 1, v};
            if (distance_[v] == kInfinity) seen_.push_back(v);
            else if (!(found < Entry{distance_[v], hops_[v], v})) continue;
            distance_[v] = found.distance;
            hops_[v] = found.hops;
            push(found);
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
        for (std::size_t child = first + 1; child < size && child < first + 4; ++child)
            if (heap_[child] < heap_[least]) least = child;
        if (!(heap_[least] < last)) break;
        heap_[hole] = heap_[least];
        hole = least;
    }
    if (size > 0) heap_[hole] = last;
    return top;
}

}  // namespace easterly::graph
