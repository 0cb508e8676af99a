#include <algorithm>

#include "graph/search.hpp"
#include "paths/constrained.hpp"
#include "paths/heap.hpp"

namespace easterly::paths {

namespace {

struct Label {
    double cost, delay;
    std::int32_t node, link, from;  // the link by which it came, and the label that it came from
};

class DelayBounded {
public:
    DelayBounded(const graph::Graph& graph, std::span<const double> delay)
        : graph_(graph), by_delay_(graph), delay_(delay), out_(graph::leaving(graph)) {
        by_delay_.cost = delay;
        in_ = graph::entering(graph);
        in_delay_ = graph::entering(by_delay_);
        cheap_ = std::vector<double>(graph.nodes);
        quick_ = std::vector<double>(graph.nodes);
        kept_.resize(graph.nodes);
    }

    void add(std::int32_t source, std::int32_t destination, double limit, std::int64_t most, Bounded& made) {
        aim(destination);
        limit *= 1.0 + graph::kEqualCost;
        if (quick_[source] > limit) return none(made);
        labels_.clear();
        for (auto& kept : kept_) kept.clear();
        heap_.clear();
        set({0.0, 0.0, source, -1, -1});
        while (!heap_.empty()) {
            const auto [key, id] = heap_.pop();
            const Label label = labels_[id];
            if (label.node == destination) return give(id, label.cost, 1, made);
            if (static_cast<std::int64_t>(labels_.size()) > most) return fall_back(source, key, made);
            if (stale(id) || (label.node != source && !graph_.transit[label.node])) continue;
            grow(id, label, limit);
        }
        none(made);
    }

private:
    void aim(std::int32_t destination) {
        if (destination == aimed_) return;
        aimed_ = destination;
        const auto measure = [&](const graph::Adjacency& in, std::vector<double>& ahead) {
            graph::Search search(in, graph_.transit);
            search.run(destination);
            for (std::int32_t v = 0; v < graph_.nodes; ++v) ahead[v] = search.distance(v);
        };
        measure(in_, cheap_);
        measure(in_delay_, quick_);
    }

    void grow(std::int32_t id, const Label& label, double limit) {
        for (std::int32_t row = out_.ptr[label.node]; row < out_.ptr[label.node + 1]; ++row) {
            const std::int32_t link = out_.link[row];
            const Label next{label.cost + out_.cost[row], label.delay + delay_[link], out_.node[row], link, id};
            if (next.node != aimed_ && !graph_.transit[next.node]) continue;
            if (cheap_[next.node] < graph::kInfinity && next.delay + quick_[next.node] <= limit) set(next);
        }
    }

    // Keeps a label that no other at its node matches in both; drops those that it matches.
    void set(const Label& label) {
        auto& kept = kept_[label.node];
        for (const std::int32_t other : kept)
            if (labels_[other].cost <= label.cost && labels_[other].delay <= label.delay) return;
        std::erase_if(kept, [&](std::int32_t other) {
            return label.cost <= labels_[other].cost && label.delay <= labels_[other].delay;
        });
        const auto id = static_cast<std::int32_t>(labels_.size());
        labels_.push_back(label);
        kept.push_back(id);
        heap_.push(label.cost + cheap_[label.node], id);
    }

    bool stale(std::int32_t id) const {
        const auto& kept = kept_[labels_[id].node];
        return std::find(kept.begin(), kept.end(), id) == kept.end();
    }

    std::vector<std::int32_t> walk(std::int32_t id) const {
        std::vector<std::int32_t> links;
        for (; labels_[id].from >= 0; id = labels_[id].from) links.push_back(labels_[id].link);
        std::reverse(links.begin(), links.end());
        return links;
    }

    void finish(std::span<const std::int32_t> links, double bound, std::int32_t status, Bounded& made) const {
        made.table.add(graph_, links);
        double delay = 0.0;
        for (const std::int32_t l : links) delay += delay_[l];
        made.delay.push_back(delay);
        made.table.close_pair();
        made.bound.push_back(bound);
        made.status.push_back(status);
    }

    void give(std::int32_t id, double bound, std::int32_t status, Bounded& made) const {
        finish(walk(id), bound, status, made);
    }

    static void none(Bounded& made) {
        made.table.close_pair();
        made.bound.push_back(graph::kInfinity);
        made.status.push_back(0);
    }

    // The cheapest end that was labelled, or the quickest path, which keeps within the limit.
    void fall_back(std::int32_t source, double bound, Bounded& made) const {
        std::int32_t best = -1;
        for (const std::int32_t id : kept_[aimed_])
            if (best < 0 || labels_[id].cost < labels_[best].cost) best = id;
        if (best >= 0) return give(best, bound, 2, made);
        std::vector<std::int32_t> links;
        std::vector<char> passed(static_cast<std::size_t>(graph_.nodes), 0);
        quickest(source, passed, links);
        finish(links, bound, 2, made);
    }

    // Depth first over links that keep the least delay; without turning back, as links without delay may go round.
    bool quickest(std::int32_t start, std::vector<char>& passed, std::vector<std::int32_t>& links) const {
        std::vector<std::int32_t> row(1, out_.ptr[start]);
        std::int32_t v = start;
        passed[v] = 1;
        while (v != aimed_) {
            std::int32_t& at = row.back();
            if (at == out_.ptr[v + 1]) {
                row.pop_back();
                if (row.empty()) return false;
                v = graph_.src[links.back()];
                links.pop_back();
                continue;
            }
            const std::int32_t link = out_.link[at], u = out_.node[at];
            ++at;
            const bool keeps = delay_[link] + quick_[u] <= quick_[v] * (1.0 + graph::kEqualCost);
            if (passed[u] || !keeps || (u != aimed_ && !graph_.transit[u])) continue;
            passed[u] = 1;
            links.push_back(link);
            row.push_back(out_.ptr[u]);
            v = u;
        }
        return true;
    }

    const graph::Graph& graph_;
    graph::Graph by_delay_;
    std::span<const double> delay_;
    graph::Adjacency out_, in_, in_delay_;
    std::vector<double> cheap_, quick_;  // least cost and least delay to the destination
    std::int32_t aimed_ = -1;
    std::vector<Label> labels_;
    std::vector<std::vector<std::int32_t>> kept_;
    Heap<double> heap_;
};

}  // namespace

Bounded delay_bounded(const graph::Graph& graph, std::span<const double> delay, std::span<const std::int32_t> pair_src,
                      std::span<const std::int32_t> pair_dst, std::span<const double> limit, std::int64_t labels,
                      Pulse pulse) {
    Bounded made;
    DelayBounded search(graph, delay);
    for (std::size_t p = 0; p < pair_src.size(); ++p) {
        pulse.beat();
        search.add(pair_src[p], pair_dst[p], limit[p], labels, made);
    }
    return made;
}

}  // namespace easterly::paths
