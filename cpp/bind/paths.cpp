#include "bind/graphs.hpp"
#include "bind/paths_docs.hpp"
#include "bind/rooms.hpp"
#include "paths/constrained.hpp"
#include "paths/disjoint.hpp"
#include "paths/k_shortest.hpp"
#include "paths/trees.hpp"

namespace easterly::bind {

namespace {

using Ints = In<std::int32_t>;
using Floats = In<double>;
using Bools = In<bool>;
using Masks = In<std::uint32_t>;
using nb::literals::operator""_a;

auto columns(paths::PathTable&& table) {
    return nb::make_tuple(give(std::move(table.pair_ptr)), give(std::move(table.path_ptr)),
                          give(std::move(table.link)), give(std::move(table.cost)));
}

auto k_shortest(std::int64_t n, Ints src, Ints dst, Floats cost, Bools transit, Bools alive, Ints pair_src,
                Ints pair_dst, std::int64_t k) {
    const auto graph = checked_graph(n, src, dst, cost, transit, alive);
    pairs_of(graph, pair_src, pair_dst);
    if (k < 1 || k > 1000000) refuse("k is " + std::to_string(k) + ", not within 1..1000000");
    paths::PathTable table;
    {
        nb::gil_scoped_release released;
        table = paths::k_shortest(graph, view(pair_src), view(pair_dst), static_cast<std::int32_t>(k),
                                  paths::Pulse(signals()));
    }
    return columns(std::move(table));
}

auto trees(std::int64_t n, Ints src, Ints dst, Floats cost, Bools transit, Bools alive, Ints roots, bool towards,
           double limit) {
    const auto graph = checked_graph(n, src, dst, cost, transit, alive);
    in_range("roots", view(roots), n);
    if (!(limit >= 0.0)) refuse("limit is " + std::to_string(limit) + ", not a number of at least 0");
    paths::Trees made;
    {
        nb::gil_scoped_release released;
        made = paths::trees(graph, view(roots), towards, limit, paths::Pulse(signals()));
    }
    return nb::make_tuple(give(std::move(made.distance), view(roots).size(), static_cast<std::size_t>(n)),
                          give(std::move(made.ptr)), give(std::move(made.link)));
}

auto summary(std::int64_t n, Ints src, Ints dst, Floats cost, Bools transit, Bools alive, Bools ends) {
    const auto graph = checked_graph(n, src, dst, cost, transit, alive);
    same_length("ends", view(ends).size(), "node", static_cast<std::size_t>(n));
    paths::Summary made;
    {
        nb::gil_scoped_release released;
        made = paths::summary(graph, view(ends), paths::Pulse(signals()));
    }
    return nb::make_tuple(give(std::move(made.eccentricity)), give(std::move(made.mean)),
                          give(std::move(made.reached)), give(std::move(made.hops)),
                          give(std::move(made.path_counts)), made.most_paths, give(std::move(made.carried)));
}

auto constrained(std::int64_t n, Ints src, Ints dst, Floats cost, Bools transit, Bools alive, Masks group, Floats room,
                 Ints pair_src, Ints pair_dst, Floats rate, Masks exclude, Masks any, Masks all, bool reserve) {
    const auto graph = checked_graph(n, src, dst, cost, transit, alive);
    pairs_of(graph, pair_src, pair_dst);
    same_length("group", view(group).size(), "link", graph.src.size());
    same_length("room", view(room).size(), "link", graph.src.size());
    const std::size_t pairs = view(pair_src).size();
    same_length("rate", view(rate).size(), "pair", pairs);
    same_length("exclude", view(exclude).size(), "pair", pairs);
    same_length("any", view(any).size(), "pair", pairs);
    same_length("all", view(all).size(), "pair", pairs);
    at_least("room", view(room), 0.0, false, true);
    at_least("rate", view(rate), 0.0, false);
    std::vector<double> left(view(room).begin(), view(room).end());
    paths::PathTable table;
    {
        nb::gil_scoped_release released;
        const paths::Asks asks{view(pair_src), view(pair_dst), view(rate), view(exclude), view(any), view(all)};
        table = paths::constrained(graph, view(group), left, asks, reserve, paths::Pulse(signals()));
    }
    return columns(std::move(table)) + nb::make_tuple(give(std::move(left)));
}

auto delay_bounded(std::int64_t n, Ints src, Ints dst, Floats cost, Bools transit, Bools alive, Floats delay,
                   Ints pair_src, Ints pair_dst, Floats limit, std::int64_t labels) {
    const auto graph = checked_graph(n, src, dst, cost, transit, alive);
    pairs_of(graph, pair_src, pair_dst);
    same_length("delay", view(delay).size(), "link", graph.src.size());
    same_length("limit", view(limit).size(), "pair", view(pair_src).size());
    at_least("delay", view(delay), 0.0, false);
    at_least("limit", view(limit), 0.0, false, true);
    if (labels < 1 || labels > 1000000000) refuse("labels is " + std::to_string(labels) + ", not within 1..10^9");
    paths::Bounded made;
    {
        nb::gil_scoped_release released;
        made = paths::delay_bounded(graph, view(delay), view(pair_src), view(pair_dst), view(limit), labels,
                                    paths::Pulse(signals()));
    }
    return columns(std::move(made.table)) + nb::make_tuple(give(std::move(made.delay)), give(std::move(made.bound)),
                                                           give(std::move(made.status)));
}

auto disjoint_pairs(std::int64_t n, Ints src, Ints dst, Floats cost, Bools transit, Bools alive, Ints pair_src,
                    Ints pair_dst, bool nodes) {
    const auto graph = checked_graph(n, src, dst, cost, transit, alive);
    pairs_of(graph, pair_src, pair_dst);
    paths::Disjoint made;
    {
        nb::gil_scoped_release released;
        made = paths::disjoint_pairs(graph, view(pair_src), view(pair_dst), nodes, paths::Pulse(signals()));
    }
    return columns(std::move(made.table)) +
           nb::make_tuple(give(std::move(made.shared_links)), give(std::move(made.shared_nodes)));
}

auto risk_disjoint_pairs(std::int64_t n, Ints src, Ints dst, Floats cost, Bools transit, Bools alive,
                         In<std::int64_t> risk_ptr, Ints risk_idx, std::int64_t risks, Ints pair_src, Ints pair_dst,
                         std::int64_t budget) {
    const auto graph = checked_graph(n, src, dst, cost, transit, alive);
    pairs_of(graph, pair_src, pair_dst);
    same_length("risk_ptr", view(risk_ptr).size(), "link, and one", graph.src.size() + 1);
    csr("risk_ptr", view(risk_ptr), view(risk_idx).size());
    if (risks < 0 || risks > 0x7fffffff) refuse("risks is " + std::to_string(risks) + ", not a number of risks");
    in_range("risk_idx", view(risk_idx), risks);
    if (budget < 0) refuse("budget is " + std::to_string(budget) + ", not a number of branchings");
    paths::RiskDisjoint made;
    {
        nb::gil_scoped_release released;
        made = paths::risk_disjoint_pairs(graph, {view(risk_ptr), view(risk_idx), static_cast<std::int32_t>(risks)},
                                          view(pair_src), view(pair_dst), budget, paths::Pulse(signals()));
    }
    return columns(std::move(made.table)) +
           nb::make_tuple(give(std::move(made.bound)), give(std::move(made.status)));
}

}  // namespace

void paths(nb::module_& m) {
    m.def("k_shortest", &k_shortest, EASTERLY_GRAPH, "pair_src"_a.noconvert(), "pair_dst"_a.noconvert(), "k"_a,
          kKShortest);
    m.def("trees", &trees, EASTERLY_GRAPH, "roots"_a.noconvert(), "towards"_a, "limit"_a, kTrees);
    m.def("summary", &summary, EASTERLY_GRAPH, "ends"_a.noconvert(), kSummary);
    m.def("constrained", &constrained, EASTERLY_GRAPH, "group"_a.noconvert(), "room"_a.noconvert(),
          "pair_src"_a.noconvert(), "pair_dst"_a.noconvert(), "rate"_a.noconvert(), "exclude"_a.noconvert(),
          "any"_a.noconvert(), "all"_a.noconvert(), "reserve"_a, kConstrained);
    m.def("delay_bounded", &delay_bounded, EASTERLY_GRAPH, "delay"_a.noconvert(), "pair_src"_a.noconvert(),
          "pair_dst"_a.noconvert(), "limit"_a.noconvert(), "labels"_a, kDelayBounded);
    m.def("disjoint_pairs", &disjoint_pairs, EASTERLY_GRAPH, "pair_src"_a.noconvert(), "pair_dst"_a.noconvert(),
          "nodes"_a, kDisjoint);
    m.def("risk_disjoint_pairs", &risk_disjoint_pairs, EASTERLY_GRAPH, "risk_ptr"_a.noconvert(),
          "risk_idx"_a.noconvert(), "risks"_a, "pair_src"_a.noconvert(), "pair_dst"_a.noconvert(), "budget"_a,
          kRiskDisjoint);
}

}  // namespace easterly::bind
