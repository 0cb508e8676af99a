// Augmentation of a residual network until no path is left.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "cut/residual.hpp"

namespace easterly::cut {

template <class T>
class Augment {
public:
    Augment(Residual<T>& net, std::int32_t nodes)
        : net_(net), level_(nodes, -1), at_(nodes, 0), into_(nodes, -1), side_(nodes, 0) {}

    // The maximum flow of the pair that the network aims at.
    paths::Wide run() {
        paths::Wide total = 0;
        scanned_ = 0;
        // While every path is found by looking at little of the network, the next one is likely to be, too.
        const std::size_t patience = 4 * net_.arc.size() + 64;
        while (scanned_ < patience) {
            const T more = met_in_the_middle();
            if (more == 0) return total;
            total += more;
        }
        while (levels())
            while (const T more = advance()) total += more;
        return total;
    }

private:
    // One shortest path, searched from both ends: the front with fewer arcs ahead goes first. 0 if there is none.
    T met_in_the_middle() {
        for (const auto& front : front_)
            for (const std::int32_t v : front) side_[v] = 0;
        for (int end = 0; end < 2; ++end) {
            const std::int32_t v = end == 0 ? net_.source : net_.destination;
            front_[end].assign(1, v);
            begin_[end] = 0;
            side_[v] = static_cast<char>(end + 1);
            into_[v] = -1;
        }
        while (true) {
            std::size_t ahead[2];
            for (int end = 0; end < 2; ++end) {
                ahead[end] = 0;
                for (std::size_t i = begin_[end]; i < front_[end].size(); ++i)
                    ahead[end] += static_cast<std::size_t>(net_.ptr[front_[end][i] + 1] - net_.ptr[front_[end][i]]);
                if (begin_[end] == front_[end].size()) return 0;
            }
            const std::int32_t bridge = ahead[0] <= ahead[1] ? forth() : back();
            if (bridge >= 0) return augment(bridge);
        }
    }

    // Takes the source's front one step on; the row of an arc into the other side, or -1.
    std::int32_t forth() {
        const std::size_t end = front_[0].size();
        for (; begin_[0] < end; ++begin_[0]) {
            const std::int32_t u = front_[0][begin_[0]];
            if (!net_.leaves(u)) continue;
            scanned_ += static_cast<std::size_t>(net_.ptr[u + 1] - net_.ptr[u]);
            for (std::int32_t row = net_.ptr[u]; row < net_.ptr[u + 1]; ++row) {
                const auto& arc = net_.arc[row];
                if (arc.room == 0 || side_[arc.head] == 1) continue;
                if (side_[arc.head] == 2) return row;
                side_[arc.head] = 1;
                into_[arc.head] = row;
                front_[0].push_back(arc.head);
            }
        }
        return -1;
    }

    std::int32_t back() {
        const std::size_t end = front_[1].size();
        for (; begin_[1] < end; ++begin_[1]) {
            const std::int32_t v = front_[1][begin_[1]];
            scanned_ += static_cast<std::size_t>(net_.ptr[v + 1] - net_.ptr[v]);
            for (std::int32_t row = net_.ptr[v]; row < net_.ptr[v + 1]; ++row) {
                const std::int32_t u = net_.arc[row].head, there = net_.arc[row].mate;
                if (side_[u] == 2 || net_.arc[there].room == 0 || !net_.leaves(u)) continue;
                if (side_[u] == 1) return there;
                side_[u] = 2;
                into_[u] = there;
                front_[1].push_back(u);
            }
        }
        return -1;
    }

    T augment(std::int32_t bridge) {
        path_.assign(1, bridge);
        for (std::int32_t row = into_[tail(bridge)]; row >= 0; row = into_[tail(row)]) path_.push_back(row);
        for (std::int32_t row = into_[net_.arc[bridge].head]; row >= 0; row = into_[net_.arc[row].head])
            path_.push_back(row);
        T least = net_.arc[bridge].room;
        for (const std::int32_t row : path_) least = std::min(least, net_.arc[row].room);
        for (const std::int32_t row : path_) net_.push(row, least);
        return least;
    }

    std::int32_t tail(std::int32_t row) const { return net_.arc[net_.arc[row].mate].head; }

    // Steps to the destination, breadth first; false if the source has no way.
    bool levels() {
        std::fill(level_.begin(), level_.end(), -1);
        std::copy(net_.ptr.begin(), net_.ptr.end() - 1, at_.begin());
        path_.assign(1, net_.destination);
        level_[net_.destination] = 0;
        for (std::size_t i = 0; i < path_.size() && level_[net_.source] < 0; ++i) {
            const std::int32_t v = path_[i];
            for (std::int32_t row = net_.ptr[v]; row < net_.ptr[v + 1]; ++row) {
                const std::int32_t u = net_.arc[row].head;
                if (level_[u] >= 0 || net_.arc[net_.arc[row].mate].room == 0 || !net_.leaves(u)) continue;
                level_[u] = level_[v] + 1;
                path_.push_back(u);
            }
        }
        return level_[net_.source] >= 0;
    }

    // One path down the levels, from where the last search gave up; 0 if the flow is blocked.
    T advance() {
        path_.clear();
        std::int32_t u = net_.source;
        while (u != net_.destination) {
            std::int32_t& row = at_[u];
            while (row < net_.ptr[u + 1] &&
                   (net_.arc[row].room == 0 || level_[net_.arc[row].head] != level_[u] - 1))
                ++row;
            if (row < net_.ptr[u + 1]) {
                path_.push_back(row);
                u = net_.arc[row].head;
            } else if (u == net_.source) {
                return 0;
            } else {
                u = tail(path_.back());
                path_.pop_back();
                ++at_[u];
            }
        }
        T least = net_.arc[path_.front()].room;
        for (const std::int32_t row : path_) least = std::min(least, net_.arc[row].room);
        for (const std::int32_t row : path_) net_.push(row, least);
        return least;
    }

    Residual<T>& net_;
    std::vector<std::int32_t> level_, at_;
    std::vector<std::int32_t> into_;  // arc by which the search came: from the source, or on to the destination
    std::vector<char> side_;
    std::vector<std::int32_t> front_[2];
    std::size_t begin_[2] = {0, 0};
    std::vector<std::int32_t> path_;
    std::size_t scanned_ = 0;
};

}  // namespace easterly::cut
