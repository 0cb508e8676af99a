#include "bind/graphs.hpp"
#include "bind/paths_docs.hpp"
#include "bind/rooms.hpp"
#include "paths/k_shortest.hpp"

namespace easterly::bind {

namespace {

using Ints = In<std::int32_t>;
using Floats = In<double>;
using Bools = In<bool>;
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

}  // namespace

void paths(nb::module_& m) {
    m.def("k_shortest", &k_shortest, EASTERLY_GRAPH, "pair_src"_a.noconvert(), "pair_dst"_a.noconvert(), "k"_a,
          kKShortest);
}

}  // namespace easterly::bind
