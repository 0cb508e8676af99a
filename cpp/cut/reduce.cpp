#include <algorithm>
#include <map>

#include "cut/reliability.hpp"

namespace easterly::cut {

namespace {

class Reduction {
public:
    Reduction(std::int32_t nodes, const Reducible& edges, std::span<const double> node_up,
              std::span<const bool> transit, std::span<const bool> kept)
        : node_up_(node_up), transit_(transit), kept_(kept), at_(nodes), fixed_(nodes, 0) {
        for (std::size_t e = 0; e < edges.a.size(); ++e) {
            const std::int32_t a = edges.a[e], b = edges.b[e];
            if (a == b || !useful(a) || !useful(b)) continue;
            if (edges.fixed[e]) {
                made_.a.push_back(a);
                made_.b.push_back(b);
                made_.up.push_back(edges.up[e]);
                made_.origin.push_back(static_cast<std::int32_t>(e));
                fixed_[a] = fixed_[b] = 1;
            } else {
                join(a, b, {edges.up[e], static_cast<std::int32_t>(e)});
            }
        }
    }

    Reduced run() {
        for (std::int32_t v = 0; v < static_cast<std::int32_t>(at_.size()); ++v) waiting_.push_back(v);
        while (!waiting_.empty()) {
            const std::int32_t v = waiting_.back();
            waiting_.pop_back();
            shrink(v);
        }
        for (std::int32_t v = 0; v < static_cast<std::int32_t>(at_.size()); ++v)
            for (const auto& [u, edge] : at_[v])
                if (v < u) {
                    made_.a.push_back(v);
                    made_.b.push_back(u);
                    made_.up.push_back(edge.up);
                    made_.origin.push_back(edge.origin);
                }
        return std::move(made_);
    }

private:
    struct Edge {
        double up;
        std::int32_t origin;
    };

    bool useful(std::int32_t v) const { return kept_[v] || transit_[v]; }

    void join(std::int32_t a, std::int32_t b, Edge edge) {
        const auto old = at_[a].find(b);
        if (old != at_[a].end()) edge = {1.0 - (1.0 - old->second.up) * (1.0 - edge.up), -1};
        at_[a].insert_or_assign(b, edge);
        at_[b].insert_or_assign(a, edge);
    }

    void drop(std::int32_t a, std::int32_t b) {
        at_[a].erase(b);
        at_[b].erase(a);
    }

    void shrink(std::int32_t v) {
        if (kept_[v] || fixed_[v] || at_[v].empty() || at_[v].size() > 2) return;
        const auto [u, one] = *at_[v].begin();
        const auto [w, two] = *at_[v].rbegin();
        drop(v, u);
        waiting_.push_back(u);
        if (u == w) return;
        drop(v, w);
        waiting_.push_back(w);
        join(u, w, {one.up * node_up_[v] * two.up, -1});
    }

    std::span<const double> node_up_;
    std::span<const bool> transit_, kept_;
    std::vector<std::map<std::int32_t, Edge>> at_;  // by neighbour: parallel edges meet here
    std::vector<char> fixed_;
    std::vector<std::int32_t> waiting_;
    Reduced made_;
};

}  // namespace

Reduced reduce(std::int32_t nodes, const Reducible& edges, std::span<const double> node_up,
               std::span<const bool> transit, std::span<const bool> kept) {
    return Reduction(nodes, edges, node_up, transit, kept).run();
}

}  // namespace easterly::cut
