// The network simplex: a spanning tree of the links between their bounds, improved one link at a time.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "paths/grid.hpp"
#include "paths/pulse.hpp"

namespace easterly::cut {

// Nodes 0 .. n - 1 and a root n, to which every node has an artificial arc of a cost that no path outweighs.
template <class T>
class Simplex {
public:
    struct Arc {
        std::int32_t tail, head;
        T capacity, cost, flow;
        std::int8_t state;  // 1: at 0, -1: at its capacity, 0: in the tree
    };

    Simplex(std::int32_t nodes, const std::vector<T>& supply, T artificial)
        : nodes_(nodes), potential(static_cast<std::size_t>(nodes) + 1, 0), parent_(potential.size(), nodes),
          into_(potential.size(), -1), depth_(potential.size(), 1), child_(potential.size(), -1),
          next_(potential.size(), -1), last_(potential.size(), -1) {
        parent_[nodes] = -1;
        depth_[nodes] = 0;
        for (std::int32_t v = 0; v < nodes; ++v) {
            const bool sends = supply[v] >= 0;
            arc.push_back({sends ? v : nodes, sends ? nodes : v, paths::kFar<T>, artificial,
                           sends ? supply[v] : -supply[v], 0});
            potential[v] = sends ? -artificial : artificial;
            into_[v] = v;
            adopt(nodes, v);
        }
    }

    void run(paths::Pulse& pulse) {
        const std::size_t block =
            std::max<std::size_t>(20, static_cast<std::size_t>(std::sqrt(static_cast<double>(arc.size()))));
        std::size_t at = static_cast<std::size_t>(nodes_);
        for (std::int32_t entering; (entering = choose(at, block)) >= 0;) {
            pulse.beat();
            pivot(entering);
        }
    }

private:
    std::int32_t nodes_;

public:
    std::vector<Arc> arc;  // the artificial ones first
    std::vector<T> potential;

private:
    T reduced(const Arc& a) const { return a.cost + potential[a.tail] - potential[a.head]; }

    // The arc of a block that violates optimality the most; blocks take turns. -1 where none does.
    std::int32_t choose(std::size_t& at, std::size_t block) const {
        T worst = 0;
        std::int32_t best = -1;
        std::size_t left = block;
        for (std::size_t seen = 0; seen < arc.size(); ++seen) {
            at = at + 1 < arc.size() ? at + 1 : 0;
            const Arc& a = arc[at];
            const T violation = a.state * reduced(a);
            if (violation < worst) {
                worst = violation;
                best = static_cast<std::int32_t>(at);
            }
            if (--left == 0) {
                if (best >= 0) return best;
                left = block;
            }
        }
        return best;
    }

    bool upward(std::int32_t v) const { return arc[into_[v]].tail == v; }

    std::int32_t join(std::int32_t u, std::int32_t v) const {
        while (u != v) {
            if (depth_[u] >= depth_[v]) u = parent_[u];
            else v = parent_[v];
        }
        return u;
    }

    void pivot(std::int32_t entering) {
        Arc& in = arc[entering];
        const std::int32_t first = in.state == 1 ? in.tail : in.head, second = in.state == 1 ? in.head : in.tail;
        const std::int32_t top = join(first, second);
        T delta = in.capacity;
        std::int32_t leaving = -1;
        bool on_first = false;
        // Of the arcs that block, the last met going round from the top keeps the basis strongly feasible.
        for (std::int32_t v = first; v != top; v = parent_[v]) {
            const Arc& a = arc[into_[v]];
            const T room = upward(v) ? a.flow : a.capacity - a.flow;
            if (room < delta) delta = room, leaving = v, on_first = true;
        }
        for (std::int32_t v = second; v != top; v = parent_[v]) {
            const Arc& a = arc[into_[v]];
            const T room = upward(v) ? a.capacity - a.flow : a.flow;
            if (room <= delta) delta = room, leaving = v, on_first = false;
        }
        if (delta > 0) {
            in.flow += in.state * delta;
            for (std::int32_t v = first; v != top; v = parent_[v]) arc[into_[v]].flow += upward(v) ? -delta : delta;
            for (std::int32_t v = second; v != top; v = parent_[v]) arc[into_[v]].flow += upward(v) ? delta : -delta;
        }
        if (leaving < 0) {
            in.state = static_cast<std::int8_t>(-in.state);
            return;
        }
        Arc& out = arc[into_[leaving]];
        out.state = out.flow == 0 ? 1 : -1;
        in.state = 0;
        hang(on_first ? first : second, on_first ? second : first, leaving, entering);
    }

    // Turns the tree below `leaving` over, so that it hangs from `above` by the entering arc at `below`.
    void hang(std::int32_t below, std::int32_t above, std::int32_t leaving, std::int32_t entering) {
        std::int32_t v = below, onto = above, by = entering;
        while (true) {
            const std::int32_t old = parent_[v], old_arc = into_[v];
            orphan(v);
            adopt(onto, v);
            into_[v] = by;
            if (v == leaving) break;
            onto = v;
            by = old_arc;
            v = old;
        }
        const T shift = arc[entering].tail == below ? potential[above] - arc[entering].cost - potential[below]
                                                    : potential[above] + arc[entering].cost - potential[below];
        stack_.assign(1, below);
        while (!stack_.empty()) {
            const std::int32_t u = stack_.back();
            stack_.pop_back();
            potential[u] += shift;
            depth_[u] = depth_[parent_[u]] + 1;
            for (std::int32_t c = child_[u]; c >= 0; c = next_[c]) stack_.push_back(c);
        }
    }

    void adopt(std::int32_t parent, std::int32_t v) {
        parent_[v] = parent;
        last_[v] = -1;
        next_[v] = child_[parent];
        if (next_[v] >= 0) last_[next_[v]] = v;
        child_[parent] = v;
    }

    void orphan(std::int32_t v) {
        if (last_[v] >= 0) next_[last_[v]] = next_[v];
        else child_[parent_[v]] = next_[v];
        if (next_[v] >= 0) last_[next_[v]] = last_[v];
    }

    std::vector<std::int32_t> parent_, into_, depth_;
    std::vector<std::int32_t> child_, next_, last_;  // children in a list: the first, and the siblings of each
    std::vector<std::int32_t> stack_;
};

}  // namespace easterly::cut
