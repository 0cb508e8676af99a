// The compiled core as one Python module; each room of the kernel binds itself in a file of its own.
#include "bind/rooms.hpp"

NB_MODULE(_core, m) {
    m.doc() = "Compiled algorithms of Easterly: arrays in, arrays out.";
    auto room = [&](const char* name, const char* doc) {
        nanobind::module_ part = m.def_submodule(name, doc);
        return part;
    };
    auto dag = room("dag", "Graphs of events: their order, and when each can start.");
    easterly::bind::dag(dag);
    auto graph = room("graph", "Paths, equal-cost shares and the spread of hashing.");
    easterly::bind::graph(graph);
    auto flow = room("flow", "Rates of flows that share links.");
    easterly::bind::flow(flow);
    auto random = room("random", "Counter-based random numbers.");
    easterly::bind::random(random);
    auto maths = room("maths", "Elementary functions with the same bits on every machine.");
    easterly::bind::maths(maths);
}
