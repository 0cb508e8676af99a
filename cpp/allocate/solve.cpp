#include "allocate/solve.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "allocate/certificate.hpp"
#include "allocate/interior.hpp"
#include "allocate/pricing.hpp"
#include "allocate/repair.hpp"

namespace easterly::allocate {

namespace {

constexpr char kDrops = 3;          // rounds in which a pair may lose paths
constexpr double kStart = 0.07;     // temperature at which the interior point starts
constexpr int kSweeps = 40;         // most moves of prices before
constexpr double kDrop = 0.05;      // paths with less of their pair's rate, and a clearly higher price, go
constexpr double kMissing = 0.05;   // missing paths are taken in once they are worth this part of what is open
constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Search {
    const Problem& problem;
    const Goal& goal;
    const Options& options;
    Interior inner;
    Trees trees;
    std::vector<double> length, distance, best_y, best_distance, floor_y;
    double best_bound = kInfinity;
    Plan best;
    bool has_plan = false;
    Answer answer{};
    std::size_t pending = 0;
    std::vector<char> drops;  // rounds in which a pair has lost paths

    Search(const Problem& p, const Goal& g, const Options& o)
        : problem(p), goal(g), options(o), inner(p, g), trees(p), length(p.links()), distance(p.pairs()), drops(p.pairs(), 0) {}


    // Distances of all pairs under `length`; adds the shortest path of each pair for which `wanted(k)` holds.
    template <class Wanted>
    std::size_t price(const Wanted& wanted) {
        std::size_t added = 0;
        std::vector<std::int32_t> place(problem.nodes), chain;
        for (std::size_t k = 0; k < problem.pairs();) {
            const std::int32_t destination = problem.pair_dst[k];
            trees.grow(destination, length);
            std::fill(place.begin(), place.end(), -1);
            place[destination] = inner.columns.root(destination);
            for (; k < problem.pairs() && problem.pair_dst[k] == destination; ++k) {
                distance[k] = trees.distance[problem.pair_src[k]];
                if (!wanted(k) || !std::isfinite(distance[k])) continue;
                std::int32_t v = problem.pair_src[k];
                chain.clear();
                while (place[v] < 0) {
                    chain.push_back(v);
                    v = problem.dst[trees.next[v]];
                }
                std::int32_t at = place[v];
                for (std::size_t i = chain.size(); i-- > 0;) {
                    at = inner.columns.node(at, trees.next[chain[i]]);
                    place[chain[i]] = at;
                }
                added += inner.columns.add(place[problem.pair_src[k]], static_cast<std::int32_t>(k));
            }
        }
        return added;
    }

    void first_paths();
    void begin();
    double gap_scale() const;
    bool closed() const { return has_plan && best_bound - best.value <= options.gap * gap_scale(); }
    void round(bool relaxing = false);
    void make_plan();
    void run(const std::function<bool(const Progress&)>& poll);
    void finish();
};

double Search::gap_scale() const {
    if (goal.curved()) {
        if (goal.alpha == 1.0) {
            double sum = 0.0;
            for (const double w : problem.weight) sum += w;
            return sum;
        }
        return std::abs(best.value) * std::min(1.0, std::abs(1.0 - goal.alpha));
    }
    return std::max({std::abs(best.value), std::abs(best_bound), 1e-9 * inner.stake});
}

void Search::first_paths() {
    double mean = 0.0;
    for (const double c : problem.capacity) mean += c / static_cast<double>(problem.links());
    double cost = 0.0;
    for (const double c : problem.cost) cost += c / static_cast<double>(problem.links());
    for (std::size_t l = 0; l < problem.links(); ++l)
        length[l] = 1.0 + 0.01 * mean / (mean + problem.capacity[l]);
    if (cost > 0.0)
        for (std::size_t l = 0; l < problem.links(); ++l) length[l] = 1e-6 * length[l] * cost + problem.cost[l];
    price([](std::size_t) { return true; });
    for (std::size_t k = 0; k < problem.pairs(); ++k)
        if (!std::isfinite(distance[k]))
            throw std::invalid_argument("pair " + std::to_string(k) + " has no path");
    inner.columns.settle({});
}

void Search::begin() {
    first_paths();
    Columns& columns = inner.columns;
    const std::size_t pairs = problem.pairs(), links = problem.links();
    std::vector<double> wish(pairs), rate(pairs), worth(pairs), load(links), node(columns.up.size());
    // What pairs would like, on their first paths.
    for (std::size_t k = 0; k < pairs; ++k) {
        wish[k] = goal.kind == Kind::concurrent ? goal.growth[k] : problem.amount[k];
        if (!std::isfinite(wish[k])) {
            wish[k] = problem.weight[k];
        }
    }
    columns.loads(wish, load, node);
    double fits = kInfinity;
    std::vector<double> use(links);
    double spare_phi = kInfinity;
    if (goal.kind == Kind::concurrent) {
        std::vector<double> fixed(goal.base.begin(), goal.base.end()), held(links);
        columns.loads(fixed, held, node);
        for (std::size_t l = 0; l < links; ++l)
            if (load[l] > 0.0)
                spare_phi = std::min(spare_phi, std::max(problem.capacity[l] - held[l], 0.05 * problem.capacity[l]) / load[l]);
        if (!std::isfinite(spare_phi)) spare_phi = 1.0;
        for (std::size_t l = 0; l < links; ++l) use[l] = (held[l] + spare_phi * load[l]) / problem.capacity[l];
        inner.phi = spare_phi;
    } else {
        for (std::size_t l = 0; l < links; ++l) use[l] = load[l] / problem.capacity[l];
    }
    for (std::size_t l = 0; l < links; ++l)
        if (load[l] > 0.0) fits = std::min(fits, problem.capacity[l] / load[l]);

    std::vector<double> worst(columns.up.size(), 0.0);
    for (std::size_t v = 0; v < columns.up.size(); ++v)
        worst[v] = columns.up[v] < 0 ? 0.0 : std::max(worst[columns.up[v]], use[columns.link[v]]);
    double growth = 0.0;
    if (goal.kind == Kind::concurrent)
        for (const double g : goal.growth) growth += g;
    double mean_cost = 0.0;
    for (std::size_t k = 0; k < pairs; ++k) mean_cost += distance[k] / static_cast<double>(pairs);
    for (std::size_t k = 0; k < pairs; ++k) {
        const double crowd = std::max(1.0, worst[columns.leaf[columns.ptr[k]]]);
        switch (goal.kind) {
            case Kind::throughput:
                rate[k] = std::isfinite(problem.amount[k]) ? problem.amount[k] : wish[k] * fits;
                worth[k] = problem.weight[k];
                break;
            case Kind::utility:
                rate[k] = std::isfinite(problem.amount[k]) ? problem.amount[k] / crowd
                                                           : wish[k] / worst[columns.leaf[columns.ptr[k]]];
                worth[k] = marginal(goal, problem.weight[k], rate[k]);
                break;
            case Kind::concurrent:
                rate[k] = goal.base[k] + inner.phi * goal.growth[k];
                worth[k] = 1.0 / growth;
                break;
            case Kind::cost:
                rate[k] = problem.amount[k];
                worth[k] = mean_cost > 0.0 ? distance[k] + 0.1 * mean_cost : 1.0;
                break;
        }
    }
    inner.scale(rate, worth);
    double all = 0.0, spread = 0.0;
    for (std::size_t k = 0; k < pairs; ++k) all += rate[k] * worth[k];
    for (std::size_t l = 0; l < links; ++l) {
        const double r = std::max(std::min(use[l], 4.0), 0.05);
        inner.y[l] = r * r;
        spread += r * r * problem.capacity[l];
    }
    const double level = goal.kind == Kind::cost ? 0.2 : 0.6;
    for (std::size_t l = 0; l < links; ++l) inner.y[l] *= level * all / spread;
    if (options.warm_price.size() == links)
        for (std::size_t l = 0; l < links; ++l) inner.y[l] = std::max(options.warm_price[l], 1e-6 * all / spread);
    floor_y.resize(links);
    double capacity = 0.0;
    for (const double c : problem.capacity) capacity += c;
    const double least = std::min(1e-5, 1e-3 * options.gap) * all / capacity;
    for (std::size_t l = 0; l < links; ++l) floor_y[l] = least;

    for (std::size_t l = 0; l < links; ++l) length[l] = inner.y[l] + problem.cost[l] + floor_y[l];
    price([](std::size_t) { return true; });
    if (goal.kind == Kind::concurrent) {
        double norm = 0.0;
        for (std::size_t k = 0; k < pairs; ++k) norm += goal.growth[k] * distance[k];
        if (options.warm_price.size() != links)
            for (std::size_t l = 0; l < links; ++l) inner.y[l] /= norm;
    }
    for (std::size_t c = 0; c < options.warm_pair.size(); ++c) {
        const std::int32_t k = options.warm_pair[c];
        std::int32_t at = columns.root(problem.pair_dst[k]);
        for (std::int64_t i = options.warm_ptr[c + 1]; i-- > options.warm_ptr[c];) at = columns.node(at, options.warm_link[i]);
        columns.add(at, k);
    }
    columns.settle({});
    inner.open_rows();
    const bool warm = options.warm_price.size() == links;
    const double mu = warm ? options.warm_temperature : kStart;
    const int sweeps = warm ? 0 : kSweeps;
    for (int sweep = 0; sweep < sweeps; ++sweep) {
        const double off = inner.relax(mu);
        if (off < 0.3 && sweep > 6) break;
        if (goal.curved() && sweep % 4 == 1) inner.rescale();
        if (sweep % 4 == 3) round(true);
    }
    inner.respond(mu);
    if (goal.kind == Kind::concurrent) {
        // Steps away from too little are longer than those away from too much.
        double over = 1.0;
        for (std::size_t l = 0; l < links; ++l) over = std::max(over, inner.load[l] / (0.98 * problem.capacity[l]));
        if (over > 1.0) {
            inner.phi /= over;
            inner.respond(mu);
        }
    }
    if (!goal.equal()) inner.lighten(mu);
    inner.reshape(columns.settle({}));
    inner.slacken();
}

// Prices at the current point: a bound over all paths, and the columns that are missing.
void Search::round(bool relaxing) {
    const std::size_t links = problem.links(), pairs = problem.pairs();
    Columns& columns = inner.columns;
    std::vector<double> y(links), node(columns.up.size());
    for (std::size_t l = 0; l < links; ++l) {
        y[l] = inner.y[l] + floor_y[l];
        length[l] = y[l] + problem.cost[l];
    }
    columns.lengths(length, node);
    std::vector<double> shortest(pairs, kInfinity);
    for (std::size_t p = 0; p < columns.size(); ++p)
        shortest[columns.pair[p]] = std::min(shortest[columns.pair[p]], node[columns.leaf[p]]);
    const double mu = inner.temperature();
    const auto wanted = [&](std::size_t k) {
        const double d = distance[k];
        // Paths within the temperature of what is there, or far above what the pair pays, change nothing yet.
        const double blur = mu * inner.worth[k];
        return d < shortest[k] * (1.0 - 1e-9) - blur && d < inner.lambda[k] + 5.0 * blur;
    };
    const std::size_t added = price(wanted);
    pending += added;
    const double value = bound(problem, goal, y, distance);
    if (value < best_bound) {
        best_bound = value;
        best_y = y;
        best_distance = distance;
    }
    ++answer.rounds;
    // What the missing paths are worth at these prices, against what is left to prove.
    double missing = 0.0;
    for (std::size_t k = 0; k < pairs; ++k)
        missing += inner.rate[k] * std::max(0.0, std::min(shortest[k], inner.lambda[k]) - distance[k]);
    std::vector<char> keep(columns.size(), 1);
    std::size_t dropped = 0;
    for (std::size_t k = 0; k < pairs; ++k) {
        const std::int32_t first = columns.ptr[k], last = columns.ptr[k + 1];
        // A pair that has lost paths time and again keeps what it gets from now on: rounds would go in circles.
        if (last - first < 2 || drops[k] >= kDrops) continue;
        const std::int32_t main = static_cast<std::int32_t>(std::max_element(&inner.x[first], &inner.x[last - 1] + 1) - inner.x.data());
        const double few = kDrop * inner.rate[k];
        for (std::int32_t p = first; p < last; ++p)
            if (p != main && inner.x[p] < few && inner.x[p] * inner.worth[k] < few * inner.w[p]) keep[p] = 0, ++dropped;
    }
    const double open = std::min(mu * inner.stake, has_plan ? best_bound - best.value : kInfinity);
    const bool take = relaxing ? added > 0 : pending > 0 && missing >= kMissing * open;
    if (take || dropped > columns.size() / 10) {
        for (std::size_t p = 0; p < keep.size(); ++p)
            if (!keep[p] && (p == 0 || keep[p - 1] || columns.pair[p - 1] != columns.pair[p])) ++drops[columns.pair[p]];
        if (relaxing) columns.settle(keep);
        else inner.reshape(columns.settle(keep));
        pending = 0;
    }
}

void Search::make_plan() {
    std::vector<std::int32_t> rank;
    rank.reserve(inner.x.size());
    for (std::size_t p = 0; p < inner.x.size(); ++p)
        if (inner.x[p] * inner.worth[inner.columns.pair[p]] > inner.rate[inner.columns.pair[p]] * inner.w[p]) rank.push_back(static_cast<std::int32_t>(p));
    for (std::size_t p = 0; p < inner.x.size(); ++p)
        if (!(inner.x[p] * inner.worth[inner.columns.pair[p]] > inner.rate[inner.columns.pair[p]] * inner.w[p])) rank.push_back(static_cast<std::int32_t>(p));
    Plan plan = repair(problem, goal, inner.columns, inner.x, inner.phi, rank);
    const bool whole = plan.shortfall <= 1e-9;
    if (!has_plan || (whole && (plan.value > best.value || best.shortfall > 1e-9)) ||
        (!whole && plan.shortfall < best.shortfall)) {
        best = std::move(plan);
        has_plan = true;
        finish();
    }
}

void Search::finish() {
    answer.pair.clear();
    answer.link.clear();
    answer.rate.clear();
    answer.ptr.assign(1, 0);
    const Columns& columns = inner.columns;
    for (std::size_t p = 0; p < best.rate.size(); ++p) {
        if (!(best.rate[p] > 0.0)) continue;
        answer.pair.push_back(columns.pair[p]);
        answer.rate.push_back(best.rate[p]);
        for (std::int32_t v = columns.leaf[p]; columns.up[v] >= 0; v = columns.up[v]) answer.link.push_back(columns.link[v]);
        answer.ptr.push_back(static_cast<std::int64_t>(answer.link.size()));
    }
}

void Search::run(const std::function<bool(const Progress&)>& poll) {
    begin();
    double last_apart = kInfinity;
    int stalled = 0;
    for (answer.iterations = 0; answer.iterations < options.iterations; ++answer.iterations) {
            inner.step();
        round();
        const double heat = inner.temperature();
        if (!std::isfinite(heat)) break;
        // A plan costs as much as a few passes over the forest: not while it cannot be good enough.
        if (inner.columns.up.size() < 4096 || answer.iterations % 8 == 7 ||
            heat * inner.stake < 4.0 * std::max(options.gap, 1e-6) * std::abs(best_bound))
            make_plan();
        // Below what doubles can resolve, steps lead nowhere.
        const double apart = best_bound - best.value;
        if (has_plan && apart < 0.9 * last_apart) {
            last_apart = apart;
            stalled = 0;
        } else if (has_plan && heat < 1e-7 && ++stalled >= 12) {
            break;
        }
        if (closed() && best.shortfall <= 1e-9) break;
        if (best.value >= options.target || best_bound < options.target) break;
        if (!has_plan && answer.iterations + 1 == options.iterations) make_plan();
        if (!poll({answer.rounds, answer.iterations, best.value, best_bound})) break;
    }
    answer.value = best.value;
    answer.bound = best_bound;
    answer.phi = best.phi;
    answer.shortfall = best.shortfall;
    answer.proven = closed();
    answer.price = best_y;
    answer.pair_price = best_distance;
    answer.warm_ptr.assign(1, 0);
    const Columns& columns = inner.columns;
    for (std::size_t p = 0; p < columns.size(); ++p) {
        answer.warm_pair.push_back(columns.pair[p]);
        for (std::int32_t v = columns.leaf[p]; columns.up[v] >= 0; v = columns.up[v]) answer.warm_link.push_back(columns.link[v]);
        answer.warm_ptr.push_back(static_cast<std::int64_t>(answer.warm_link.size()));
    }
    answer.warm_price = inner.y;
}

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

}  // namespace

Answer solve(const Problem& asked, const Goal& goal, const Options& options,
             const std::function<bool(const Progress&)>& poll) {
    const std::vector<double> amount = goal.equal() ? std::vector<double>{} : reachable_amounts(asked);
    Problem problem = asked;
    if (!goal.equal()) problem.amount = amount;
    Search search(problem, goal, options);
    search.run(poll);
    return std::move(search.answer);
}

}  // namespace easterly::allocate
