// Looking into senders, and losing packets by a pattern.
#include "bind/columns.hpp"
#include "bind/packet.hpp"

namespace easterly::bind {

namespace {

using nb::literals::operator""_a;
using packet::Probe;

constexpr const char* kProbe = R"(Looks into a sender whenever it hears of its packets, before anything has run.

Parameters
----------
flow : int
every_ps : int [ps]
    Least time between two looks.

Raises
------
ValueError
    A flow that is none, or is looked into already; a simulation that has begun.)";

constexpr const char* kProbed = R"(What was seen of a sender, at the instants of acknowledgements and timeouts.

Parameters
----------
flow : int

Returns
-------
dict of str to array
    `time_ps`; `window` and `threshold` and `pipe` (in flight) [packets]; `rate_bps`, 0 where packets leave at once;
    `srtt_ps` and `least_rtt_ps`; `phase`: 0 slow start, 1 avoidance, 2 recovery, and for BBR its own phases in their order;
    `inner` of the law: alpha (DCTCP, DCQCN), bandwidth [bit/s] (BBR), target [ps] (Swift).

Raises
------
ValueError
    A flow that is not looked into.)";

constexpr const char* kLose = R"(Loses packets that are put on a link, by their number, before anything has run.

Parameters
----------
link : int
first : int
    Which is lost first, from 1; 0: none.
every : int
    Packets from one that is lost to the next; 0: only the first is.

Raises
------
ValueError
    A link that is none, a negative number; a simulation that has begun.)";

void probe(Simulation& it, std::int64_t flow, std::int64_t every_ps) {
    if (it.begun) refuse("the simulation has begun: look into flows before it runs");
    within("flow", flow, 0, static_cast<std::int64_t>(it.engine.flows.size()) - 1);
    within("every_ps", every_ps, 0, std::int64_t{1} << 55);
    const auto which = static_cast<std::uint32_t>(flow);
    if (std::ranges::find(it.engine.probes, which, &Probe::flow) != it.engine.probes.end())
        refuse("flow " + std::to_string(flow) + " is looked into already");
    it.engine.probes.push_back({which, every_ps, 0, {}});
}

template <class Out, class Take>
auto column(const std::vector<Probe::Row>& rows, Take&& take) {
    std::vector<Out> made;
    made.reserve(rows.size());
    for (const Probe::Row& row : rows) made.push_back(static_cast<Out>(take(row)));
    return give(std::move(made));
}

nb::dict probed(const Simulation& it, std::int64_t flow) {
    const auto at = std::ranges::find_if(it.engine.probes, [&](const Probe& each) { return each.flow == flow; });
    if (at == it.engine.probes.end()) refuse("flow " + std::to_string(flow) + " is not looked into");
    nb::dict made;
    const auto whole = [&](const char* name, auto take) { made[name] = column<std::int64_t>(at->rows, take); };
    const auto real = [&](const char* name, auto take) { made[name] = column<double>(at->rows, take); };
    whole("time_ps", [](const Probe::Row& row) { return row.now; });
    real("window", [](const Probe::Row& row) { return row.window; });
    real("threshold", [](const Probe::Row& row) { return row.threshold; });
    whole("pipe", [](const Probe::Row& row) { return row.pipe; });
    real("rate_bps", [](const Probe::Row& row) { return row.rate_bps; });
    whole("srtt_ps", [](const Probe::Row& row) { return row.srtt; });
    whole("least_rtt_ps", [](const Probe::Row& row) { return row.least_rtt; });
    whole("late_ps", [](const Probe::Row& row) { return row.late; });
    whole("phase", [](const Probe::Row& row) { return row.phase; });
    real("inner", [](const Probe::Row& row) { return row.inner; });
    return made;
}

void lose(Simulation& it, std::int64_t link, std::int64_t first, std::int64_t every) {
    if (it.begun) refuse("the simulation has begun: say what is lost before it runs");
    within("link", link, 0, static_cast<std::int64_t>(it.engine.links.size()) - 1);
    within("first", first, 0, std::int64_t{1} << 62);
    within("every", every, 0, std::int64_t{1} << 62);
    it.engine.links[link].next_lost = static_cast<std::uint64_t>(first);
    it.engine.links[link].every = static_cast<std::uint64_t>(every);
}

}  // namespace

void packet_probe(nb::class_<Simulation>& simulation) {
    simulation.def("probe", &probe, kProbe, "flow"_a, "every_ps"_a)
        .def("probed", &probed, kProbed, "flow"_a)
        .def("lose", &lose, kLose, "link"_a, "first"_a, "every"_a);
}

}  // namespace easterly::bind
