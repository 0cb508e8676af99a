#include "allocate/pricing.hpp"

#include <algorithm>
#include <limits>

namespace easterly::allocate {

Trees::Trees(const Problem& problem)
    : distance(problem.nodes), next(problem.nodes), problem_(problem), ptr_(problem.nodes + 1, 0),
      link_(problem.links()), tail_(problem.links()), place_(problem.nodes) {
    for (const std::int32_t head : problem.dst) ++ptr_[head + 1];
    for (std::int32_t v = 0; v < problem.nodes; ++v) ptr_[v + 1] += ptr_[v];
    std::vector<std::int32_t> fill(ptr_.begin(), ptr_.end() - 1);
    for (std::size_t l = 0; l < problem.links(); ++l) {
        const std::int32_t slot = fill[problem.dst[l]]++;
        link_[slot] = static_cast<std::int32_t>(l);
        tail_[slot] = problem.src[l];
    }
}

void Trees::rise(std::size_t slot, std::int32_t node) {
    const double key = distance[node];
    while (slot > 0) {
        const std::size_t above = (slot - 1) / 4;
        const std::int32_t other = heap_[above];
        if (distance[other] < key || (distance[other] == key && other < node)) break;
        heap_[slot] = other;
        place_[other] = static_cast<std::int32_t>(slot);
        slot = above;
    }
    heap_[slot] = node;
    place_[node] = static_cast<std::int32_t>(slot);
}

void Trees::push(std::int32_t node, double key) {
    const bool waiting = place_[node] >= 0;
    distance[node] = key;
    if (!waiting) heap_.push_back(node);
    rise(waiting ? static_cast<std::size_t>(place_[node]) : heap_.size() - 1, node);
}

std::int32_t Trees::pop() {
    const std::int32_t top = heap_.front();
    place_[top] = -1;
    const std::int32_t last = heap_.back();
    heap_.pop_back();
    if (heap_.empty()) return top;
    const auto before = [&](std::int32_t a, std::int32_t b) {
        return distance[a] < distance[b] || (distance[a] == distance[b] && a < b);
    };
    std::size_t slot = 0;
    for (;;) {
        const std::size_t first = 4 * slot + 1;
        if (first >= heap_.size()) break;
        std::size_t best = first;
        const std::size_t end = std::min(first + 4, heap_.size());
        for (std::size_t child = first + 1; child < end; ++child)
            if (before(heap_[child], heap_[best])) best = child;
        if (!before(heap_[best], last)) break;
        heap_[slot] = heap_[best];
        place_[heap_[slot]] = static_cast<std::int32_t>(slot);
        slot = best;
    }
    heap_[slot] = last;
    place_[last] = static_cast<std::int32_t>(slot);
    return top;
}

void Trees::grow(std::int32_t destination, std::span<const double> length) {
    std::fill(distance.begin(), distance.end(), std::numeric_limits<double>::infinity());
    std::fill(next.begin(), next.end(), -1);
    std::fill(place_.begin(), place_.end(), -1);
    heap_.clear();
    push(destination, 0.0);
    while (!heap_.empty()) {
        const std::int32_t v = pop();
        if (v != destination && !problem_.transit[v]) continue;
        const double here = distance[v];
        for (std::int32_t i = ptr_[v]; i < ptr_[v + 1]; ++i) {
            const std::int32_t u = tail_[i];
            const double there = here + length[link_[i]];
            if (there < distance[u]) {
                next[u] = link_[i];
                push(u, there);
            }
        }
    }
}

}  // namespace easterly::allocate
