// The part of the room `graph` that tells what failures do.
#include "bind/graph_checks.hpp"
#include "bind/rooms.hpp"
#include "graph/failures.hpp"
#include "graph/weights.hpp"

namespace easterly::bind {

namespace {

using nb::literals::operator""_a;

constexpr const char* kEcmpFailures = R"(What equal-cost multipath puts on each link when sets of links fail, one set at a time.

Flows to one destination are placed together once; each case places again those of which a link is down. What
fits is counted by one rule: every flow is slowed down to capacity over load of the fullest link on its paths,
where that is below one; no link is passed then.

Parameters
----------
n, src, dst, cost, transit, alive, weight, flow_src, flow_dst
    As for `ecmp_shares`; what is not alive is down in every case.
amount : (F,) float64
    Finite, not negative.
capacity : (L,) float64
    In the unit of the amounts; not negative, may be infinite.
case_ptr : (C + 1,) int64
case_link : (case_ptr[C],) int32
    Links that are down, by case.

Returns
-------
load : (C, L) float64
    Of each case the load of every link, as `ecmp_loads` has it with those links down.
sent : (C,) float64
    Amount that has a path to its end. A flow from a node to itself has.
fits : (C,) float64
    Amount that arrives by the rule above.
lost_ptr : (C + 1,) int64
lost : (lost_ptr[C],) int32
    Flows that have no path, ascending in a case.
again : (C,) int32
    Number of flows that were placed again.

Raises
------
ValueError
    Lengths that do not fit, an index out of range, a cost, weight, amount or capacity that is none.)";

constexpr const char* kWeightedFailures = R"(What next hops with fixed weights put on each link when sets of links fail, one set at a time.

Each node splits what it has for a destination in proportion to the weights of those of its links in the table that
are up; where there is none, it is dropped. Nothing is computed anew after a failure, as in switches whose tables are
kept.

Parameters
----------
n, src, dst, cost, transit, alive, flow_src, flow_dst, amount, capacity, case_ptr, case_link
    As for `ecmp_failures`; costs do not matter.
table_dst : (T,) int32
    Destinations, ascending.
table_ptr : (T + 1,) int64
table_link : (table_ptr[T],) int32
    Links towards each destination; they lead in no circle.
table_weight : (table_ptr[T],) float64
    Above 0.

Returns
-------
load, sent, fits, lost_ptr, lost, again
    As for `ecmp_failures`. Lost are flows of which nothing arrives.

Raises
------
ValueError
    Lengths that do not fit, an index out of range, a weight, amount or capacity that is none, links in a circle.)";

constexpr const char* kAcyclicRates = R"(Rates on links without what runs in circles, row by row.

A row is a flow towards one destination. Whatever runs around a circle of links with rates above 0 reaches nothing and
is taken away, circle after circle in the order in which a search in depth from the lowest node finds them; what
enters and leaves each node keeps its balance.

Parameters
----------
n : int
src, dst : (L,) int32
    Ends of the links.
ptr : (T + 1,) int64
link : (ptr[T],) int32
    At most once in a row.
rate : (ptr[T],) float64
    Finite, not negative.

Returns
-------
(ptr[T],) float64
    The links with rates above 0 lead in no circle, in any row.

Raises
------
ValueError
    Lengths that do not fit, an index out of range, a rate that is none.)";

auto acyclic_rates(std::int64_t n, In<std::int32_t> src, In<std::int32_t> dst, In<std::int64_t> ptr,
                   In<std::int32_t> link, In<double> rate) {
    if (n < 0 || n > 0x7fffffff) refuse("n is " + std::to_string(n) + ", not a number of nodes");
    same_length("dst", view(dst).size(), "link", view(src).size());
    in_range("src", view(src), n);
    in_range("dst", view(dst), n);
    csr("ptr", view(ptr), view(link).size());
    in_range("link", view(link), static_cast<std::int64_t>(view(src).size()));
    same_length("rate", view(rate).size(), "entry of link", view(link).size());
    at_least("rate", view(rate), 0.0, false);
    std::vector<double> left(view(rate).begin(), view(rate).end());
    {
        nb::gil_scoped_release released;
        graph::drop_circles(static_cast<std::int32_t>(n), view(src), view(dst), view(ptr), view(link), left);
    }
    return give(std::move(left));
}

auto given(graph::FailureOutcome&& out, std::size_t cases, std::size_t links) {
    return nb::make_tuple(give(std::move(out.load), cases, links), give(std::move(out.sent)),
                          give(std::move(out.fits)), give(std::move(out.lost_ptr)), give(std::move(out.lost)),
                          give(std::move(out.again)));
}

