// The part of the room `graph` that tells what failures do.
#include "bind/graph_checks.hpp"
#include "bind/rooms.hpp"
#include "graph/failures.hpp"

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
fits : (C,) float64
    Amount that arrives by the rule above. A flow from a node to itself arrives.
lost_ptr : (C + 1,) int64
lost : (lost_ptr[C],) int32
    Flows that have no path, ascending in a case.
again : (C,) int32
    Number of flows that were placed again.

Raises
------
ValueError
    Lengths that do not fit, an index out of range, a cost, weight, amount or capacity that is none.)";

auto ecmp_failures(std::int64_t n, In<std::int32_t> src, In<std::int32_t> dst, In<double> cost, In<bool> transit,
                   In<bool> alive, In<double> weight, In<std::int32_t> flow_src, In<std::int32_t> flow_dst,
                   In<double> amount, In<double> capacity, In<std::int64_t> case_ptr, In<std::int32_t> case_link) {
    const auto graph = checked_graph(n, src, dst, cost, transit, alive);
    check_flows(graph, weight, flow_src, flow_dst);
    same_length("amount", view(amount).size(), "flow", view(flow_src).size());
    at_least("amount", view(amount), 0.0, false);
    same_length("capacity", view(capacity).size(), "link", graph.src.size());
    at_least("capacity", view(capacity), 0.0, false, true);
    csr("case_ptr", view(case_ptr), view(case_link).size());
    in_range("case_link", view(case_link), graph.links());
    graph::FailureOutcome out;
    {
        nb::gil_scoped_release released;
        out = graph::ecmp_failures(graph, view(weight), {view(flow_src), view(flow_dst), view(amount)},
                                   view(capacity), {view(case_ptr), view(case_link)});
    }
    return nb::make_tuple(give(std::move(out.load), view(case_ptr).size() - 1, graph.src.size()),
                          give(std::move(out.fits)), give(std::move(out.lost_ptr)), give(std::move(out.lost)),
                          give(std::move(out.again)));
}

}  // namespace

void graph_failures(nb::module_& m) {
    m.def("ecmp_failures", &ecmp_failures, "n"_a, "src"_a.noconvert(), "dst"_a.noconvert(), "cost"_a.noconvert(),
          "transit"_a.noconvert(), "alive"_a.noconvert(), "weight"_a.noconvert(), "flow_src"_a.noconvert(),
          "flow_dst"_a.noconvert(), "amount"_a.noconvert(), "capacity"_a.noconvert(), "case_ptr"_a.noconvert(),
          "case_link"_a.noconvert(), kEcmpFailures);
}

}  // namespace easterly::bind
