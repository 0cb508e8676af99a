// The residual network of one source and destination at a time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "graph/graph.hpp"
#include "paths/grid.hpp"

namespace easterly::cut {

// Arcs by their tail; each link with capacity is an arc and its opposite. Arcs that flow changed are undone after
// each pair, so that a pair costs what it touches.
template <class T>
class Residual {
public:
    struct Arc {
        T room;
        std::int32_t head;
        std::int32_t mate;  // row of the opposite arc
    };

    Residual(const graph::Graph& graph, std::span<const double> capacity, const paths::Grid& grid)
        : graph_(graph), ptr(static_cast<std::size_t>(graph.nodes) + 1, 0) {
        for (std::int32_t l = 0; l < graph.links(); ++l)
            if (usable(l, capacity)) ++ptr[graph.src[l] + 1], ++ptr[graph.dst[l] + 1];
        for (std::int32_t v = 0; v < graph.nodes; ++v) ptr[v + 1] += ptr[v];
        arc.resize(static_cast<std::size_t>(ptr[graph.nodes]));
        link.resize(arc.size());
        std::vector<std::int32_t> next(ptr.begin(), ptr.end() - 1);
        for (std::int32_t l = 0; l < graph.links(); ++l) {
            if (!usable(l, capacity)) continue;
            const std::int32_t there = next[graph.src[l]]++, back = next[graph.dst[l]]++;
            arc[there] = {paths::image<T>(capacity[l], grid), graph.dst[l], back};
            arc[back] = {0, graph.src[l], there};
            link[there] = l;
            link[back] = -1;
        }
        original_.resize(arc.size());
        for (std::size_t i = 0; i < arc.size(); ++i) original_[i] = arc[i].room;
    }

    void aim(std::int32_t source, std::int32_t destination) {
        for (const std::int32_t row : changed_) {
            arc[row].room = original_[row];
            arc[arc[row].mate].room = original_[arc[row].mate];
        }
        changed_.clear();
        this->source = source;
        this->destination = destination;
    }

    void push(std::int32_t row, T amount) {
        if (arc[row].room == original_[row]) changed_.push_back(row);
        arc[row].room -= amount;
        arc[arc[row].mate].room += amount;
    }

    // Whether flow may go on from v: it starts there, or passes through.
    bool leaves(std::int32_t v) const { return v == source || graph_.transit[v]; }

    T original(std::int32_t row) const { return original_[row]; }
    T flow(std::int32_t row) const { return original_[row] - arc[row].room; }
    const std::vector<std::int32_t>& changed() const { return changed_; }

private:
    bool usable(std::int32_t l, std::span<const double> capacity) const {
        return graph_.alive[l] && capacity[l] > 0.0 && graph_.src[l] != graph_.dst[l];
    }

    const graph::Graph& graph_;
    std::vector<T> original_;
    std::vector<std::int32_t> changed_;

public:
    std::vector<std::int32_t> ptr;
    std::vector<Arc> arc;
    std::vector<std::int32_t> link;  // -1 for opposite arcs
    std::int32_t source = -1, destination = -1;
};

}  // namespace easterly::cut
