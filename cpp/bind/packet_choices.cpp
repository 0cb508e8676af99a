// Choices on the way: groups, how they pick, and whether every way comes to an end.
#include "bind/columns.hpp"
#include "bind/packet.hpp"
#include "bind/packet_ways.hpp"

namespace easterly::bind {

namespace {

using nb::literals::operator""_a;
using packet::Choices, packet::Engine, packet::Group, packet::Manner, packet::Pick;

constexpr const char* kChoices = R"(Gives paths choices, before anything has run.

In `route`, -2 - g stands for group g: the path goes on at one of its members, each a place in `route`. Groups of a table
(a destination) lead to groups of the same one only, and end at one that picks "back": from there the path goes on behind
the entry of the flow's own list that led into the table.

Parameters
----------
ptr : (G + 1,) int64
    Members of group g are member[ptr[g]:ptr[g + 1]].
member : (K,) int64
    Where in `route` each begins: with a link, or with another group.
weight : (K,) float64 [1]
    Above 0.
manner, table : (G,) int32
    Row of the columns below; table that the group belongs to, -1 in lists of flows.
pick : (M,) int32
    0 by hash of the flow, 1 by a draw for each packet, 2 in turns of the flow, 3 in turns of the switch, 4 the shortest
    queue (ties by hash), 5 the shortest queue (ties drawn), 6 the shorter of two that are drawn, 7 back.
modulo, added, resilient : (M,) int32 [0 or 1]
    Hash mod w instead of one of w regions of its range; the seed is added to the name of the flow instead of mixed with
    it; when a member is down, only its own flows move.
bits : (M,) int32
    Width of the hash.
seed : (M,) uint64
gap_ps : (M,) int64 [ps]
    A flow keeps its member until it was idle for longer.
name : (F, 2) uint64
    What is hashed of each flow, and of its acknowledgements.
watched : bool
    Counts packets by member, and changes of way by flow.

Raises
------
ValueError
    Lengths that do not fit, an index out of range, groups that lead in a circle, a way back that is not there.)";

void add_manners(Choices& made, In<std::int32_t> pick, In<std::int32_t> modulo, In<std::int32_t> added,
                 In<std::int32_t> resilient, In<std::int32_t> bits, In<std::uint64_t> seed, In<std::int64_t> gap_ps) {
    const std::size_t n = view(pick).size();
    for (const auto& [name, column] : {std::pair{"modulo", view(modulo)}, {"added", view(added)}, {"resilient", view(resilient)}}) {
        same_length(name, column.size(), "manner", n);
        in_range(name, column, 2);
    }
    same_length("bits", view(bits).size(), "manner", n);
    same_length("seed", view(seed).size(), "manner", n);
    same_length("gap_ps", view(gap_ps).size(), "manner", n);
    in_range("pick", view(pick), 8);
    for (std::size_t m = 0; m < n; ++m) {
        within("bits", view(bits)[m], 1, 64);
        within("gap_ps", view(gap_ps)[m], 0, std::int64_t{1} << 60);
        made.manners.push_back({static_cast<Pick>(view(pick)[m]), view(modulo)[m] != 0, view(added)[m] != 0, view(resilient)[m] != 0,
                                static_cast<std::uint8_t>(view(bits)[m]), view(seed)[m], view(gap_ps)[m], 0});
    }
}

void add_choices(Simulation& it, In<std::int64_t> ptr, In<std::int64_t> member, In<double> weight, In<std::int32_t> manner,
                 In<std::int32_t> table, In<std::int32_t> pick, In<std::int32_t> modulo, In<std::int32_t> added,
                 In<std::int32_t> resilient, In<std::int32_t> bits, In<std::uint64_t> seed, In<std::int64_t> gap_ps,
                 In2<std::uint64_t> name, bool watched) {
    if (it.begun) refuse("the simulation has begun: give choices before it runs");
    Engine& engine = it.engine;
    if (!engine.choices.empty()) refuse("the simulation has choices already");
    const std::size_t n = view(manner).size();
    if (n == 0 || n > std::size_t{1} << 30) refuse("there are no groups, or more than 2^30");
    same_length("table", view(table).size(), "group", n);
    same_length("ptr", view(ptr).size(), "group, and one more", n + 1);
    csr("ptr", view(ptr), view(member).size());
    if (name.shape(1) != 2) refuse("name has not two columns");
    same_length("name", name.shape(0), "flow", engine.flows.size());
    for (std::size_t i = 0; i < engine.route.size(); ++i)
        if (engine.route[i] < -1 - static_cast<std::int64_t>(n)) refuse(entry("route", i, std::to_string(engine.route[i])) + ", no group");
    check_members(engine, view(member), view(weight));
    Choices made;
    add_manners(made, pick, modulo, added, resilient, bits, seed, gap_ps);
    in_range("manner", view(manner), static_cast<std::int64_t>(made.manners.size()));
    made.member.assign(view(member).begin(), view(member).end());
    made.weight.assign(view(weight).begin(), view(weight).end());
    made.name.assign(name.data(), name.data() + name.size());
    made.watched = watched;
    for (std::size_t g = 0; g < n; ++g) {
        const Manner& how = made.manners[view(manner)[g]];
        const std::int64_t begin = view(ptr)[g], count = view(ptr)[g + 1] - begin;
        within("table", view(table)[g], -1, std::int64_t{1} << 30);
        if (how.pick == Pick::back && (count > 0 || view(table)[g] < 0)) refuse("group " + std::to_string(g) + " is the end of no table, or has members");
        Group& own = made.groups.emplace_back();
        own.first = static_cast<std::uint32_t>(begin), own.count = own.live = static_cast<std::uint32_t>(count);
        own.manner = static_cast<std::uint32_t>(view(manner)[g]), own.table = view(table)[g];
        for (std::int64_t i = begin; how.modulo && i < begin + count; ++i)
            if (view(weight)[i] != view(weight)[begin]) refuse("group " + std::to_string(g) + " picks by remainder: repeat members instead of weighing them");
    }
    engine.choices = std::move(made);
    try {
        Ways(engine).check();
    } catch (...) {
        engine.choices = {};
        throw;
    }
}

// Paths as the hash decides: what a run would take, without running.
nb::tuple ways(Simulation& it, bool answers) {
    Engine& engine = it.engine;
    for (const Group& group : engine.choices.groups) {
        const Manner& how = engine.choices.manners[group.manner];
        if (how.pick != Pick::back && (how.pick != Pick::hash || how.gap != 0))
            refuse("a switch chooses for each packet or burst: flows have no single way");
    }
    std::vector<std::int64_t> ptr{0};
    std::vector<std::int32_t> links;
    {
        nb::gil_scoped_release released;
        if (!it.begun) engine.prepare_ways();
        for (std::uint32_t flow = 0; flow < engine.flows.size(); ++flow) {
            engine.way(flow, answers, links);
            ptr.push_back(static_cast<std::int64_t>(links.size()));
        }
    }
    return nb::make_tuple(give(std::move(ptr)), give(std::move(links)));
}

nb::dict choices(const Simulation& it) {
    const Choices& all = it.engine.choices;
    nb::dict made;
    made["picked"] = give(std::vector<std::int64_t>(all.picked.begin(), all.picked.end()));
    made["changes"] = give(std::vector<std::int64_t>(all.changes.begin(), all.changes.end()));
    return made;
}

}  // namespace

void packet_choices(nb::class_<Simulation>& simulation) {
    simulation
        .def("choices", &add_choices, kChoices, "ptr"_a, "member"_a, "weight"_a, "manner"_a, "table"_a, "pick"_a, "modulo"_a,
             "added"_a, "resilient"_a, "bits"_a, "seed"_a, "gap_ps"_a, "name"_a, "watched"_a)
        .def("ways", &ways, "answers"_a, kWays)
        .def("picks", &choices, "Packets by member, and changes of way by flow, where they were watched.")
        .def_prop_ro("without_way", [](const Simulation& it) { return it.engine.choices.lost; });
}

}  // namespace easterly::bind
