#include "cut/weak.hpp"

#include <algorithm>

namespace easterly::cut {

namespace {

class Core {
public:
    explicit Core(const Edges& edges)
        : edges_(edges), ptr_(edges.nodes + 1, 0), order_(edges.nodes, -1), low_(edges.nodes, 0),
          part_(edges.nodes, -1), piece_(edges.nodes, -1), weak_node_(edges.nodes, 0), weak_edge_(edges.a.size(), 0),
          hanging_(edges.nodes, 0) {
        for (std::size_t e = 0; e < edges.a.size(); ++e)
            if (edges.a[e] != edges.b[e]) ++ptr_[edges.a[e] + 1], ++ptr_[edges.b[e] + 1];
        for (std::int32_t v = 0; v < edges.nodes; ++v) ptr_[v + 1] += ptr_[v];
        row_.resize(static_cast<std::size_t>(ptr_[edges.nodes]));
        auto next = ptr_;
        for (std::size_t e = 0; e < edges.a.size(); ++e) {
            if (edges.a[e] == edges.b[e]) continue;
            row_[next[edges.a[e]]++] = static_cast<std::int32_t>(e);
            row_[next[edges.b[e]]++] = static_cast<std::int32_t>(e);
        }
    }

    Weak find() {
        for (std::int32_t v = 0; v < edges_.nodes; ++v)
            if (edges_.transit[v] && order_[v] < 0) walk(v);
        for (std::int32_t v = 0; v < edges_.nodes; ++v)
            if (!edges_.transit[v]) attach(v);
        for (std::int32_t v = 0; v < edges_.nodes; ++v)
            if (hanging_[v] > 0 && (part_size_[part_[v]] > 1 || holds(v))) weak_node_[v] = 1;
        Weak weak;
        for (std::size_t e = 0; e < weak_edge_.size(); ++e)
            if (weak_edge_[e]) weak.bridge.push_back(static_cast<std::int32_t>(e));
        for (std::int32_t v = 0; v < edges_.nodes; ++v)
            if (weak_node_[v]) weak.articulation.push_back(v);
        weak.component = number();
        return weak;
    }

private:
    std::int32_t other(std::int32_t e, std::int32_t v) const { return edges_.a[e] == v ? edges_.b[e] : edges_.a[e]; }

    // Without recursion: a chain may be as long as the network.
    void walk(std::int32_t root) {
        const auto part = static_cast<std::int32_t>(part_size_.size());
        part_size_.push_back(0);
        struct Frame { std::int32_t v, by, at; };
        std::vector<Frame> frames{{root, -1, ptr_[root]}};
        std::vector<std::int32_t> open{root};
        std::int32_t children = 0;
        enter(root, part);
        while (!frames.empty()) {
            Frame& top = frames.back();
            if (top.at < ptr_[top.v + 1]) {
                const std::int32_t e = row_[top.at++], u = other(e, top.v);
                if (e == top.by || !edges_.transit[u]) continue;
                if (order_[u] >= 0) {
                    low_[top.v] = std::min(low_[top.v], order_[u]);
                    continue;
                }
                enter(u, part);
                open.push_back(u);
                frames.push_back({u, e, ptr_[u]});
                continue;
            }
            const Frame done = top;
            frames.pop_back();
            if (low_[done.v] == order_[done.v]) close(done.v, open);
            if (frames.empty()) break;
            const std::int32_t above = frames.back().v;
            low_[above] = std::min(low_[above], low_[done.v]);
            if (low_[done.v] > order_[above]) weak_edge_[done.by] = 1;
            if (above == root) ++children;
            else if (low_[done.v] >= order_[above]) weak_node_[above] = 1;
        }
        if (children > 1) weak_node_[root] = 1;
    }

    void enter(std::int32_t v, std::int32_t part) {
        order_[v] = low_[v] = clock_++;
        part_[v] = part;
        ++part_size_[part];
    }

    // Everything that was opened after v and is still open belongs together with it.
    void close(std::int32_t v, std::vector<std::int32_t>& open) {
        while (true) {
            const std::int32_t u = open.back();
            open.pop_back();
            piece_[u] = v;
            if (u == v) return;
        }
    }

    // A leaf's edges, by what they lead to: a part of the core, or another leaf. An edge that is alone in leading
    // there is weak; a neighbour that is alone holds the leaf.
    void attach(std::int32_t x) {
        std::vector<std::pair<std::int32_t, std::int32_t>> reach;  // part or -1 - leaf, edge
        for (std::int32_t row = ptr_[x]; row < ptr_[x + 1]; ++row) {
            const std::int32_t u = other(row_[row], x);
            reach.push_back({edges_.transit[u] ? part_[u] : -1 - u, row_[row]});
        }
        std::sort(reach.begin(), reach.end());
        for (std::size_t i = 0, end = 0; i < reach.size(); i = end) {
            bool one_neighbour = true;
            const std::int32_t first = other(reach[i].second, x);
            for (end = i; end < reach.size() && reach[end].first == reach[i].first; ++end)
                one_neighbour = one_neighbour && other(reach[end].second, x) == first;
            if (reach[i].first >= 0) {
                if (end == i + 1) weak_edge_[reach[i].second] = 1;
                if (one_neighbour) ++hanging_[first];
            } else if (end == i + 1 && !meets(x, first)) {
                weak_edge_[reach[i].second] = 1;
            }
        }
    }

    // Whether a node that is a part of its own holds together two leaves that nothing else joins.
    bool holds(std::int32_t v) const {
        for (std::int32_t i = ptr_[v]; i < ptr_[v + 1]; ++i)
            for (std::int32_t j = i + 1; j < ptr_[v + 1]; ++j) {
                const std::int32_t x = other(row_[i], v), y = other(row_[j], v);
                if (x != y && !adjacent(x, y) && !meets(x, y, part_[v])) return true;
            }
        return false;
    }

    bool adjacent(std::int32_t x, std::int32_t y) const {
        for (std::int32_t i = ptr_[x]; i < ptr_[x + 1]; ++i)
            if (other(row_[i], x) == y) return true;
        return false;
    }

    // Whether two leaves have a part of the core in common, other than one.
    bool meets(std::int32_t x, std::int32_t y, std::int32_t without = -1) const {
        for (std::int32_t i = ptr_[x]; i < ptr_[x + 1]; ++i) {
            const std::int32_t u = other(row_[i], x);
            if (!edges_.transit[u] || part_[u] == without) continue;
            for (std::int32_t j = ptr_[y]; j < ptr_[y + 1]; ++j) {
                const std::int32_t v = other(row_[j], y);
                if (edges_.transit[v] && part_[v] == part_[u]) return true;
            }
        }
        return false;
    }

    // Pieces of the core in the order of their first node; a leaf is one of its own, as nothing passes through it.
    std::vector<std::int32_t> number() const {
        std::vector<std::int32_t> made(edges_.nodes, -1), named(edges_.nodes, -1);
        std::int32_t count = 0;
        for (std::int32_t v = 0; v < edges_.nodes; ++v) {
            const std::int32_t piece = edges_.transit[v] ? piece_[v] : v;
            if (named[piece] < 0) named[piece] = count++;
            made[v] = named[piece];
        }
        return made;
    }

    const Edges& edges_;
    std::vector<std::int32_t> ptr_, row_, order_, low_, part_, piece_;
    std::vector<char> weak_node_, weak_edge_;
    std::vector<std::int32_t> part_size_, hanging_;
    std::int32_t clock_ = 0;
};

}  // namespace

Weak weak_points(const Edges& edges) { return Core(edges).find(); }

}  // namespace easterly::cut
