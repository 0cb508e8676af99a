// What calls on graphs share: pairs of nodes, names of arguments, and a look at signals while a search runs.
#pragma once

#include <functional>

#include "bind/arrays.hpp"
#include "bind/graph_checks.hpp"
#include "graph/graph.hpp"

namespace easterly::bind {

inline void pairs_of(const graph::Graph& graph, const In<std::int32_t>& pair_src, const In<std::int32_t>& pair_dst) {
    same_length("pair_dst", view(pair_dst).size(), "pair", view(pair_src).size());
    in_range("pair_src", view(pair_src), graph.nodes);
    in_range("pair_dst", view(pair_dst), graph.nodes);
}

// Lets Python handle signals, so that Ctrl-C ends a long call. Takes the lock for that moment.
inline std::function<void()> signals() {
    return [] {
        nb::gil_scoped_acquire held;
        if (PyErr_CheckSignals() != 0) throw nb::python_error();
    };
}

// The arguments that describe a graph, by name and without conversion in silence.
#define EASTERLY_GRAPH \
    "n"_a, "src"_a.noconvert(), "dst"_a.noconvert(), "cost"_a.noconvert(), "transit"_a.noconvert(), \
        "alive"_a.noconvert()

}  // namespace easterly::bind
