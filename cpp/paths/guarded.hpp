// One cheapest path at a time, over links that a question admits.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "graph/graph.hpp"
#include "paths/heap.hpp"
#include "paths/weights.hpp"

namespace easterly::paths {

template <class T>
class Guarded {
public:
    Guarded(const graph::Graph& graph, const Scale& scale)
        : graph_(graph), weight_(weights<T>(graph, scale)), in_(graph::entering(graph)),
          ahead_(graph.nodes, kFar<T>), next_(graph.nodes, -1) {}

    T weight(std::int32_t link) const { return weight_[link]; }

    // Searched from the destination; of links that tie, the lowest number: the first path by link numbers.
    template <class Open>
    std::vector<std::int32_t> find(std::int32_t source, std::int32_t destination, Open&& open) {
        for (const std::int32_t v : seen_) ahead_[v] = kFar<T>;
        seen_.assign(1, destination);
        heap_.clear();
        ahead_[destination] = 0;
        heap_.push(0, destination);
        while (!heap_.empty()) {
            const auto [key, v] = heap_.pop();
            if (key != ahead_[v]) continue;
            if (v == source) return walk(source, destination);
            if (v != destination && !graph_.transit[v]) continue;
            for (std::int32_t row = in_.ptr[v]; row < in_.ptr[v + 1]; ++row) {
                const std::int32_t u = in_.node[row], link = in_.link[row];
                const T found = key + weight_[link];
                if (found > ahead_[u] || !open(link)) continue;
                if (found == ahead_[u]) {
                    next_[u] = std::min(next_[u], link);
                    continue;
                }
                if (ahead_[u] == kFar<T>) seen_.push_back(u);
                ahead_[u] = found;
                next_[u] = link;
                heap_.push(found, u);
            }
        }
        return {};  // as for a source that is the destination
    }

private:
    std::vector<std::int32_t> walk(std::int32_t source, std::int32_t destination) const {
        std::vector<std::int32_t> links;
        for (std::int32_t v = source; v != destination; v = graph_.dst[links.back()]) links.push_back(next_[v]);
        return links;
    }

    const graph::Graph& graph_;
    std::vector<T> weight_;
    graph::Adjacency in_;
    std::vector<T> ahead_;
    std::vector<std::int32_t> next_, seen_;
    Heap<T> heap_;
};

}  // namespace easterly::paths
