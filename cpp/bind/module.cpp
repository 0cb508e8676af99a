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
    auto fluid = room("fluid", "Activities that share links, one event after the other.");
    easterly::bind::fluids(fluid);
    auto random = room("random", "Counter-based random numbers.");
    easterly::bind::random(random);
    auto maths = room("maths", "Elementary functions with the same bits on every machine.");
    easterly::bind::maths(maths);
    auto paths = room("paths", "Searches for single paths: shortest, k shortest, disjoint, trees.");
    easterly::bind::paths(paths);
    auto cut = room("cut", "Maximum flows, minimum cuts, flows of least cost, reliability.");
    easterly::bind::cut(cut);
    auto hash = room("hash", "Hash functions of switches and hosts, and how they split traffic.");
    easterly::bind::hash(hash);
    auto fabric = room("fabric", "Routes of structured fabrics, by formula.");
    easterly::bind::fabric(fabric);
    auto classify = room("classify", "First match of packets among rules, and what rules leave to each other.");
    easterly::bind::classify(classify);
    auto allocate = room("allocate", "Rates of demands over many paths, with bounds.");
    easterly::bind::allocate(allocate);
    auto sched = room("sched", "Schedulers of queues: steppable classes, each with its batch form.");
    easterly::bind::sched(sched);
    auto meter = room("meter", "Token buckets, leaky buckets and three-colour markers.");
    easterly::bind::meter(meter);
    auto aqm = room("aqm", "Queues that drop or mark before they are full.");
    easterly::bind::aqm(aqm);
    auto buffer = room("buffer", "Packet memory of a chip, pauses, and the watchdog over them.");
    easterly::bind::buffer(buffer);
    auto admit = room("admit", "Measured load of a link, for the admission of flows.");
    easterly::bind::admit(admit);
    auto packet = room("packet", "Packets in a network, one event after the other.");
    easterly::bind::packet(packet);
    auto prefix = room("prefix", "Prefixes of addresses: sets, nesting, longest matches, text.");
    easterly::bind::prefix_sets(prefix);
    auto queue = room("queue", "Waiting at stations: Erlang's formulas, priorities, tails, and their inversion.");
    easterly::bind::queues(queue);
    auto calculus = room("calculus", "Worst delays and backlogs of networks of queues.");
    easterly::bind::calculus(calculus);
    auto curve = room("curve", "Exact curves of network calculus: (min,+) and (max,+) algebra over rationals.");
    easterly::bind::curve(curve);
    auto control = room("control", "Fluids of congestion control with delays, their roots and their responses.");
    easterly::bind::controls(control);
    auto robust = room("robust", "Random graphs, what is left of them under removals, and what spreads along them.");
    easterly::bind::robust(robust);
    auto traffic = room("traffic", "Models of traffic: noise with long memory, wavelets, modulated rates, on/off sources, "
                                   "chains that set a rate.");
    easterly::bind::traffic_models(traffic);
}
