#include "allocate/solve.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "allocate/search.hpp"

namespace easterly::allocate {

namespace {

constexpr std::size_t kSmall = 4096;    // forest nodes below which rates are made after every step
constexpr int kPatience = 12;           // steps without progress after which doubles resolve no more
constexpr double kEarly = 2e-3;         // coldest temperature whose prices are worth to start from
constexpr double kShort = 0.1;          // steps that lead nowhere,
constexpr int kTries = 3;               // and how many of them in a row make the search begin again from its prices
constexpr double kCold = 1e-7;          // temperature below which progress may end so

// No pair can have more than leaves its source and enters its destination. Twice that never binds, so that what is
// scarce has its price on links alone.
std::vector<double> reachable_amounts(const Problem& problem) {
    std::vector<double> out(problem.nodes, 0.0), in(problem.nodes, 0.0), amount(problem.pairs());
    for (std::size_t l = 0; l < problem.links(); ++l) {
        out[problem.src[l]] += problem.capacity[l];
        in[problem.dst[l]] += problem.capacity[l];
    }
    for (std::size_t k = 0; k < problem.pairs(); ++k)
        amount[k] = std::min(problem.amount[k], 2.0 * std::min(out[problem.pair_src[k]], in[problem.pair_dst[k]]));
    return amount;
}

void run(Search& search, const Options& options, const std::function<bool(const Progress&)>& poll) {
    double apart = kInfinity;
    int idle = 0, stuck = 0;
    if (search.renew()) return search.finish();
    search.begin();
    search.remember();
    auto& steps = search.answer.iterations;
    for (steps = 0; steps < options.iterations; ++steps) {
        const double reached = search.inner.step();
        const double heat = search.inner.temperature();
        if (!std::isfinite(heat)) break;
        if (heat >= kEarly) search.remember();
        stuck = reached < kShort ? stuck + 1 : 0;
        if (stuck >= kTries) {
            // Products that are far off say that the prices are, too.
            if (heat < 1.0) search.restart(std::min(2.0 * heat, kStart));
            else search.approach();
            stuck = 0;
        }
        search.round();
        // Rates cost as much to make as a few passes over the forest: not while they cannot be good enough.
        if (search.inner.columns.up.size() < kSmall || steps % 8 == 7 || steps + 1 == options.iterations ||
            heat * search.inner.stake < 4.0 * std::max(options.gap, 1e-6) * std::abs(search.best_bound))
            search.plan();
        if (search.closed() || search.best_bound < options.target) break;
        if (search.has_plan && search.best.value >= options.target) break;
        const double now = search.has_plan ? search.best_bound - search.best.value : kInfinity;
        if (now < 0.9 * apart) {
            apart = now;
            idle = 0;
        } else if (heat < kCold && ++idle >= kPatience) {
            break;
        }
        if (!poll({search.answer.rounds, steps, search.best.value, search.best_bound})) break;
    }
    if (!search.has_plan) search.plan();
    search.finish();
}

}  // namespace

Answer solve(const Problem& asked, const Goal& goal, const Options& options,
             const std::function<bool(const Progress&)>& poll) {
    const std::vector<double> amount = goal.equal() ? std::vector<double>{} : reachable_amounts(asked);
    Problem problem = asked;
    if (!goal.equal()) problem.amount = amount;
    Search search(problem, goal, options);
    run(search, options, poll);
    return std::move(search.answer);
}

}  // namespace easterly::allocate
