// Column generation around the interior point: price, add, step, until the answer is proven to be good enough.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "allocate/problem.hpp"

namespace easterly::allocate {

struct Options {
    double gap;                  // relative distance to the bound at which to stop
    std::int32_t iterations;     // most interior steps
    double target;               // stop as soon as the value is at least this, or proven to stay below; NaN for none
    std::span<const std::int32_t> warm_pair;  // pair of each path to start from
    std::span<const std::int64_t> warm_ptr;
    std::span<const std::int32_t> warm_link;
    std::span<const double> warm_share;  // part of its pair's amount that each path carried
    std::span<const double> warm_price;  // empty, or a price per link that nearly proves the optimum
    std::span<const double> warm_early;  // empty, or a price per link from before, when rates could still move,
    double warm_heat;                    // and its temperature
};

struct Progress {
    std::int32_t rounds, iterations;
    double value, bound;
};

struct Answer {
    std::vector<std::int32_t> pair, link;  // of paths that carry something
    std::vector<std::int64_t> ptr;
    std::vector<double> rate;
    std::vector<double> price, pair_price, early;
    double value = 0.0, bound = 0.0, phi = 0.0, shortfall = 0.0, heat = 0.0;
    bool proven = false;
    std::int32_t rounds = 0, iterations = 0;
};

// `poll` is called between steps; false stops the search at the best answer so far.
Answer solve(const Problem& problem, const Goal& goal, const Options& options,
             const std::function<bool(const Progress&)>& poll);

}  // namespace easterly::allocate
