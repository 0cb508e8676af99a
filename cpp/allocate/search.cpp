#include "allocate/search.hpp"

#include <algorithm>
#include <cmath>

#include "allocate/certificate.hpp"

namespace easterly::allocate {

namespace {

constexpr char kDrops = 3;         // rounds in which a pair may lose paths
constexpr double kDrop = 0.05;     // paths with less of their pair's rate, and a clearly higher price, go
constexpr double kSettled = 1e-3;  // temperature below which no path goes
constexpr double kMissing = 0.1;  // missing paths are taken in once they are worth this part of what is open
constexpr double kBlur = 1.0;      // paths that are shorter by less than so many temperatures change nothing yet
constexpr double kReach = 5.0;     // nor do paths that are dearer by more than so many
constexpr double kWhole = 1e-9;    // part of a prescribed total that rounding may take

}  // namespace

Search::Search(const Problem& p, const Goal& g, const Options& o)
    : problem(p), goal(g), options(o), inner(p, g), trees_(p), length_(p.links()), distance_(p.pairs()),
      shortest_(p.pairs()), drops_(p.pairs(), 0) {}

double Search::gap_scale() const {
    if (!goal.curved()) return std::max({std::abs(best.value), std::abs(best_bound), 1e-9 * inner.stake});
    // What a change of all rates by the same factor would change.
    if (goal.alpha != 1.0) return std::abs(best.value) * std::min(1.0, std::abs(1.0 - goal.alpha));
    double sum = 0.0;
    for (const double w : problem.weight) sum += w;
    return sum;
}

bool Search::closed() const {
    return has_plan && best.shortfall <= kWhole && best_bound - best.value <= options.gap * gap_scale();
}

std::size_t Search::unused(std::vector<char>& keep) const {
    const Columns& columns = inner.columns;
    std::size_t count = 0;
    for (std::size_t k = 0; k < problem.pairs(); ++k) {
        const std::int32_t first = columns.ptr[k], last = columns.ptr[k + 1];
        // A pair that has lost paths time and again keeps what it gets from now on: rounds would go in circles.
        if (last - first < 2 || drops_[k] >= kDrops) continue;
        const double* const x = inner.x.data();
        const auto main = static_cast<std::int32_t>(std::max_element(x + first, x + last) - x);
        const double few = kDrop * inner.rate[k];
        for (std::int32_t p = first; p < last; ++p) {
            if (p == main || x[p] >= few || x[p] * inner.worth[k] >= few * inner.w[p]) continue;
            keep[p] = 0;
            ++count;
        }
    }
    return count;
}

void Search::prove(std::span<const double> y) {
    const double value = bound(problem, goal, y, distance_);
    if (!(value < best_bound)) return;
    best_bound = value;
    best_price_.assign(y.begin(), y.end());
    best_distance_ = distance_;
}

void Search::round(bool relaxing) {
    const std::size_t links = problem.links(), pairs = problem.pairs();
    Columns& columns = inner.columns;
    std::vector<double> y(links), node(columns.up.size());
    for (std::size_t l = 0; l < links; ++l) {
        y[l] = inner.y[l] + floor_[l];
        length_[l] = y[l] + problem.cost[l];
    }
    columns.lengths(length_, node);
    std::fill(shortest_.begin(), shortest_.end(), kInfinity);
    for (std::size_t p = 0; p < columns.size(); ++p)
        shortest_[columns.pair[p]] = std::min(shortest_[columns.pair[p]], node[columns.leaf[p]]);
    const double mu = inner.temperature();
    const std::size_t added = price([&](std::size_t k) {
        const double blur = mu * inner.worth[k], d = distance_[k];
        return d < shortest_[k] * (1.0 - 1e-9) - kBlur * blur && d < inner.lambda[k] + kReach * blur;
    });
    pending_ += added;
    ++answer.rounds;
    prove(y);
    // What the missing paths are worth at these prices, against what is left to prove.
    double missing = 0.0;
    for (std::size_t k = 0; k < pairs; ++k)
        missing += inner.rate[k] * std::max(0.0, std::min(shortest_[k], inner.lambda[k]) - distance_[k]);
    const double open = std::min(mu * inner.stake, has_plan ? best_bound - best.value : kInfinity);
    std::vector<char> keep(columns.size(), 1);
    const std::size_t dropped = mu > kSettled ? unused(keep) : 0;
    const bool take = relaxing ? added > 0 : pending_ > 0 && missing >= kMissing * open;
    if (!take && dropped <= columns.size() / 10) return;
    for (std::size_t p = 0; p < keep.size(); ++p)
        if (!keep[p] && (p == 0 || keep[p - 1] || columns.pair[p - 1] != columns.pair[p])) ++drops_[columns.pair[p]];
    if (!relaxing) inner.merge_twins(keep);
    const std::vector<std::int32_t> former = columns.settle(keep);
    if (!relaxing) inner.reshape(former);
    // Paths that come late and matter: the point is too cold to let them grow.
    if (!relaxing && mu < kSettled && missing > 2.0 * mu * inner.stake) restart(std::min(4.0 * missing / inner.stake, kStart));
    pending_ = 0;
}

void Search::plan() {
    // Paths that the point uses are filled first.
    std::vector<std::int32_t> rank;
    rank.reserve(inner.x.size());
    for (const bool used : {true, false})
        for (std::size_t p = 0; p < inner.x.size(); ++p) {
            const std::int32_t k = inner.columns.pair[p];
            if ((inner.x[p] * inner.worth[k] > inner.rate[k] * inner.w[p]) == used) rank.push_back(static_cast<std::int32_t>(p));
        }
    keep(repair(problem, goal, inner.columns, inner.x, inner.phi, rank));
}

void Search::keep(Plan&& made) {
    const bool whole = made.shortfall <= kWhole;
    if (has_plan && !(whole ? made.value > best.value || best.shortfall > kWhole : made.shortfall < best.shortfall)) return;
    best = std::move(made);
    has_plan = true;
    const Columns& columns = inner.columns;
    best_up_ = columns.up;
    best_link_ = columns.link;
    best_leaf_ = columns.leaf;
    best_pair_ = columns.pair;
}

void Search::write_paths() {
    answer.ptr.assign(1, 0);
    for (std::size_t p = 0; p < best.rate.size(); ++p) {
        if (!(best.rate[p] > 0.0)) continue;
        answer.pair.push_back(best_pair_[p]);
        answer.rate.push_back(best.rate[p]);
        for (std::int32_t v = best_leaf_[p]; best_up_[v] >= 0; v = best_up_[v]) answer.link.push_back(best_link_[v]);
        answer.ptr.push_back(static_cast<std::int64_t>(answer.link.size()));
    }
}

void Search::remember() {
    const double heat = inner.temperature();
    const bool sound = heat > 0.0 && heat <= 1.0 && std::ranges::all_of(inner.y, [](double y) { return std::isfinite(y); });
    if (!sound) return;
    answer.early = inner.y;
    answer.heat = heat;
}

void Search::finish() {
    if (answer.early.empty() && early()) {
        answer.early.assign(options.warm_early.begin(), options.warm_early.end());
        answer.heat = options.warm_heat;
    }
    write_paths();
    answer.value = best.value;
    answer.bound = best_bound;
    answer.phi = best.phi;
    answer.shortfall = best.shortfall;
    answer.proven = closed();
    answer.price = best_price_;
    answer.pair_price = best_distance_;
}

}  // namespace easterly::allocate
