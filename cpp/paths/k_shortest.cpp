#include "paths/k_shortest.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "paths/heap.hpp"
#include "paths/weights.hpp"

namespace easterly::paths {

void PathTable::add(const graph::Graph& graph, std::span<const std::int32_t> links) {
    link.insert(link.end(), links.begin(), links.end());
    path_ptr.push_back(static_cast<std::int64_t>(link.size()));
    cost.push_back(cost_of(graph, links));
}

namespace {

using Links = std::vector<std::int32_t>;

// Rows of one node with their weights, so that a step reads one place.
template <class T>
struct Step {
    T weight;
    std::int32_t node;
    std::int32_t link;
};

template <class T>
struct Steps {
    std::vector<std::int32_t> ptr;
    std::vector<Step<T>> step;

    Steps(graph::Adjacency&& table, const std::vector<T>& weight) : ptr(std::move(table.ptr)) {
        for (std::size_t i = 0; i < table.link.size(); ++i)
            step.push_back({weight[table.link[i]], table.node[i], table.link[i]});
    }
    std::span<const Step<T>> of(std::int32_t v) const {
        return {step.data() + ptr[v], static_cast<std::size_t>(ptr[v + 1] - ptr[v])};
    }
};

// All paths with one prefix whose next link is none of the banned, represented by the first of them.
template <class T>
struct Candidate {
    T weight = 0;
    Links links;
    std::size_t deviation = 0;  // length of the prefix
    Links banned;

    bool operator<(const Candidate& other) const {
        return weight < other.weight || (weight == other.weight && links < other.links);
    }
};

template <class T>
class Yen {
public:
    Yen(const graph::Graph& graph, const Scale& scale)
        : graph_(graph),
          weight_(weights<T>(graph, scale)),
          out_(graph::leaving(graph), weight_),
          in_(graph::entering(graph), weight_),
          ahead_(graph.nodes, kFar<T>),
          next_(graph.nodes, kUnknown),
          blocked_(graph.nodes, 0),
          reached_(graph.nodes, 0),
          closed_(graph.nodes, 0),
          useful_(graph.nodes, 0),
          from_start_(graph.nodes, 0) {}

    void aim(std::int32_t destination) {
        destination_ = destination;
        std::fill(ahead_.begin(), ahead_.end(), kFar<T>);
        std::fill(next_.begin(), next_.end(), kUnknown);
        ahead_[destination] = 0;
        heap_.clear();
        heap_.push(0, destination);
        while (!heap_.empty()) {
            const auto [key, v] = heap_.pop();
            if (key != ahead_[v] || (v != destination && !graph_.transit[v])) continue;
            for (const auto& step : in_.of(v))
                if (key + step.weight < ahead_[step.node]) {
                    ahead_[step.node] = key + step.weight;
                    heap_.push(ahead_[step.node], step.node);
                }
        }
    }

    // The k first paths from here, in order.
    std::vector<Links> first(std::int32_t source, std::int32_t k, Pulse& pulse) {
        std::vector<Links> found;
        waiting_.clear();
        ++block_stamp_;
        std::size_t wanted = static_cast<std::size_t>(k);
        offer(source, {}, 0, {}, wanted);
        while (!waiting_.empty() && found.size() < static_cast<std::size_t>(k)) {
            pulse.beat();
            Candidate<T> best = std::move(waiting_.front());
            waiting_.erase(waiting_.begin());
            wanted = static_cast<std::size_t>(k) - found.size() - 1;
            if (wanted > 0) deviate(source, best, wanted);
            found.push_back(std::move(best.links));
        }
        return found;
    }

private:
    static constexpr std::int32_t kUnknown = -2;

    void deviate(std::int32_t source, const Candidate<T>& best, std::size_t wanted) {
        while (waiting_.size() > wanted) waiting_.pop_back();
        ++block_stamp_;
        std::int32_t at = source;
        T before = 0;
        for (std::size_t i = 0; i < best.links.size(); ++i) {
            const std::int32_t link = best.links[i];
            if (i >= best.deviation) {
                Links banned = i == best.deviation ? best.banned : Links{};
                banned.push_back(link);
                offer(at, {best.links.data(), i}, before, std::move(banned), wanted);
            }
            blocked_[at] = block_stamp_;
            before += weight_[link];
            at = graph_.dst[link];
        }
    }

    // Adds the first path with this prefix, if it may be among those still wanted.
    void offer(std::int32_t spur, std::span<const std::int32_t> prefix, T before, Links&& banned,
               std::size_t wanted) {
        const T limit = waiting_.size() >= wanted ? waiting_.back().weight - before : kFar<T>;
        T weight = 0;
        if (!cheapest(spur, banned, limit, weight)) return;
        Candidate<T> made{before + weight, {prefix.begin(), prefix.end()}, prefix.size(), std::move(banned)};
        made.links.insert(made.links.end(), tail_.begin(), tail_.end());
        waiting_.insert(std::upper_bound(waiting_.begin(), waiting_.end(), made), std::move(made));
        if (waiting_.size() > wanted) waiting_.pop_back();
    }

    static bool has(const Links& banned, std::int32_t link) {
        return std::find(banned.begin(), banned.end(), link) != banned.end();
    }

    bool may_enter(std::int32_t v) const {
        return blocked_[v] != block_stamp_ && (v == destination_ || graph_.transit[v]) && ahead_[v] < kFar<T>;
    }

    // First path from `spur` that avoids blocked nodes and starts with no banned link, into tail_.
    bool cheapest(std::int32_t spur, const Links& banned, T limit, T& weight) {
        tail_.clear();
        if (spur == destination_) return weight = 0, true;
        T least = kFar<T>;
        const Step<T>* start = nullptr;
        for (const auto& step : out_.of(spur)) {
            if (step.node == spur || !may_enter(step.node) || has(banned, step.link)) continue;
            if (step.weight + ahead_[step.node] < least) {
                least = step.weight + ahead_[step.node];
                start = &step;
            }
        }
        if (start == nullptr || least > limit) return false;
        weight = least;
        return along_tree(spur, *start) || search(spur, banned, limit, weight);
    }

