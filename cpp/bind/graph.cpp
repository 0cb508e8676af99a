#include "bind/arrays.hpp"
#include "bind/graph_checks.hpp"
#include "bind/graph_docs.hpp"
#include "bind/rooms.hpp"
#include "graph/distances.hpp"
#include "graph/ecmp.hpp"
#include "graph/spread.hpp"

namespace easterly::bind {

namespace {

using Ints = In<std::int32_t>;
using Floats = In<double>;
using Bools = In<bool>;
using nb::literals::operator""_a;

auto distances(std::int64_t n, Ints src, Ints dst, Floats cost, Bools transit, Bools alive, Ints sources) {
    const auto graph = checked_graph(n, src, dst, cost, transit, alive);
    in_range("sources", view(sources), n);
    const std::size_t rows = view(sources).size();
    std::vector<double> distance(rows * static_cast<std::size_t>(n));
    {
        nb::gil_scoped_release released;
        graph::distances(graph, view(sources), distance);
    }
    return give(std::move(distance), rows, static_cast<std::size_t>(n));
}

auto ecmp_shares(std::int64_t n, Ints src, Ints dst, Floats cost, Bools transit, Bools alive, Floats weight,
                 Ints flow_src, Ints flow_dst) {
    const auto graph = checked_graph(n, src, dst, cost, transit, alive);
    check_flows(graph, weight, flow_src, flow_dst);
    graph::Shares shares;
    {
        nb::gil_scoped_release released;
        shares = graph::ecmp_shares(graph, view(weight), view(flow_src), view(flow_dst));
    }
    return nb::make_tuple(give(std::move(shares.ptr)), give(std::move(shares.link)), give(std::move(shares.share)));
}

auto ecmp_loads(std::int64_t n, Ints src, Ints dst, Floats cost, Bools transit, Bools alive, Floats weight,
                Ints flow_src, Ints flow_dst, Floats amount, Ints group, std::int64_t n_groups) {
    const auto graph = checked_graph(n, src, dst, cost, transit, alive);
    check_flows(graph, weight, flow_src, flow_dst);
    same_length("amount", view(amount).size(), "flow", view(flow_src).size());
    same_length("group", view(group).size(), "flow", view(flow_src).size());
    at_least("amount", view(amount), 0.0, false);
    if (n_groups < 0) refuse("n_groups is " + std::to_string(n_groups) + ", not a number of groups");
    in_range("group", view(group), n_groups);
    const auto rows = static_cast<std::size_t>(n_groups);
    std::vector<double> load(rows * graph.src.size());
    {
        nb::gil_scoped_release released;
        graph::ecmp_loads(graph, view(weight), view(flow_src), view(flow_dst), view(amount), view(group), load);
    }
    return give(std::move(load), rows, graph.src.size());
}

auto hashed_spread(std::int64_t n, Ints src, Ints dst, Floats cost, Bools transit, Bools alive, Floats weight,
                   Ints node_seed, Ints flow_src, Ints flow_dst, Floats flow_amount, Ints connections, Ints told,
                   Ints flow_phase, std::int64_t n_phases, In2<double> capacity, std::uint64_t seed, std::int64_t draws) {
    const auto graph = checked_graph(n, src, dst, cost, transit, alive);
    check_flows(graph, weight, flow_src, flow_dst);
    const std::size_t count = view(flow_src).size();
    same_length("node_seed", view(node_seed).size(), "node", static_cast<std::size_t>(n));
    same_length("flow_amount", view(flow_amount).size(), "flow", count);
    same_length("connections", view(connections).size(), "flow", count);
    same_length("told", view(told).size(), "flow", count);
    in_range("told", view(told), 8);
    same_length("flow_phase", view(flow_phase).size(), "flow", count);
    same_length("capacity", capacity.shape(1), "link", graph.src.size());
    at_least("flow_amount", view(flow_amount), 0.0, false);
    const graph::Capacities rows{{capacity.data(), capacity.size()}, capacity.shape(0)};
    at_least("capacity", rows.value, 0.0, true, true);
    if (n_phases < 0) refuse("n_phases is " + std::to_string(n_phases) + ", not a number of phases");
    in_range("flow_phase", view(flow_phase), n_phases);
    if (draws < 1 || draws > 1000000) refuse("draws is " + std::to_string(draws) + ", not within 1..1000000");
    for (const std::int32_t k : view(connections))
        if (k < 1) refuse("connections must be at least 1, not " + std::to_string(k));
    const auto phases = static_cast<std::size_t>(n_phases);
    const std::size_t cells = rows.rows * phases;
    std::vector<double> even(cells), mean(cells), p95(cells);
    std::vector<std::int32_t> even_link(cells), p95_link(cells);
    {
        nb::gil_scoped_release released;
        const graph::SpreadFlows flows{view(flow_src), view(flow_dst), view(flow_amount), view(connections),
                                       view(told), view(flow_phase)};
        graph::hashed_spread(graph, view(weight), view(node_seed), flows, rows, seed,
                             static_cast<std::int32_t>(draws), {phases, even, mean, p95, even_link, p95_link});
    }
    const auto table = [&](auto& values) { return give(std::move(values), rows.rows, phases); };
    return nb::make_tuple(table(even), table(mean), table(p95), table(even_link), table(p95_link));
}

}  // namespace

void graph(nb::module_& m) {
    graph_failures(m);
    m.def("distances", &distances, "n"_a, "src"_a.noconvert(), "dst"_a.noconvert(), "cost"_a.noconvert(),
          "transit"_a.noconvert(), "alive"_a.noconvert(), "sources"_a.noconvert(),
          kDistances);
    m.def("ecmp_shares", &ecmp_shares, "n"_a, "src"_a.noconvert(), "dst"_a.noconvert(), "cost"_a.noconvert(),
          "transit"_a.noconvert(), "alive"_a.noconvert(), "weight"_a.noconvert(), "flow_src"_a.noconvert(),
          "flow_dst"_a.noconvert(), kEcmpShares);
    m.def("ecmp_loads", &ecmp_loads, "n"_a, "src"_a.noconvert(), "dst"_a.noconvert(), "cost"_a.noconvert(),
          "transit"_a.noconvert(), "alive"_a.noconvert(), "weight"_a.noconvert(), "flow_src"_a.noconvert(),
          "flow_dst"_a.noconvert(), "amount"_a.noconvert(), "group"_a.noconvert(), "n_groups"_a,
          kEcmpLoads);
    m.def("hashed_spread", &hashed_spread, "n"_a, "src"_a.noconvert(), "dst"_a.noconvert(), "cost"_a.noconvert(),
          "transit"_a.noconvert(), "alive"_a.noconvert(), "weight"_a.noconvert(), "node_seed"_a.noconvert(),
          "flow_src"_a.noconvert(), "flow_dst"_a.noconvert(), "flow_amount"_a.noconvert(),
          "connections"_a.noconvert(), "told"_a.noconvert(), "flow_phase"_a.noconvert(), "n_phases"_a, "capacity"_a.noconvert(), "seed"_a,
          "draws"_a,
          kHashedSpread);
}

}  // namespace easterly::bind