void check_swept(const graph::Graph& graph, const In<double>& amount, const In<double>& capacity, std::size_t flows,
                 const In<std::int64_t>& case_ptr, const In<std::int32_t>& case_link) {
    same_length("amount", view(amount).size(), "flow", flows);
    at_least("amount", view(amount), 0.0, false);
    same_length("capacity", view(capacity).size(), "link", graph.src.size());
    at_least("capacity", view(capacity), 0.0, false, true);
    csr("case_ptr", view(case_ptr), view(case_link).size());
    in_range("case_link", view(case_link), graph.links());
}

auto weighted_failures(std::int64_t n, In<std::int32_t> src, In<std::int32_t> dst, In<double> cost, In<bool> transit,
                       In<bool> alive, In<std::int32_t> table_dst, In<std::int64_t> table_ptr,
                       In<std::int32_t> table_link, In<double> table_weight, In<std::int32_t> flow_src,
                       In<std::int32_t> flow_dst, In<double> amount, In<double> capacity, In<std::int64_t> case_ptr,
                       In<std::int32_t> case_link) {
    const auto graph = checked_graph(n, src, dst, cost, transit, alive);
    same_length("flow_dst", view(flow_dst).size(), "flow", view(flow_src).size());
    in_range("flow_src", view(flow_src), n);
    in_range("flow_dst", view(flow_dst), n);
    check_swept(graph, amount, capacity, view(flow_src).size(), case_ptr, case_link);
    in_range("table_dst", view(table_dst), n);
    for (std::size_t t = 1; t < view(table_dst).size(); ++t)
        if (view(table_dst)[t] <= view(table_dst)[t - 1]) refuse("table_dst must ascend");
    csr("table_ptr", view(table_ptr), view(table_link).size());
    same_length("table_ptr", view(table_ptr).size(), "destination, and one more", view(table_dst).size() + 1);
    in_range("table_link", view(table_link), graph.links());
    same_length("table_weight", view(table_weight).size(), "entry of table_link", view(table_link).size());
    at_least("table_weight", view(table_weight), 0.0, true);
    const graph::WeightTable table{view(table_dst), view(table_ptr), view(table_link), view(table_weight)};
    if (const auto row = graph::circular(graph, table); row >= 0)
        refuse("links towards node " + std::to_string(table.dst[row]) + " lead in a circle");
    graph::FailureOutcome out;
    {
        nb::gil_scoped_release released;
        out = graph::weighted_failures(graph, table, {view(flow_src), view(flow_dst), view(amount)}, view(capacity),
                                       {view(case_ptr), view(case_link)});
    }
    return given(std::move(out), view(case_ptr).size() - 1, graph.src.size());
}

auto ecmp_failures(std::int64_t n, In<std::int32_t> src, In<std::int32_t> dst, In<double> cost, In<bool> transit,
                   In<bool> alive, In<double> weight, In<std::int32_t> flow_src, In<std::int32_t> flow_dst,
                   In<double> amount, In<double> capacity, In<std::int64_t> case_ptr, In<std::int32_t> case_link) {
    const auto graph = checked_graph(n, src, dst, cost, transit, alive);
    check_flows(graph, weight, flow_src, flow_dst);
    check_swept(graph, amount, capacity, view(flow_src).size(), case_ptr, case_link);
    graph::FailureOutcome out;
    {
        nb::gil_scoped_release released;
        out = graph::ecmp_failures(graph, view(weight), {view(flow_src), view(flow_dst), view(amount)},
                                   view(capacity), {view(case_ptr), view(case_link)});
    }
    return given(std::move(out), view(case_ptr).size() - 1, graph.src.size());
}

}  // namespace

void graph_failures(nb::module_& m) {
    m.def("ecmp_failures", &ecmp_failures, "n"_a, "src"_a.noconvert(), "dst"_a.noconvert(), "cost"_a.noconvert(),
          "transit"_a.noconvert(), "alive"_a.noconvert(), "weight"_a.noconvert(), "flow_src"_a.noconvert(),
          "flow_dst"_a.noconvert(), "amount"_a.noconvert(), "capacity"_a.noconvert(), "case_ptr"_a.noconvert(),
          "case_link"_a.noconvert(), kEcmpFailures);
    m.def("weighted_failures", &weighted_failures, "n"_a, "src"_a.noconvert(), "dst"_a.noconvert(),
          "cost"_a.noconvert(), "transit"_a.noconvert(), "alive"_a.noconvert(), "table_dst"_a.noconvert(),
          "table_ptr"_a.noconvert(), "table_link"_a.noconvert(), "table_weight"_a.noconvert(),
          "flow_src"_a.noconvert(), "flow_dst"_a.noconvert(), "amount"_a.noconvert(), "capacity"_a.noconvert(),
          "case_ptr"_a.noconvert(), "case_link"_a.noconvert(), kWeightedFailures);
    m.def("acyclic_rates", &acyclic_rates, "n"_a, "src"_a.noconvert(), "dst"_a.noconvert(), "ptr"_a.noconvert(),
          "link"_a.noconvert(), "rate"_a.noconvert(), kAcyclicRates);
}

}  // namespace easterly::bind
