// Where a search begins: paths, prices that fit their loads at a high temperature, and rates that follow from them.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string>

#include "allocate/search.hpp"

namespace easterly::allocate {

namespace {

constexpr double kColdest = 1e-3;    // least temperature to start at
constexpr int kRounds = 40;          // most moves of prices before
constexpr double kClearly = 1e-2;    // by how much a path must be shorter than those given to join them
constexpr double kMain = 0.2;        // least part of its pair's rate for a given path to be among the first columns
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
    reached();
}

void Search::reached() const {
    for (std::size_t k = 0; k < problem.pairs(); ++k)
        if (!std::isfinite(distance_[k])) throw std::invalid_argument("pair " + std::to_string(k) + " has no path");
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
        inner.phi = early() && has_plan && best.phi > 0.0 ? best.phi : std::isfinite(phi) ? phi : 1.0;
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
            if (early() && has_plan) {
                double planned = 0.0;
                for (std::int32_t p = columns.ptr[k]; p < columns.ptr[k + 1]; ++p) planned += best.rate[p];
                if (planned > 0.1 * rate[k]) rate[k] = planned;
            }
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
    for (double& y : inner.y) y *= level;
    // A link whose slack is all of its capacity has the least price that there is at a temperature.
    if (early())
        for (std::size_t l = 0; l < links; ++l)
            inner.y[l] = std::max({options.warm_early[l], least, heat() * inner.omega_link[l] / problem.capacity[l]});
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

double Search::heat() const { return early() ? std::clamp(options.warm_heat, kColdest, kStart) : kStart; }

void Search::approach() {
    inner.open_rows();
    const double mu = heat();
    const double near = goal.curved() ? kCurvedNear : kNear;
    for (int sweep = 0; sweep < kRounds; ++sweep) {
        const double off = inner.relax(mu);
        if (off < near && (sweep > 6 || early())) break;
        if (goal.curved() && sweep % 4 == 1) inner.rescale();
        if (sweep % 4 == (early() ? 0 : 3)) round(true);
    }
    inner.respond(mu);
    lighten(mu);
    inner.reshape(inner.columns.settle({}));
    std::vector<char> keep(inner.columns.size(), 1);
    if (inner.merge_twins(keep) > 0) inner.reshape(inner.columns.settle(keep));
    inner.slacken();
}

// Forest nodes of the given paths, which are columns from the next `settle` on.
std::vector<std::int32_t> Search::warm_paths() {
    Columns& columns = inner.columns;
    std::vector<std::int32_t> node(options.warm_pair.size());
    for (std::size_t c = 0; c < node.size(); ++c) {
        const std::int32_t k = options.warm_pair[c];
        std::int32_t at = columns.root(problem.pair_dst[k]);
        for (std::int64_t i = options.warm_ptr[c + 1]; i-- > options.warm_ptr[c];)
            at = columns.node(at, options.warm_link[i]);
        columns.add(at, k);
        node[c] = at;
    }
    return node;
}

bool Search::renew() {
    if (!warm() || options.warm_share.size() != options.warm_pair.size()) return false;
    Columns& columns = inner.columns;
    std::vector<std::int32_t> place = warm_paths();
    std::vector<double> y(options.warm_price.begin(), options.warm_price.end());
    const double level = 1e-6 * mean(y);  // so that links without a price are not passed for nothing
    for (std::size_t l = 0; l < y.size(); ++l) length_[l] = (y[l] += level) + problem.cost[l];
    std::vector<double> node(columns.up.size()), length;
    columns.lengths(length_, node);
    std::fill(shortest_.begin(), shortest_.end(), kInfinity);
    for (std::size_t c = 0; c < place.size(); ++c) {
        double& least = shortest_[options.warm_pair[c]];
        least = std::min(least, node[place[c]]);
    }
    price([&](std::size_t k) { return distance_[k] < shortest_[k] * (1.0 - kClearly); });
    ++answer.rounds;
    reached();
    prove(y);
    columns.settle({});
    std::vector<double> x(columns.size(), 0.0);
    for (std::size_t c = 0; c < place.size(); ++c)
        x[columns.column(columns.place(place[c]))] =
            options.warm_share[c] * (goal.kind == Kind::concurrent ? 1.0 : problem.amount[options.warm_pair[c]]);
    // What is left goes to short paths first.
    node.resize(columns.up.size());
    columns.lengths(length_, node);
    length.resize(columns.size());
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

// Few columns make cheap steps; pricing brings back those that are missed.
std::vector<char> Search::main_paths() const {
    const Columns& columns = inner.columns;
    std::vector<char> keep(columns.size(), 1);
    for (std::size_t k = 0; k < problem.pairs(); ++k) {
        const auto first = best.rate.begin() + columns.ptr[k], last = best.rate.begin() + columns.ptr[k + 1];
        const double least = std::min(kMain * std::accumulate(first, last, 0.0), *std::max_element(first, last));
        for (std::int32_t p = columns.ptr[k]; p < columns.ptr[k + 1]; ++p) keep[p] = best.rate[p] >= least;
    }
    return keep;
}

void Search::begin() {
    Columns& columns = inner.columns;
    if (columns.size() == 0) {
        first_paths();
        warm_paths();
        columns.settle({});
    }
    const std::vector<double> use = expect();
    expect_of(use);
    first_prices(use);
    if (!early()) {
        price([](std::size_t) { return true; });
        if (goal.kind == Kind::concurrent) {
            double norm = 0.0;
            for (std::size_t k = 0; k < problem.pairs(); ++k) norm += goal.growth[k] * distance_[k];
            for (double& y : inner.y) y /= norm;
        }
    }
    columns.settle(early() && has_plan ? main_paths() : std::vector<char>{});
    approach();
}

}  // namespace easterly::allocate
