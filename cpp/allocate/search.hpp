// One search: the master problem, the oracle that prices its columns, and the best answer and bound so far.
#pragma once

#include <algorithm>
#include <limits>
#include <span>
#include <vector>

#include "allocate/interior.hpp"
#include "allocate/pricing.hpp"
#include "allocate/problem.hpp"
#include "allocate/repair.hpp"
#include "allocate/solve.hpp"

namespace easterly::allocate {

inline constexpr double kStart = 0.07;  // temperature at which the interior point starts

class Search {
public:
    Search(const Problem& problem, const Goal& goal, const Options& options);

    // Takes what is given as it is, scaled to the amounts; often that is near enough. Then `closed` says so.
    bool renew();
    // First paths, prices and rates: from what is given, or from paths of few hops and their loads.
    void begin();
    // Moves prices until links are filled about as they should be, and makes the rates that belong to them.
    void approach();
    // Rates at the prices as they are, at a temperature.
    void restart(double mu);
    // Prices at the current point: a bound over all paths, and the columns that are missing.
    void round(bool relaxing = false);
    // Makes rates that keep every capacity from the current point, and keeps them if they are the best.
    void plan();
    // Whether value and bound are as close as was asked.
    bool closed() const;
    // What a relative gap refers to.
    double gap_scale() const;
    // Keeps prices and temperature for another search that is to start near here.
    void remember();
    // Hands the best answer over.
    void finish();

    const Problem& problem;
    const Goal& goal;
    const Options& options;
    Interior inner;
    Answer answer{};
    Plan best;
    double best_bound = std::numeric_limits<double>::infinity();
    bool has_plan = false;

private:
    // Distances of all pairs under `length_`; adds the shortest path of each pair for which `wanted[k]` allows it.
    template <class Wanted>
    std::size_t price(const Wanted& wanted);
    bool warm() const { return options.warm_price.size() == problem.links(); }
    void first_paths();
    std::vector<double> expect();
    void expect_of(std::span<const double> use);
    void first_prices(std::span<const double> use);
    bool early() const { return options.warm_early.size() == problem.links(); }
    void lighten(double mu);
    std::size_t unused(std::vector<char>& keep) const;
    void write_paths();
    void keep(Plan&& made);
    // A bound from prices y, under which `distance_` are the distances.
    void prove(std::span<const double> y);
    std::vector<std::int32_t> warm_paths();
    std::vector<char> main_paths() const;
    void reached() const;  // every pair
    double heat() const;   // temperature of the start

    Trees trees_;
    std::vector<double> length_, distance_, shortest_, floor_, best_price_, best_distance_;
    std::vector<std::int32_t> best_up_, best_link_, best_leaf_, best_pair_;  // the forest of the best plan
    std::size_t pending_ = 0;   // paths that were found and are no columns yet
    std::vector<char> drops_;   // rounds in which a pair has lost paths
};

template <class Wanted>
std::size_t Search::price(const Wanted& wanted) {
    std::size_t added = 0;
    std::vector<std::int32_t> place(problem.nodes), chain, roots;
    Columns& columns = inner.columns;
    for (std::size_t k = 0, end = 0; k < problem.pairs();) {
        roots.clear();
        for (; end < problem.pairs(); ++end) {
            const std::int32_t destination = problem.pair_dst[end];
            if (!roots.empty() && roots.back() == destination) continue;
            if (roots.size() == Trees::kLanes) break;
            roots.push_back(destination);
        }
        trees_.grow(roots, length_);
        for (std::size_t lane = 0; k < end; ++k) {
            const std::int32_t destination = problem.pair_dst[k];
            if (k == 0 || problem.pair_dst[k - 1] != destination) {
                lane = std::find(roots.begin(), roots.end(), destination) - roots.begin();
                std::fill(place.begin(), place.end(), -1);
                place[destination] = columns.root(destination);
            }
            std::int32_t v = problem.pair_src[k];
            distance_[k] = trees_.distance(v, lane);
            if (!(distance_[k] < std::numeric_limits<double>::infinity()) || !wanted(k)) continue;
            chain.clear();
            while (place[v] < 0) {
                chain.push_back(v);
                v = problem.dst[trees_.next(v, lane)];
            }
            std::int32_t at = place[v];
            for (std::size_t i = chain.size(); i-- > 0;) place[chain[i]] = at = columns.node(at, trees_.next(chain[i], lane));
            added += columns.add(at, static_cast<std::int32_t>(k));
        }
    }
    return added;
}

}  // namespace easterly::allocate
