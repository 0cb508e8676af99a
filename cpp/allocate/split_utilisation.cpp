#include <numeric>
#include <tuple>

#include "allocate/split_state.hpp"

namespace easterly::allocate {

namespace {

constexpr double kStep = 1e-9;          // relative; steps that win less do not count
constexpr std::int64_t kMoves = 200000;  // most that are made

class Utilisation {
public:
    Utilisation(const SplitProblem& problem, const Poll& poll) : problem_(problem), state_(problem, poll) {}

    SplitPaths run(const SplitStart& start, std::uint64_t seed, std::int32_t round) {
        auto of = chosen(problem_, start, seed, round);
        for (std::size_t k = 0; k < of.size(); ++k) {
            const double sum = std::accumulate(of[k].begin(), of[k].end(), 0.0,
                                               [](double s, const SplitPath& p) { return s + p.rate; });
            for (SplitPath& one : of[k])
                state_.add(static_cast<std::int32_t>(k), std::move(one.link), one.rate / sum * problem_.amount[k]);
        }
        for (std::int64_t move = 0; move < kMoves && relieve_fullest(); ++move)
            if (move % 1024 == 1023) state_.recount();
        state_.recount();
        return state_.paths();
    }

private:
    double use(std::int32_t link, double more = 0.0) const {
        const double load = state_.load[link] + more;
        return load > 0.0 ? load / problem_.capacity[link] : 0.0;
    }

    // Takes something off the fullest link, so that nothing is as full as it was; false where nothing helps.
    bool relieve_fullest() {
        std::int32_t fullest = -1;
        double most = 0.0;
        for (std::int32_t link = 0; link < problem_.graph.links(); ++link)
            if (use(link) > most) {
                most = use(link);
                fullest = link;
            }
        if (fullest < 0) return false;
        auto users = state_.users[fullest];
        const auto key = [&](std::int32_t p) { return std::tuple(-state_.path[p].rate, state_.path[p].demand, p); };
        std::sort(users.begin(), users.end(), [&](std::int32_t x, std::int32_t y) { return key(x) < key(y); });
        const double limit = most * (1.0 - kStep);
        for (const std::int32_t p : users)
            if (move(p, limit)) return true;
        if (problem_.most > 1)
            for (const std::int32_t p : users)
                if (shift(p, fullest, limit)) return true;
        for (const std::int32_t p : users)
            if (exchange(p, limit)) return true;
        return false;
    }

    // What every link may take on before it is fuller than `limit`.
    auto below(double limit) {
        return [this, limit](std::int32_t link) { return problem_.capacity[link] * limit - state_.load[link]; };
    }

    // A path as a whole, to the shortest way on which nothing gets as full.
    bool move(std::int32_t p, double limit) {
        state_.look_up();
        const SplitPath old = state_.path[p];
        state_.remove(p);
        auto links = state_.finder.shortest(problem_.src[old.demand], problem_.dst[old.demand], old.rate, below(limit));
        const bool found = !links.empty();
        state_.add(old.demand, found ? std::move(links) : old.link, old.rate);
        return found;
    }

    // Part of a path, to another path of its demand or to a new one: until both are equally full.
    bool shift(std::int32_t p, std::int32_t fullest, double limit) {
        const std::int32_t k = state_.path[p].demand;
        for (const std::int32_t q : state_.of[k])
            if (q != p && balance(p, q, fullest, limit)) return true;
        if (static_cast<std::int32_t>(state_.of[k].size()) >= problem_.most) return false;
        state_.look_up();
        const double widest = state_.finder.widest(problem_.src[k], problem_.dst[k], below(limit));
        if (!(widest > 0.0)) return false;
        auto links = state_.finder.shortest(problem_.src[k], problem_.dst[k], widest, below(limit));
        if (std::find(links.begin(), links.end(), fullest) != links.end()) return false;
        const std::int32_t q = state_.add(k, std::move(links), 0.0);
        if (balance(p, q, fullest, limit)) return true;
        state_.remove(q);
        return false;
    }

    // Moves rate from p to q until the fullest link of p is as full as any of q; false where q has no room for any.
    bool balance(std::int32_t p, std::int32_t q, std::int32_t fullest, double limit) {
        const auto& to = state_.path[q].link;
        if (std::find(to.begin(), to.end(), fullest) != to.end()) return false;
        double rate = state_.path[p].rate;
        for (const std::int32_t link : to) {
            const auto& from = state_.path[p].link;
            if (std::find(from.begin(), from.end(), link) != from.end()) continue;
            if (use(link) >= limit) return false;
            const double a = problem_.capacity[fullest], b = problem_.capacity[link];
            if (b == graph::kInfinity) continue;
            // (load_a - x) / a == (load_b + x) / b
            rate = std::min(rate, (state_.load[fullest] * b - state_.load[link] * a) / (a + b));
        }
        if (!(rate > state_.path[p].rate * kStep)) return false;
        state_.change(q, state_.path[q].rate + rate);
        if (rate >= state_.path[p].rate * (1.0 - kSlack)) state_.remove(p);
        else state_.change(p, state_.path[p].rate - rate);
        return true;
    }

    // A path to where one other has to make way first: that one is moved by the same rule.
    bool exchange(std::int32_t p, double limit) {
        const SplitPath old = state_.path[p];
        state_.remove(p);
        state_.look_up();
        const auto others = blockers(old, limit);
        for (const std::int32_t q : others) {
            const SplitPath aside = state_.path[q];
            state_.remove(q);
            auto first = state_.finder.shortest(problem_.src[old.demand], problem_.dst[old.demand], old.rate, below(limit));
            if (!first.empty()) {
                const std::int32_t placed = state_.add(old.demand, std::move(first), old.rate);
                auto second = state_.finder.shortest(problem_.src[aside.demand], problem_.dst[aside.demand], aside.rate,
                                                     below(limit));
                if (!second.empty()) {
                    state_.add(aside.demand, std::move(second), aside.rate);
                    return true;
                }
                state_.remove(placed);
            }
            state_.add(aside.demand, aside.link, aside.rate);
        }
        state_.add(old.demand, old.link, old.rate);
        return false;
    }

    // Paths on the links that keep a path from the way with the most room, at most a few.
    std::vector<std::int32_t> blockers(const SplitPath& old, double limit) {
        const double widest = state_.finder.widest(problem_.src[old.demand], problem_.dst[old.demand], below(limit));
        const auto way = state_.finder.shortest(problem_.src[old.demand], problem_.dst[old.demand], widest, below(limit));
        std::vector<std::int32_t> found;
        for (const std::int32_t link : way) {
            if (below(limit)(link) >= old.rate) continue;
            for (const std::int32_t q : state_.users[link])
                if (std::find(found.begin(), found.end(), q) == found.end()) found.push_back(q);
        }
        const auto key = [&](std::int32_t q) { return std::tuple(-state_.path[q].rate, state_.path[q].demand, q); };
        std::sort(found.begin(), found.end(), [&](std::int32_t x, std::int32_t y) { return key(x) < key(y); });
        if (found.size() > kBlockers) found.resize(kBlockers);
        return found;
    }

    static constexpr std::size_t kBlockers = 16;
    const SplitProblem& problem_;
    SplitState state_;
};

}  // namespace

SplitPaths split_utilisation(const SplitProblem& problem, const SplitStart& start, std::uint64_t seed,
                             std::int32_t round, const Poll& poll) {
    return Utilisation(problem, poll).run(start, seed, round);
}

}  // namespace easterly::allocate
