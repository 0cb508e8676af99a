#include "bind/cut_docs.hpp"
#include "bind/graphs.hpp"
#include "bind/rooms.hpp"
#include "cut/max_flow.hpp"
#include "cut/min_cost.hpp"
#include "cut/reliability.hpp"
#include "cut/weak.hpp"

namespace easterly::bind {

namespace {

using Ints = In<std::int32_t>;
using Floats = In<double>;
using Bools = In<bool>;
using nb::literals::operator""_a;

auto max_flows(std::int64_t n, Ints src, Ints dst, Floats cost, Bools transit, Bools alive, Floats capacity,
               Ints pair_src, Ints pair_dst, bool cuts, bool flows) {
    const auto graph = checked_graph(n, src, dst, cost, transit, alive);
    pairs_of(graph, pair_src, pair_dst);
    same_length("capacity", view(capacity).size(), "link", graph.src.size());
    at_least("capacity", view(capacity), 0.0, false, true);
    cut::MaxFlows made;
    {
        nb::gil_scoped_release released;
        made = cut::max_flows(graph, view(capacity), view(pair_src), view(pair_dst), {cuts, flows},
                              paths::Pulse(signals()));
    }
    const auto rows = [](cut::Rows& one) {
        return nb::make_tuple(give(std::move(one.ptr)), give(std::move(one.idx)));
    };
    return nb::make_tuple(give(std::move(made.value))) + rows(made.near_node) + rows(made.near_link) +
           rows(made.far_node) + rows(made.far_link) + rows(made.flow_link) +
           nb::make_tuple(give(std::move(made.flow)));
}

auto min_cost_flow(std::int64_t n, Ints src, Ints dst, Floats cost, Bools transit, Bools alive, Floats capacity,
                   Floats supply) {
    const auto graph = checked_graph(n, src, dst, cost, transit, alive);
    same_length("capacity", view(capacity).size(), "link", graph.src.size());
    same_length("supply", view(supply).size(), "node", static_cast<std::size_t>(n));
    at_least("capacity", view(capacity), 0.0, false, true);
    for (std::size_t v = 0; v < view(supply).size(); ++v)
        if (!std::isfinite(view(supply)[v]))
            refuse(entry("supply", v, std::to_string(view(supply)[v])) + ", not a finite number");
    cut::MinCost made;
    {
        nb::gil_scoped_release released;
        made = cut::min_cost_flow(graph, view(capacity), view(supply), paths::Pulse(signals()));
    }
    return nb::make_tuple(made.cost, made.unmet, give(std::move(made.flow)), give(std::move(made.potential)));
}

std::int32_t nodes_of(std::int64_t n) {
    if (n < 0 || n > 0x7fffffff) refuse("n is " + std::to_string(n) + ", not a number of nodes");
    return static_cast<std::int32_t>(n);
}

void edges_of(std::int64_t n, const char* from, const Ints& a, const char* to, const Ints& b) {
    same_length(to, view(b).size(), "edge", view(a).size());
    in_range(from, view(a), n);
    in_range(to, view(b), n);
}

void probabilities(const char* name, std::span<const double> values) {
    for (std::size_t i = 0; i < values.size(); ++i)
        if (!(values[i] >= 0.0 && values[i] <= 1.0))
            refuse(entry(name, i, std::to_string(values[i])) + ", not within 0..1");
}

auto weak_points(std::int64_t n, Ints a, Ints b, Bools transit) {
    const cut::Edges edges{nodes_of(n), view(a), view(b), view(transit)};
    edges_of(n, "a", a, "b", b);
    same_length("transit", view(transit).size(), "node", static_cast<std::size_t>(n));
    cut::Weak made;
    {
        nb::gil_scoped_release released;
        made = cut::weak_points(edges);
    }
    return nb::make_tuple(give(std::move(made.bridge)), give(std::move(made.articulation)),
                          give(std::move(made.component)));
}

auto reliability(std::int64_t n, Ints tail, Ints head, In<std::int64_t> ptr, Ints part, Floats up, Bools transit,
                 Ints terminals, std::int64_t states, std::int64_t samples, std::uint64_t seed) {
    const cut::Fallible net{nodes_of(n), view(tail),    view(head),     view(ptr), view(part),
                            view(up),    view(transit), view(terminals)};
    edges_of(n, "tail", tail, "head", head);
    same_length("ptr", view(ptr).size(), "edge, and one", view(tail).size() + 1);
    csr("ptr", view(ptr), view(part).size());
    in_range("part", view(part), static_cast<std::int64_t>(view(up).size()));
    probabilities("up", view(up));
    same_length("transit", view(transit).size(), "node", static_cast<std::size_t>(n));
    in_range("terminals", view(terminals), n);
    if (view(terminals).empty()) refuse("terminals is empty");
    if (states < 0 || states > 50000000) refuse("states is " + std::to_string(states) + ", not within 0..50000000");
    if (samples < 0) refuse("samples is " + std::to_string(samples) + ", not a number of samples");
    cut::Reliability made;
    {
        nb::gil_scoped_release released;
        made = cut::reliability(net, states, samples, seed, paths::Pulse(signals()));
    }
    return nb::make_tuple(made.low, made.high, made.states, made.hits);
}

auto reduce(std::int64_t n, Ints a, Ints b, Floats up, Bools fixed, Floats node_up, Bools transit, Bools kept) {
    const std::int32_t nodes = nodes_of(n);
    edges_of(n, "a", a, "b", b);
    same_length("up", view(up).size(), "edge", view(a).size());
    same_length("fixed", view(fixed).size(), "edge", view(a).size());
    same_length("node_up", view(node_up).size(), "node", static_cast<std::size_t>(n));
    same_length("transit", view(transit).size(), "node", static_cast<std::size_t>(n));
    same_length("kept", view(kept).size(), "node", static_cast<std::size_t>(n));
    probabilities("up", view(up));
    probabilities("node_up", view(node_up));
    cut::Reduced made;
    {
        nb::gil_scoped_release released;
        made = cut::reduce(nodes, {view(a), view(b), view(up), view(fixed)}, view(node_up), view(transit), view(kept));
    }
    return nb::make_tuple(give(std::move(made.a)), give(std::move(made.b)), give(std::move(made.origin)),
                          give(std::move(made.up)));
}

}  // namespace

void cut(nb::module_& m) {
    m.def("max_flows", &max_flows, EASTERLY_GRAPH, "capacity"_a.noconvert(), "pair_src"_a.noconvert(),
          "pair_dst"_a.noconvert(), "cuts"_a, "flows"_a, kMaxFlows);
    m.def("min_cost_flow", &min_cost_flow, EASTERLY_GRAPH, "capacity"_a.noconvert(), "supply"_a.noconvert(),
          kMinCostFlow);
    m.def("weak_points", &weak_points, "n"_a, "a"_a.noconvert(), "b"_a.noconvert(), "transit"_a.noconvert(),
          kWeakPoints);
    m.def("reliability", &reliability, "n"_a, "tail"_a.noconvert(), "head"_a.noconvert(), "ptr"_a.noconvert(),
          "part"_a.noconvert(), "up"_a.noconvert(), "transit"_a.noconvert(), "terminals"_a.noconvert(), "states"_a,
          "samples"_a, "seed"_a, kReliability);
    m.def("reduce", &reduce, "n"_a, "a"_a.noconvert(), "b"_a.noconvert(), "up"_a.noconvert(), "fixed"_a.noconvert(),
          "node_up"_a.noconvert(), "transit"_a.noconvert(), "kept"_a.noconvert(), kReduce);
}

}  // namespace easterly::bind
