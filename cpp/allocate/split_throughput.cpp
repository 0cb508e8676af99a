#include <numeric>
#include <tuple>
#include <unordered_map>

#include "allocate/split_state.hpp"

namespace easterly::allocate {

namespace {

constexpr std::int32_t kSweeps = 12;
constexpr std::size_t kEjected = 24;  // paths that one demand may push aside
constexpr double kGain = 1e-6;        // relative; sweeps that win less are the last

class Throughput {
public:
    Throughput(const SplitProblem& problem, const Poll& poll) : problem_(problem), state_(problem, poll) {
        order_.resize(problem.amount.size());
        std::iota(order_.begin(), order_.end(), 0);
        const auto key = [&](std::int32_t k) {
            return std::tuple(-problem.weight[k] * (problem.whole ? problem.amount[k] : 1.0), -problem.amount[k],
                              problem.dst[k], problem.src[k], k);
        };
        std::sort(order_.begin(), order_.end(), [&](std::int32_t x, std::int32_t y) { return key(x) < key(y); });
    }

    SplitPaths run(const SplitStart& start, std::uint64_t seed, std::int32_t round) {
        place(chosen(problem_, start, seed, round));
        double before = fill();
        for (std::int32_t sweep = 0; sweep < kSweeps; ++sweep) {
            state_.recount();
            relieve();
            widen();
            push();
            const double now = fill();
            if (now <= before * (1.0 + kGain)) break;
            before = now;
        }
        state_.recount();
        return state_.paths();
    }

private:
    using Saved = std::vector<std::pair<std::int32_t, std::vector<SplitPath>>>;

    auto width() {
        return [this](std::int32_t link) { return state_.room(link); };
    }

    // The paths that were chosen, as far as there is room; the largest demands first. Whole ones that do not fit wait.
    void place(std::vector<std::vector<SplitPath>> of) {
        auto order = order_;
        const auto granted = [&](std::int32_t k) {
            return std::accumulate(of[k].begin(), of[k].end(), 0.0, [](double s, const auto& p) { return s + p.rate; });
        };
        std::vector<double> key(of.size());
        for (const std::int32_t k : order)
            key[k] = problem_.whole && problem_.amount[k] > 0.0 ? granted(k) / problem_.amount[k] : granted(k);
        std::stable_sort(order.begin(), order.end(), [&](std::int32_t x, std::int32_t y) { return key[x] > key[y]; });
        for (const std::int32_t k : order) {
            const double scale = problem_.whole && key[k] > 0.0 ? 1.0 / key[k] : 1.0;
            double sum = 0.0;
            for (SplitPath& one : of[k]) {
                const double rate = std::min({one.rate * scale, state_.room(one.link), problem_.amount[k] - sum});
                if (!(rate > problem_.amount[k] * kSlack)) continue;
                sum += rate;
                state_.add(k, std::move(one.link), rate);
            }
            if (problem_.whole && state_.lacking(k) > 0.0) clear(k);
        }
    }

    void clear(std::int32_t k) {
        while (!state_.of[k].empty()) state_.remove(state_.of[k].back());
    }

    // Gives a demand what there is room for; a whole one all or nothing.
    void serve(std::int32_t k) {
        const double amount = problem_.amount[k];
        if (!(state_.lacking(k) > 0.0)) return;
        for (const std::int32_t p : state_.of[k]) {
            const double more = std::min(state_.lacking(k), state_.room(state_.path[p].link));
            if (more > amount * kSlack) state_.change(p, state_.path[p].rate + more);
        }
        while (static_cast<std::int32_t>(state_.of[k].size()) < problem_.most) {
            const double lack = state_.lacking(k);
            if (!(lack > 0.0) || !route(k, lack, amount * 1e-9)) break;
        }
        if (problem_.whole && state_.lacking(k) > 0.0) clear(k);
    }

    // One more path of a demand: the shortest on which all fits that is wanted, else the shortest of the widest.
    bool route(std::int32_t k, double wanted, double least) {
        state_.look_up();
        auto links = state_.finder.shortest(problem_.src[k], problem_.dst[k], wanted, width());
        if (!links.empty()) {
            state_.add(k, std::move(links), wanted);
            return true;
        }
        const double widest = state_.finder.widest(problem_.src[k], problem_.dst[k], width());
        if (!(widest > least) || (problem_.whole && problem_.most == 1)) return false;
        links = state_.finder.shortest(problem_.src[k], problem_.dst[k], widest, width());
        state_.add(k, std::move(links), std::min(widest, wanted));
        return true;
    }

    double fill() {
        double value = 0.0;
        for (const std::int32_t k : order_) {
            serve(k);
            value += problem_.weight[k] * state_.granted(k);
        }
        return value;
    }

    bool on_full_link(const SplitPath& one) const {
        return std::any_of(one.link.begin(), one.link.end(), [&](std::int32_t link) {
            return state_.room(link) <= problem_.capacity[link] * 1e-9;
        });
    }

    // Paths over full links move to the shortest that has room for them: prices then make room where it is worth most.
    void relieve() {
        for (const std::int32_t k : order_)
            for (std::size_t i = 0; i < state_.of[k].size(); ++i) {
                const std::int32_t p = state_.of[k][i];
                if (!on_full_link(state_.path[p])) continue;
                const SplitPath old = state_.path[p];
                state_.look_up();
                state_.remove(p);
                auto links = state_.finder.shortest(problem_.src[k], problem_.dst[k], old.rate, width());
                state_.add(k, links.empty() ? old.link : std::move(links), old.rate);
                std::rotate(state_.of[k].begin() + static_cast<std::ptrdiff_t>(i), state_.of[k].end() - 1,
                            state_.of[k].end());
            }
    }

