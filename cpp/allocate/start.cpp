// Where a search begins: paths, prices that fit their loads at a high temperature, and rates that follow from them.
#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "allocate/search.hpp"

namespace easterly::allocate {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kColdest = 1e-2;    // and where given prices may start it
constexpr int kSweeps = 40;          // most moves of prices before
constexpr double kNear = 0.5;        // worst mismatch of a link at which the steps may take over
constexpr double kCurvedNear = 0.3;  // and of concave utilities, whose totals move, too

double mean(std::span<const double> values) {
    double sum = 0.0;
    for (const double v : values) sum += v;
    return values.empty() ? 0.0 : sum / static_cast<double>(values.size());
}

}  // namespace

// Few hops, wide links before narrow ones; or what is cheap; or what was cheap under the prices that are given.
void Search::first_paths() {
    const double width = mean(problem.capacity), cost = mean(problem.cost);
    Columns& columns = inner.columns;
    for (std::size_t l = 0; l < problem.links(); ++l) {
        const double hop = 1.0 + 0.01 * width / (width + problem.capacity[l]);
        length_[l] = cost > 0.0 ? 1e-6 * hop * cost + problem.cost[l] : hop;
    }
    if (warm()) {
        const double level = mean(options.warm_price);
        for (std::size_t l = 0; l < problem.links(); ++l)
            length_[l] = options.warm_price[l] + problem.cost[l] + 1e-6 * (level + cost);
    }
    price([](std::size_t) { return true; });
    ++answer.rounds;
    for (std::size_t k = 0; k < problem.pairs(); ++k)
        if (!std::isfinite(distance_[k])) throw std::invalid_argument("pair " + std::to_string(k) + " has no path");
    columns.settle({});
}

// Use of links if all pairs had what they would like, on their first paths; sets phi to what would just fit.
std::vector<double> Search::expect() {
    const std::size_t links = problem.links();
    const Columns& columns = inner.columns;
    const bool levels = goal.kind == Kind::concurrent;
    std::vector<double> load(links), held(links, 0.0), work(columns.up.size()), wish(columns.size(), 0.0);
    const auto wishes = levels ? goal.growth : problem.amount;
    for (std::size_t k = 0; k < problem.pairs(); ++k) wish[columns.ptr[k]] = wishes[k];
    columns.loads(wish, load, work);
    if (levels) {
        for (std::size_t k = 0; k < problem.pairs(); ++k) wish[columns.ptr[k]] = goal.base[k];
        columns.loads(wish, held, work);
        double phi = kInfinity;
        for (std::size_t l = 0; l < links; ++l) {
            const double room = std::max(problem.capacity[l] - held[l], 0.05 * problem.capacity[l]);
            if (load[l] > 0.0) phi = std::min(phi, room / load[l]);
        }
        inner.phi = std::isfinite(phi) ? phi : 1.0;
        for (std::size_t l = 0; l < links; ++l) load[l] *= inner.phi;
    }
    for (std::size_t l = 0; l < links; ++l) load[l] = (load[l] + held[l]) / problem.capacity[l];
    return load;
}

// What each pair may come to, and what a unit of it is worth.
void Search::expect_of(std::span<const double> use) {
    const Columns& columns = inner.columns;
    std::vector<double> worst(columns.up.size(), 0.0), rate(problem.pairs()), worth(problem.pairs());
    for (std::size_t v = 0; v < columns.up.size(); ++v)
        worst[v] = columns.up[v] < 0 ? 0.0 : std::max(worst[columns.up[v]], use[columns.link[v]]);
    double growth = 0.0;
    for (const double g : goal.growth) growth += g;
    const double cost = mean(distance_);
    for (std::size_t k = 0; k < problem.pairs(); ++k) {
        rate[k] = problem.amount[k];
        worth[k] = problem.weight[k];
        if (goal.kind == Kind::utility) {
            rate[k] /= std::max(1.0, worst[columns.leaf[columns.ptr[k]]]);
            worth[k] = marginal(goal, problem.weight[k], rate[k]);
        } else if (goal.kind == Kind::concurrent) {
            rate[k] = goal.base[k] + inner.phi * goal.growth[k];
            worth[k] = 1.0 / growth;
        } else if (goal.kind == Kind::cost) {
            worth[k] = cost > 0.0 ? distance_[k] + 0.1 * cost : 1.0;
        }
    }
    inner.scale(rate, worth);
}

// Prices that grow with the use of links, and are together worth a part of what is at stake.
void Search::first_prices(std::span<const double> use) {
    const std::size_t links = problem.links();
    double spread = 0.0, capacity = 0.0;
    for (std::size_t l = 0; l < links; ++l) {
        const double r = std::max(std::min(use[l], 4.0), 0.05);
        inner.y[l] = r * r;
        spread += r * r * problem.capacity[l];
        capacity += problem.capacity[l];
    }
    const double level = (goal.kind == Kind::cost ? 0.2 : 0.6) * inner.stake / spread;
    const double least = std::min(1e-5, 1e-3 * options.gap) * inner.stake / capacity;
    floor_.assign(links, least);
    for (std::size_t l = 0; l < links; ++l) inner.y[l] = warm() ? std::max(options.warm_price[l], least) : inner.y[l] * level;
    for (std::size_t l = 0; l < links; ++l) length_[l] = inner.y[l] + problem.cost[l] + floor_[l];
}

