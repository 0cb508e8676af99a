#include <chrono>
#include <cmath>
#include <memory>

#include "allocate/solve.hpp"
#include "bind/allocate_docs.hpp"
#include "bind/allocate_trees.hpp"
#include "bind/arrays.hpp"
#include "bind/rooms.hpp"

namespace easterly::bind {

namespace {

using Ints = In<std::int32_t>;
using Longs = In<std::int64_t>;
using Floats = In<double>;
using Bools = In<bool>;
using nb::literals::operator""_a;

void check_pairs(const allocate::Problem& problem) {
    const std::size_t pairs = problem.pairs();
    same_length("pair_dst", problem.pair_dst.size(), "pair", pairs);
    same_length("amount", problem.amount.size(), "pair", pairs);
    same_length("weight", problem.weight.size(), "pair", pairs);
    in_range("pair_src", problem.pair_src, problem.nodes);
    in_range("pair_dst", problem.pair_dst, problem.nodes);
    at_least("amount", problem.amount, 0.0, true, true);
    at_least("weight", problem.weight, 0.0, true);
    for (std::size_t k = 0; k < pairs; ++k) {
        if (problem.pair_src[k] == problem.pair_dst[k]) refuse("pair " + std::to_string(k) + " ends where it starts");
        if (k > 0 && std::pair(problem.pair_dst[k - 1], problem.pair_src[k - 1]) >=
                         std::pair(problem.pair_dst[k], problem.pair_src[k]))
            refuse("pairs must be distinct and sorted by (pair_dst, pair_src); entry " + std::to_string(k) + " is not");
    }
}

allocate::Problem checked(std::int64_t n, const Ints& src, const Ints& dst, const Floats& capacity, const Floats& cost,
                          const Bools& transit, const Ints& pair_src, const Ints& pair_dst, const Floats& amount,
                          const Floats& weight) {
    if (n < 0 || n > 0x7fffffff) refuse("n is " + std::to_string(n) + ", not a number of nodes");
    const std::size_t links = view(src).size();
    same_length("dst", view(dst).size(), "link", links);
    same_length("capacity", view(capacity).size(), "link", links);
    same_length("cost", view(cost).size(), "link", links);
    same_length("transit", view(transit).size(), "node", static_cast<std::size_t>(n));
    in_range("src", view(src), n);
    in_range("dst", view(dst), n);
    at_least("capacity", view(capacity), 0.0, true);
    at_least("cost", view(cost), 0.0, false);
    const allocate::Problem problem{static_cast<std::int32_t>(n), view(src), view(dst), view(capacity), view(cost),
                                    view(transit), view(pair_src), view(pair_dst), view(amount), view(weight)};
    check_pairs(problem);
    return problem;
}

allocate::Goal check_goal(const allocate::Problem& problem, std::int64_t kind, double alpha, const Floats& base,
                          const Floats& growth) {
    if (kind < 0 || kind > 3) refuse("kind is " + std::to_string(kind) + ", not within 0..3");
    if (!(alpha >= 0.0) || !std::isfinite(alpha)) refuse("alpha must be a number of at least 0");
    const allocate::Goal goal{static_cast<allocate::Kind>(kind), alpha, view(base), view(growth)};
    if (goal.kind == allocate::Kind::concurrent) {
        same_length("base", goal.base.size(), "pair", problem.pairs());
        same_length("growth", goal.growth.size(), "pair", problem.pairs());
        at_least("base", goal.base, 0.0, false);
        at_least("growth", goal.growth, 0.0, false);
        bool any = problem.pairs() == 0;
        for (const double g : goal.growth) any |= g > 0.0;
        if (!any) refuse("growth must be above 0 for some pair");
    }
    if (goal.kind == allocate::Kind::cost) at_least("amount", problem.amount, 0.0, true);
    return goal;
}

// Each path must lead from its pair's source to its destination, through no node twice and none without transit.
void check_paths(const allocate::Problem& problem, const allocate::Options& warm) {
    in_range("warm_pair", warm.warm_pair, static_cast<std::int64_t>(problem.pairs()));
    in_range("warm_link", warm.warm_link, static_cast<std::int64_t>(problem.links()));
    csr("warm_ptr", warm.warm_ptr, warm.warm_link.size());
    same_length("warm_ptr", warm.warm_ptr.size(), "path and one more", warm.warm_pair.size() + 1);
    std::vector<std::int32_t> seen(static_cast<std::size_t>(problem.nodes), -1);
    for (std::size_t c = 0; c < warm.warm_pair.size(); ++c) {
        const std::int32_t k = warm.warm_pair[c];
        std::int32_t at = problem.pair_src[k];
        seen[at] = static_cast<std::int32_t>(c);
        bool fine = warm.warm_ptr[c + 1] > warm.warm_ptr[c];
        for (std::int64_t i = warm.warm_ptr[c]; fine && i < warm.warm_ptr[c + 1]; ++i) {
            fine = problem.src[warm.warm_link[i]] == at && (i == warm.warm_ptr[c] || problem.transit[at]);
            at = problem.dst[warm.warm_link[i]];
            fine &= seen[at] != static_cast<std::int32_t>(c);
            seen[at] = static_cast<std::int32_t>(c);
        }
        if (!fine || at != problem.pair_dst[k]) refuse("path " + std::to_string(c) + " is not a path of its pair");
    }
}

auto solve(std::int64_t n, Ints src, Ints dst, Floats capacity, Floats cost, Bools transit, Ints pair_src, Ints pair_dst,
           Floats amount, Floats weight, std::int64_t kind, double alpha, Floats base, Floats growth, double gap,
           std::int64_t iterations, double target, Ints warm_pair, Longs warm_ptr, Ints warm_link, Floats warm_price,
           Floats warm_share, Floats warm_early, double warm_heat, nb::object progress) {
    const auto problem = checked(n, src, dst, capacity, cost, transit, pair_src, pair_dst, amount, weight);
    const auto goal = check_goal(problem, kind, alpha, base, growth);
    if (!(gap > 0.0)) refuse("gap must be above 0");
    if (iterations < 1 || iterations > 1000000) refuse("iterations is " + std::to_string(iterations) + ", not within 1..1000000");
    const allocate::Options options{gap, static_cast<std::int32_t>(iterations), target, view(warm_pair), view(warm_ptr),
                                    view(warm_link), view(warm_share), view(warm_price), view(warm_early), warm_heat};
    check_paths(problem, options);
    if (!options.warm_share.empty()) {
        same_length("warm_share", options.warm_share.size(), "path", options.warm_pair.size());
        at_least("warm_share", options.warm_share, 0.0, false);
    }
    if (!options.warm_price.empty()) {
        same_length("warm_price", options.warm_price.size(), "link", problem.links());
        at_least("warm_price", options.warm_price, 0.0, false);
    }
    if (!options.warm_early.empty()) {
        same_length("warm_early", options.warm_early.size(), "link", problem.links());
        at_least("warm_early", options.warm_early, 0.0, false);
        if (!(warm_heat > 0.0 && warm_heat <= 1.0)) refuse("warm_heat must be above 0, and at most 1");
    }
    allocate::Answer a;
    if (problem.pairs() > 0) {
        nb::gil_scoped_release released;
        auto last = std::chrono::steady_clock::now();
        a = allocate::solve(problem, goal, options, [&](const allocate::Progress& at) {
            const auto now = std::chrono::steady_clock::now();
            if (now - last < std::chrono::milliseconds(100)) return true;
            last = now;
            nb::gil_scoped_acquire held;
            if (PyErr_CheckSignals() != 0) throw nb::python_error();
            if (!progress.is_none()) progress(at.iterations, at.value, at.bound);
            return true;
        });
    } else {
        a.ptr = {0};
        a.price.assign(problem.links(), 0.0);
        a.proven = true;
    }
    return nb::make_tuple(give(std::move(a.pair)), give(std::move(a.ptr)), give(std::move(a.link)),
                          give(std::move(a.rate)), give(std::move(a.price)), give(std::move(a.pair_price)), a.value,
                          a.bound, a.phi, a.shortfall, a.proven, a.rounds, a.iterations,
                          give(std::move(a.early)), a.heat);
}

}  // namespace

void allocate(nb::module_& m) {
    allocate_trees(m);
    allocate_split(m);
    allocate_listed(m);
    m.def("solve", &solve, "n"_a, "src"_a.noconvert(), "dst"_a.noconvert(), "capacity"_a.noconvert(),
          "cost"_a.noconvert(), "transit"_a.noconvert(), "pair_src"_a.noconvert(), "pair_dst"_a.noconvert(),
          "amount"_a.noconvert(), "weight"_a.noconvert(), "kind"_a, "alpha"_a, "base"_a.noconvert(),
          "growth"_a.noconvert(), "gap"_a, "iterations"_a, "target"_a, "warm_pair"_a.noconvert(),
          "warm_ptr"_a.noconvert(), "warm_link"_a.noconvert(), "warm_price"_a.noconvert(), "warm_share"_a.noconvert(),
          "warm_early"_a.noconvert(), "warm_heat"_a, "progress"_a.none(), kSolve);
}

}  // namespace easterly::bind
