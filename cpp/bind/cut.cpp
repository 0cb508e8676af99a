#include "bind/cut_docs.hpp"
#include "bind/graphs.hpp"
#include "bind/rooms.hpp"
#include "cut/max_flow.hpp"

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
    const auto rows = [](cut::Rows& rows) { return nb::make_tuple(give(std::move(rows.ptr)), give(std::move(rows.idx))); };
    return nb::make_tuple(give(std::move(made.value))) + rows(made.near_node) + rows(made.near_link) +
           rows(made.far_node) + rows(made.far_link) + rows(made.flow_link) +
           nb::make_tuple(give(std::move(made.flow)));
}

}  // namespace

void cut(nb::module_& m) {
    m.def("max_flows", &max_flows, EASTERLY_GRAPH, "capacity"_a.noconvert(), "pair_src"_a.noconvert(),
          "pair_dst"_a.noconvert(), "cuts"_a, "flows"_a, kMaxFlows);
}

}  // namespace easterly::bind
