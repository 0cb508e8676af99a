// Paths with rates that are moved about, their loads, and the searches that moves ask for.
#pragma once

#include <algorithm>
#include <cstdint>
#include <queue>
#include <utility>
#include <vector>

#include "allocate/split.hpp"

namespace easterly::allocate {

constexpr double kSlack = 1e-12;  // relative; sums of rates are only so exact

struct SplitPath {
    std::int32_t demand = -1;
    std::vector<std::int32_t> link;
    double rate = 0.0;
};

// Searches from one node to another over links of a least width.
class PathFinder {
public:
    explicit PathFinder(const graph::Graph& graph)
        : graph_(graph), out_(graph::leaving(graph)), key_(graph.nodes), via_(graph.nodes), done_(graph.nodes) {}

    // Greatest least width of a path; -infinity without one.
    template <class Width>
    double widest(std::int32_t from, std::int32_t to, Width&& width) {
        run(from, to, -graph::kInfinity,
            [&](double key, std::int32_t link, double) { return std::max(key, -width(link)); });
        return done_[to] ? -key_[to] : -graph::kInfinity;
    }

    // Shortest path over links at least so wide; empty without one.
    template <class Width>
    std::vector<std::int32_t> shortest(std::int32_t from, std::int32_t to, double least, Width&& width) {
        run(from, to, 0.0, [&](double key, std::int32_t link, double cost) {
            return width(link) >= least ? key + cost : graph::kInfinity;
        });
        std::vector<std::int32_t> path;
        if (!done_[to]) return path;
        for (std::int32_t v = to; v != from; v = graph_.src[via_[v]]) path.push_back(via_[v]);
        std::reverse(path.begin(), path.end());
        return path;
    }

private:
    template <class Step>
    void run(std::int32_t from, std::int32_t to, double first, Step&& step) {
        std::fill(key_.begin(), key_.end(), graph::kInfinity);
        std::fill(done_.begin(), done_.end(), 0);
        heap_.clear();
        key_[from] = first;
        heap_.emplace_back(first, from);
        const auto later = std::greater<std::pair<double, std::int32_t>>{};
        while (!heap_.empty()) {
            std::pop_heap(heap_.begin(), heap_.end(), later);
            const std::int32_t u = heap_.back().second;
            heap_.pop_back();
            if (done_[u]) continue;
            done_[u] = 1;
            if (u == to) return;
            if (u != from && !graph_.transit[u]) continue;
            for (std::int32_t row = out_.ptr[u]; row < out_.ptr[u + 1]; ++row) {
                const std::int32_t v = out_.node[row];
                if (done_[v]) continue;
                const double key = step(key_[u], out_.link[row], out_.cost[row]);
                if (!(key < key_[v])) continue;
                key_[v] = key;
                via_[v] = out_.link[row];
                heap_.emplace_back(key, v);
                std::push_heap(heap_.begin(), heap_.end(), later);
            }
        }
    }

    const graph::Graph& graph_;
    graph::Adjacency out_;
    std::vector<double> key_;
    std::vector<std::int32_t> via_;
    std::vector<char> done_;
    std::vector<std::pair<double, std::int32_t>> heap_;
};

class SplitState {
public:
    SplitState(const SplitProblem& problem, const Poll& poll)
        : problem(problem), finder(problem.graph), load(problem.capacity.size(), 0.0),
          of(problem.amount.size()), users(problem.capacity.size()), poll_(poll) {}

    // What links have left, not below zero.
    double room(std::int32_t link) const { return std::max(problem.capacity[link] - load[link], 0.0); }

    double room(const std::vector<std::int32_t>& links) const {
        double least = graph::kInfinity;
        for (const std::int32_t link : links) least = std::min(least, room(link));
        return least;
    }

    double granted(std::int32_t demand) const {
        double sum = 0.0;
        for (const std::int32_t p : of[demand]) sum += path[p].rate;
        return sum;
    }

    // What a demand lacks; nothing where that is rounding, or where it needs no link.
    double lacking(std::int32_t demand) const {
        if (problem.src[demand] == problem.dst[demand]) return 0.0;
        const double lack = problem.amount[demand] - granted(demand);
        return lack > problem.amount[demand] * kSlack ? lack : 0.0;
    }

    std::int32_t add(std::int32_t demand, std::vector<std::int32_t> links, double rate);
    void remove(std::int32_t p);
    void change(std::int32_t p, double rate);
    void recount();  // loads anew, so that rounding does not add up
    SplitPaths paths() const;
    void look_up() {
        if (++searches_ % 4096 == 0) poll_();
    }

    const SplitProblem& problem;
    PathFinder finder;
    std::vector<double> load;
    std::vector<SplitPath> path;                  // rows of removed ones have no links
    std::vector<std::vector<std::int32_t>> of;     // paths of each demand
    std::vector<std::vector<std::int32_t>> users;  // paths over each link

private:
    const Poll& poll_;
    std::vector<std::int32_t> free_;
    std::int64_t searches_ = 0;
};

// At most problem.most paths of each demand of the start: the largest, or drawn by rate in later rounds. Their rates
// share what the demand has in the start.
std::vector<std::vector<SplitPath>> chosen(const SplitProblem& problem, const SplitStart& start, std::uint64_t seed,
                                           std::int32_t round);

}  // namespace easterly::allocate
