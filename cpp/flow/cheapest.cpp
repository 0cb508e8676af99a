#include "flow/cheapest.hpp"

#include <algorithm>
#include <functional>
#include <limits>

namespace easterly::flow {

Cheapest::Cheapest(std::int32_t nodes, std::span<const std::int32_t> src, std::span<const std::int32_t> dst,
                   std::span<const bool> transit)
    : distance(nodes), next(nodes), src_(src), transit_(transit), ptr_(nodes + 1), link_(src.size()) {
    for (const std::int32_t v : dst) ++ptr_[v + 1];
    for (std::int32_t v = 0; v < nodes; ++v) ptr_[v + 1] += ptr_[v];
    std::vector<std::int32_t> place(ptr_.begin(), ptr_.end() - 1);
    for (std::size_t e = 0; e < dst.size(); ++e) link_[place[dst[e]]++] = static_cast<std::int32_t>(e);
}

void Cheapest::grow(std::int32_t root, const std::vector<double>& length) {
    std::fill(distance.begin(), distance.end(), std::numeric_limits<double>::infinity());
    std::fill(next.begin(), next.end(), -1);
    distance[root] = 0.0;
    heap_.assign(1, {0.0, root});
    while (!heap_.empty()) {
        std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
        const auto [far, v] = heap_.back();
        heap_.pop_back();
        if (far > distance[v] || (v != root && !transit_[v])) continue;
        for (std::int32_t i = ptr_[v]; i < ptr_[v + 1]; ++i) {
            const std::int32_t e = link_[i], u = src_[e];
            const double reach = far + length[e];
            if (reach < distance[u]) {
                distance[u] = reach;
                next[u] = e;
                heap_.emplace_back(reach, u);
                std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
            }
        }
    }
}

}  // namespace easterly::flow