    // The tree's way on, if nothing on it is blocked: nothing can come before it.
    bool along_tree(std::int32_t spur, const Step<T>& start) {
        tail_.push_back(start.link);
        for (std::int32_t v = start.node; v != destination_;) {
            if (blocked_[v] == block_stamp_ || v == spur) return false;
            const Step<T>& step = out_.step[next_of(v)];
            tail_.push_back(step.link);
            v = step.node;
        }
        return true;
    }

    // Row of the lowest-numbered link on a cheapest way from v.
    std::int32_t next_of(std::int32_t v) {
        if (next_[v] != kUnknown) return next_[v];
        for (std::int32_t row = out_.ptr[v]; row < out_.ptr[v + 1]; ++row) {
            const auto& step = out_.step[row];
            if (step.node != destination_ && !graph_.transit[step.node]) continue;
            if (ahead_[step.node] + step.weight == ahead_[v]) return next_[v] = row;
        }
        return -1;  // not reached: v has a way
    }

    // A* (Hart, Nilsson & Raphael 1968), on until all nodes of all cheapest ways are closed: the first by link
    // numbers is then walked forward over what leads to the destination.
    bool search(std::int32_t spur, const Links& banned, T limit, T& weight) {
        ++stamp_;
        heap_.clear();
        reached_[spur] = stamp_;
        from_start_[spur] = 0;
        heap_.push(0, spur);
        T bound = limit;
        while (!heap_.empty() && !(bound < heap_.top().key)) {
            const auto [key, v] = heap_.pop();
            if (closed_[v] == stamp_) continue;
            closed_[v] = stamp_;
            if (v == destination_) {
                bound = key;
                continue;
            }
            for (const auto& step : out_.of(v)) {
                if (step.node == spur || !may_enter(step.node) || (v == spur && has(banned, step.link))) continue;
                const T found = from_start_[v] + step.weight;
                if (reached_[step.node] == stamp_ && !(found < from_start_[step.node])) continue;
                if (bound < found + ahead_[step.node]) continue;
                reached_[step.node] = stamp_;
                from_start_[step.node] = found;
                heap_.push(found + ahead_[step.node], step.node);
            }
        }
        if (closed_[destination_] != stamp_) return false;
        weight = from_start_[destination_];
        walk_first(spur, banned);
        return true;
    }

    void walk_first(std::int32_t spur, const Links& banned) {
        const auto tight = [&](std::int32_t from, const Step<T>& step, std::int32_t to) {
            return from_start_[from] + step.weight == from_start_[to] && !(from == spur && has(banned, step.link));
        };
        stack_.assign(1, destination_);
        useful_[destination_] = stamp_;
        while (!stack_.empty()) {
            const std::int32_t v = stack_.back();
            stack_.pop_back();
            for (const auto& step : in_.of(v)) {
                const std::int32_t u = step.node;
                if (closed_[u] != stamp_ || useful_[u] == stamp_ || u == destination_ || !tight(u, step, v)) continue;
                useful_[u] = stamp_;
                stack_.push_back(u);
            }
        }
        tail_.clear();
        for (std::int32_t v = spur; v != destination_;)
            for (const auto& step : out_.of(v))
                if (useful_[step.node] == stamp_ && step.node != spur && tight(v, step, step.node)) {
                    tail_.push_back(step.link);
                    v = step.node;
                    break;
                }
    }

    const graph::Graph& graph_;
    std::vector<T> weight_;
    Steps<T> out_, in_;
    std::int32_t destination_ = -1;
    std::vector<T> ahead_;             // weight of the cheapest way to the destination
    std::vector<std::int32_t> next_;
    std::vector<std::uint32_t> blocked_, reached_, closed_, useful_;
    std::uint32_t block_stamp_ = 0, stamp_ = 0;
    std::vector<T> from_start_;
    Heap<T> heap_;
    std::vector<std::int32_t> stack_;
    Links tail_;
    std::vector<Candidate<T>> waiting_;  // ascending
};

template <class T>
PathTable all(const graph::Graph& graph, const Scale& scale, std::span<const std::int32_t> pair_src,
              std::span<const std::int32_t> pair_dst, std::int32_t k, Pulse& pulse) {
    std::vector<std::int32_t> order(pair_src.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](std::int32_t x, std::int32_t y) {
        return std::tie(pair_dst[x], pair_src[x], x) < std::tie(pair_dst[y], pair_src[y], y);
    });
    Yen<T> yen(graph, scale);
    std::vector<std::vector<Links>> found(pair_src.size());
    std::int32_t aimed = -1;
    for (const std::int32_t p : order) {
        if (pair_dst[p] != aimed) yen.aim(aimed = pair_dst[p]);
        found[p] = yen.first(pair_src[p], k, pulse);
    }
    PathTable table;
    for (const auto& paths : found) {
        for (const Links& links : paths) table.add(graph, links);
        table.close_pair();
    }
    return table;
}

}  // namespace

PathTable k_shortest(const graph::Graph& graph, std::span<const std::int32_t> pair_src,
                     std::span<const std::int32_t> pair_dst, std::int32_t k, Pulse pulse) {
    const Scale scale = scale_of(graph);
    if (scale.grid.wide) return all<Wide>(graph, scale, pair_src, pair_dst, k, pulse);
    return all<std::int64_t>(graph, scale, pair_src, pair_dst, k, pulse);
}

}  // namespace easterly::paths
