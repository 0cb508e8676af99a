// The part of the room `allocate` that puts demands on few paths each.
#include <memory>

#include "allocate/split.hpp"
#include "bind/graph_checks.hpp"
#include "bind/rooms.hpp"

namespace easterly::bind {

namespace {

using nb::literals::operator""_a;

constexpr const char* kSplitThroughput = R"(Rates of demands on at most a few paths each, with a weighted sum as large as can be found.

The paths of a fractional answer are cut down to the largest of each demand (round 0) or drawn by their rates (later
rounds), placed as far as there is room, and improved: paths over full links move to the shortest way with room for
them, demands that lack something exchange a path for a wider one, or push others aside where that pays. Lengths are
the costs: prices of a fractional answer say where room is dear.

Parameters
----------
n, src, dst, cost, transit, alive
    The graph, as for `distances`. Links without capacity are not used.
capacity : (L,) float64
    Not negative, may be infinite.
demand_src, demand_dst : (K,) int32
amount : (K,) float64
    Most that each may have; finite, not negative.
weight : (K,) float64
    Above 0.
path_demand : (P,) int32
    Demand of each path of the fractional answer.
path_ptr : (P + 1,) int64
path_link : (path_ptr[P],) int32
path_rate : (P,) float64
    Not negative.
most : int
    Paths that a demand may have, from 1 on.
whole : bool
    Whether a demand has its amount or nothing.
seed : int
    Of the draws, which are named by the round and the ends of the demand.
round : int

Returns
-------
path_demand, path_ptr, path_link, path_rate
    Paths with rates above 0, by demand; no link is passed.

Raises
------
ValueError
    Lengths that do not fit, an index out of range, a number that is none.)";

constexpr const char* kSplitUtilisation = R"(All of every demand on at most a few paths, with a highest utilisation as low as can be found.

The paths of a fractional answer are cut down as in `split_throughput`, and carry the amount of their demand. Then the
fullest link is relieved, again and again, as long as nothing becomes as full as it was: a path moves as a whole, in
part, or where one other makes way.

Parameters
----------
n, src, dst, cost, transit, alive, capacity, demand_src, demand_dst, amount, weight
    As for `split_throughput`; weights do not matter.
path_demand, path_ptr, path_link, path_rate, most, seed, round
    As for `split_throughput`. A demand without a path in the fractional answer has none.
whole : bool
    Does not matter.

Returns
-------
path_demand, path_ptr, path_link, path_rate
    Paths with rates above 0, by demand.

Raises
------
ValueError
    Lengths that do not fit, an index out of range, a number that is none.)";

void check_signals() {
    nb::gil_scoped_acquire held;
    if (PyErr_CheckSignals() != 0) throw nb::python_error();
}

using Verb = allocate::SplitPaths (*)(const allocate::SplitProblem&, const allocate::SplitStart&, std::uint64_t,
                                      std::int32_t, const allocate::Poll&);

template <Verb verb>
auto split(std::int64_t n, In<std::int32_t> src, In<std::int32_t> dst, In<double> cost, In<bool> transit,
           In<bool> alive, In<double> capacity, In<std::int32_t> demand_src, In<std::int32_t> demand_dst,
           In<double> amount, In<double> weight, In<std::int32_t> path_demand, In<std::int64_t> path_ptr,
           In<std::int32_t> path_link, In<double> path_rate, std::int32_t most, bool whole, std::uint64_t seed,
           std::int32_t round) {
    auto graph = checked_graph(n, src, dst, cost, transit, alive);
    const std::size_t demands = view(demand_src).size(), links = graph.src.size();
    same_length("capacity", view(capacity).size(), "link", links);
    at_least("capacity", view(capacity), 0.0, false, true);
    same_length("demand_dst", view(demand_dst).size(), "demand", demands);
    same_length("amount", view(amount).size(), "demand", demands);
    same_length("weight", view(weight).size(), "demand", demands);
    in_range("demand_src", view(demand_src), n);
    in_range("demand_dst", view(demand_dst), n);
    at_least("amount", view(amount), 0.0, false);
    at_least("weight", view(weight), 0.0, true);
    in_range("path_demand", view(path_demand), static_cast<std::int64_t>(demands));
    csr("path_ptr", view(path_ptr), view(path_link).size());
    same_length("path_ptr", view(path_ptr).size(), "path, and one more", view(path_demand).size() + 1);
    in_range("path_link", view(path_link), graph.links());
    same_length("path_rate", view(path_rate).size(), "path", view(path_demand).size());
    at_least("path_rate", view(path_rate), 0.0, false);
    if (most < 1) refuse("most is " + std::to_string(most) + ": a demand needs a path");
    if (round < 0) refuse("round is " + std::to_string(round) + ", not a number from 0 on");
    const auto usable = std::make_unique<bool[]>(links);
    for (std::size_t l = 0; l < links; ++l) usable[l] = graph.alive[l] && view(capacity)[l] > 0.0;
    graph.alive = {usable.get(), links};
    allocate::SplitPaths out;
    const allocate::Poll poll = [] { check_signals(); };
    {
        nb::gil_scoped_release released;
        const allocate::SplitProblem problem{graph,           view(capacity), view(demand_src), view(demand_dst),
                                             view(amount),    view(weight),   most,             whole};
        out = verb(problem, {view(path_demand), view(path_ptr), view(path_link), view(path_rate)}, seed, round, poll);
    }
    return nb::make_tuple(give(std::move(out.demand)), give(std::move(out.ptr)), give(std::move(out.link)),
                          give(std::move(out.rate)));
}

template <Verb verb>
void bind(nb::module_& m, const char* name, const char* doc) {
    m.def(name, &split<verb>, "n"_a, "src"_a.noconvert(), "dst"_a.noconvert(), "cost"_a.noconvert(),
          "transit"_a.noconvert(), "alive"_a.noconvert(), "capacity"_a.noconvert(), "demand_src"_a.noconvert(),
          "demand_dst"_a.noconvert(), "amount"_a.noconvert(), "weight"_a.noconvert(), "path_demand"_a.noconvert(),
          "path_ptr"_a.noconvert(), "path_link"_a.noconvert(), "path_rate"_a.noconvert(), "most"_a, "whole"_a,
          "seed"_a, "round"_a, doc);
}

}  // namespace

void allocate_split(nb::module_& m) {
    bind<allocate::split_throughput>(m, "split_throughput", kSplitThroughput);
    bind<allocate::split_utilisation>(m, "split_utilisation", kSplitUtilisation);
}

}  // namespace easterly::bind