    // A demand that lacks something exchanges its smallest path for a wider one.
    void widen() {
        for (const std::int32_t k : order_) {
            const double lack = state_.lacking(k);
            if (!(lack > 0.0) || static_cast<std::int32_t>(state_.of[k].size()) < problem_.most) continue;
            const auto smaller = [&](std::int32_t x, std::int32_t y) { return state_.path[x].rate < state_.path[y].rate; };
            const std::int32_t p = *std::min_element(state_.of[k].begin(), state_.of[k].end(), smaller);
            const SplitPath old = state_.path[p];
            state_.remove(p);
            if (!route(k, old.rate + lack, old.rate * (1.0 + 1e-9))) state_.add(k, old.link, old.rate);
        }
    }

    // A demand that lacks something takes the shortest path of all; what is in its way goes elsewhere, or is cut.
    // What does not pay is undone.
    void push() {
        for (const std::int32_t k : order_)
            if (state_.lacking(k) > 0.0) push(k);
    }

    void push(std::int32_t k) {
        state_.look_up();
        const double need = problem_.whole ? problem_.amount[k] : 0.0;
        auto links = state_.finder.shortest(problem_.src[k], problem_.dst[k], need,
                                            [&](std::int32_t link) { return problem_.capacity[link]; });
        if (links.empty()) return;
        double rate = problem_.amount[k];
        for (const std::int32_t link : links) rate = std::min(rate, problem_.capacity[link]);
        const auto aside = in_the_way(links, rate, k);
        if (!(rate > state_.granted(k)) || aside.empty()) return;
        Saved saved;
        const double before = save(k, aside, saved);
        clear(k);
        for (const auto& [demand, paths] : saved)
            if (demand != k) make_room(demand, links, rate);
        rate = std::min(rate, state_.room(links));
        if (rate > 0.0) state_.add(k, std::move(links), rate);
        if (problem_.whole && state_.lacking(k) > 0.0) clear(k);
        double after = 0.0;
        for (const auto& [demand, paths] : saved) serve(demand);
        for (const auto& [demand, paths] : saved) after += problem_.weight[demand] * state_.granted(demand);
        if (!(after > before * (1.0 + 1e-9))) restore(saved);
    }

    // Demands with paths over links that are too full, the cheapest to cut first, so many as make room.
    std::vector<std::int32_t> in_the_way(const std::vector<std::int32_t>& links, double rate, std::int32_t k) {
        std::vector<std::int32_t> found;
        for (const std::int32_t link : links) {
            double short_of = rate - state_.room(link);
            std::vector<std::int32_t> users;
            for (const std::int32_t p : state_.users[link]) {
                const std::int32_t other = state_.path[p].demand;
                if (other == k || std::find(found.begin(), found.end(), other) != found.end())
                    short_of -= state_.path[p].rate;
                else users.push_back(p);
            }
            if (!(short_of > 0.0)) continue;
            const auto key = [&](std::int32_t p) {
                const SplitPath& one = state_.path[p];
                return std::tuple(problem_.weight[one.demand], std::abs(one.rate - short_of), one.demand, p);
            };
            std::sort(users.begin(), users.end(), [&](std::int32_t x, std::int32_t y) { return key(x) < key(y); });
            for (const std::int32_t p : users) {
                if (!(short_of > 0.0)) break;
                if (std::find(found.begin(), found.end(), state_.path[p].demand) == found.end())
                    found.push_back(state_.path[p].demand);
                short_of -= state_.path[p].rate;
                if (found.size() > kEjected) return {};
            }
            if (short_of > rate * kSlack) return {};
        }
        return found;
    }

    // Cuts what a demand has on links that are too full for `rate` more, no deeper than needed.
    void make_room(std::int32_t demand, const std::vector<std::int32_t>& links, double rate) {
        auto own = state_.of[demand];
        for (const std::int32_t p : own) {
            double excess = 0.0;
            for (const std::int32_t link : state_.path[p].link)
                if (std::find(links.begin(), links.end(), link) != links.end())
                    excess = std::max(excess, rate - state_.room(link));
            if (!(excess > 0.0)) continue;
            const double left = state_.path[p].rate - excess;
            if (problem_.whole) return clear(demand);
            if (left > problem_.amount[demand] * kSlack) state_.change(p, left);
            else state_.remove(p);
        }
    }

    double save(std::int32_t k, const std::vector<std::int32_t>& aside, Saved& saved) {
        double value = 0.0;
        const auto keep = [&](std::int32_t demand) {
            std::vector<SplitPath> paths;
            for (const std::int32_t p : state_.of[demand]) paths.push_back(state_.path[p]);
            value += problem_.weight[demand] * state_.granted(demand);
            saved.emplace_back(demand, std::move(paths));
        };
        keep(k);
        for (const std::int32_t demand : aside) keep(demand);
        return value;
    }

    void restore(Saved& saved) {
        for (const auto& [demand, paths] : saved) clear(demand);
        for (auto& [demand, paths] : saved)
            for (auto& one : paths) state_.add(demand, std::move(one.link), one.rate);
    }

    const SplitProblem& problem_;
    SplitState state_;
    std::vector<std::int32_t> order_;
};

}  // namespace

SplitPaths split_throughput(const SplitProblem& problem, const SplitStart& start, std::uint64_t seed,
                            std::int32_t round, const Poll& poll) {
    return Throughput(problem, poll).run(start, seed, round);
}

}  // namespace easterly::allocate