// No link has too much: steps away from too little are longer than those away from too much.
void Search::lighten(double mu) {
    if (goal.kind != Kind::concurrent) {
        if (!goal.equal()) inner.lighten(mu);
        return;
    }
    double over = 1.0;
    for (std::size_t l = 0; l < problem.links(); ++l)
        over = std::max(over, inner.load[l] / (0.98 * problem.capacity[l]));
    if (over == 1.0) return;
    inner.phi /= over;
    inner.respond(mu);
}

void Search::restart(double mu) {
    for (const std::int32_t l : inner.link_of)
        inner.y[l] = std::max(inner.y[l], mu * inner.omega_link[l] / problem.capacity[l]);
    inner.respond(mu);
    lighten(mu);
    inner.slacken();
}

// The temperature that the given prices fit best.
double Search::warmest() {
    double best = kInfinity, found = kStart;
    const std::vector<double> given = inner.y;
    for (double mu = kStart; mu >= kColdest; mu *= 0.5) {
        // A link whose slack is all of its capacity has the least price that there is at this temperature.
        for (std::size_t l = 0; l < given.size(); ++l)
            inner.y[l] = std::max(given[l], mu * inner.omega_link[l] / problem.capacity[l]);
        inner.respond(mu);
        const double off = inner.mismatch();
        if (off >= best) continue;
        best = off;
        found = mu;
    }
    for (std::size_t l = 0; l < given.size(); ++l)
        inner.y[l] = std::max(given[l], found * inner.omega_link[l] / problem.capacity[l]);
    return found;
}

void Search::approach() {
    const double mu = warm() ? warmest() : kStart;
    const double near = goal.curved() ? kCurvedNear : kNear;
    for (int sweep = 0; sweep < kSweeps; ++sweep) {
        const double off = inner.relax(mu);
        if (off < near && (sweep > 6 || warm())) break;
        if (goal.curved() && sweep % 4 == 1) inner.rescale();
        if (sweep % 4 == 3) round(true);
    }
    inner.respond(mu);
    lighten(mu);
    inner.reshape(inner.columns.settle({}));
    std::vector<char> keep(inner.columns.size(), 1);
    if (inner.merge_twins(keep) > 0) inner.reshape(inner.columns.settle(keep));
    inner.slacken();
}

void Search::warm_paths() {
    Columns& columns = inner.columns;
    for (std::size_t c = 0; c < options.warm_pair.size(); ++c) {
        const std::int32_t k = options.warm_pair[c];
        std::int32_t at = columns.root(problem.pair_dst[k]);
        for (std::int64_t i = options.warm_ptr[c + 1]; i-- > options.warm_ptr[c];)
            at = columns.node(at, options.warm_link[i]);
        columns.add(at, k);
    }
}

bool Search::renew() {
    if (!warm() || options.warm_share.size() != options.warm_pair.size()) return false;
    Columns& columns = inner.columns;
    first_paths();
    std::vector<double> y(problem.links());
    for (std::size_t l = 0; l < y.size(); ++l) y[l] = length_[l] - problem.cost[l];
    for (std::size_t l = 0; l < y.size(); ++l) y[l] = std::max(y[l], 0.0);
    prove(y);
    warm_paths();
    columns.settle({});
    std::vector<double> x(columns.size(), 0.0), length(columns.size()), node(columns.up.size());
    for (std::size_t c = 0; c < options.warm_pair.size(); ++c) {
        const std::int32_t k = options.warm_pair[c];
        std::int32_t at = columns.root(problem.pair_dst[k]);
        for (std::int64_t i = options.warm_ptr[c + 1]; i-- > options.warm_ptr[c];)
            at = columns.node(at, options.warm_link[i]);
        x[columns.column(at)] = options.warm_share[c] * (goal.kind == Kind::concurrent ? 1.0 : problem.amount[k]);
    }
    // What is left goes to short paths first.
    columns.lengths(length_, node);
    std::vector<std::int32_t> rank(columns.size());
    for (std::size_t p = 0; p < rank.size(); ++p) {
        rank[p] = static_cast<std::int32_t>(p);
        length[p] = node[columns.leaf[p]];
    }
    std::sort(rank.begin(), rank.end(), [&](std::int32_t a, std::int32_t b) {
        return length[a] < length[b] || (length[a] == length[b] && a < b);
    });
    keep(repair(problem, goal, columns, x, 1.0, rank));
    return closed();
}

void Search::begin() {
    Columns& columns = inner.columns;
    if (columns.size() == 0) first_paths();
    const std::vector<double> use = expect();
    expect_of(use);
    first_prices(use);
    if (!warm()) {
        price([](std::size_t) { return true; });
        if (goal.kind == Kind::concurrent) {
            double norm = 0.0;
            for (std::size_t k = 0; k < problem.pairs(); ++k) norm += goal.growth[k] * distance_[k];
            for (double& y : inner.y) y /= norm;
        }
    }
    warm_paths();
    columns.settle({});
    inner.open_rows();
    approach();
}

}  // namespace easterly::allocate
