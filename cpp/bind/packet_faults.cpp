// Links that fail, and what is known of them.
#include "bind/columns.hpp"
#include "bind/packet.hpp"
#include "bind/packet_ways.hpp"

namespace easterly::bind {

namespace {

using nb::literals::operator""_a;
using packet::Engine, packet::Fault, packet::Tables, packet::What;

constexpr const char* kFaults = R"(Says what becomes of links, and when switches learn of it, before anything has run.

What happens at the same instant happens in the order of the rows, before all else of that instant.

Parameters
----------
at_ps : (E,) int64 [ps]
    Never falls.
what : (E,) int32
    0 down: what waits before the link and what is on it is lost, and the port refuses. 1 down: what is on the link is
    lost, what waits and what comes is held until it is up (where that never happens, as 0). 2 up. 3 rate [bit/s]: what
    waits is served at the new rate. 4 loss [1] of packets, 5 of bits on the link. 6 groups leave the link out, 7 groups
    take it again. 8 groups get other members.
link : (E,) int32
    Of 8: row of `table_ptr`.
value : (E,) float64
    Of 3, 4 and 5.
table_ptr : (T + 1,) int64
    New members number t are those of group[table_ptr[t]:table_ptr[t + 1]].
group : (R,) int32
ptr : (R + 1,) int64
    Members of group[r] are member[ptr[r]:ptr[r + 1]].
member, weight : (K,) int64, float64
    As in `choices`, which come first.

Raises
------
ValueError
    Lengths that do not fit, a number out of its range, groups that lead in a circle; a simulation that has begun.)";

Fault row_of(const Engine& engine, std::int64_t at, std::int32_t what, std::int32_t link, double value, std::size_t tables) {
    within("at_ps", at, 0, std::int64_t{1} << 60);
    within("what", what, 0, 8);
    const auto which = static_cast<What>(what);
    const bool groups = which >= What::avoid;
    if (groups && engine.choices.empty()) refuse("what is " + std::to_string(what) + ", and there are no choices");
    within("link", link, 0, static_cast<std::int64_t>(which == What::tables ? tables : engine.ports.size()) - 1);
    if (which == What::rate) {
        real("value", value, 1000.0, 1e13);
        if (static_cast<std::int64_t>(value) % 1000 != 0 || value != std::floor(value)) refuse("value is no multiple of 1000 bit/s");
    }
    if (which == What::loss || which == What::bits) real("value", value, 0.0, 1.0);
    return {at, which, link, value};
}

std::vector<Tables> tables_of(const Engine& engine, std::span<const std::int64_t> table_ptr, std::span<const std::int32_t> group,
                              std::span<const std::int64_t> ptr, std::span<const std::int64_t> member, std::span<const double> weight) {
    same_length("ptr", ptr.size(), "group, and one more", group.size() + 1);
    csr("table_ptr", table_ptr, group.size());
    csr("ptr", ptr, member.size());
    in_range("group", group, static_cast<std::int64_t>(engine.choices.groups.size()));
    check_members(engine, member, weight);
    std::vector<Tables> made(table_ptr.size() - 1);
    for (std::size_t t = 0; t < made.size(); ++t) {
        Tables& own = made[t];
        own.ptr.push_back(0);
        for (std::int64_t r = table_ptr[t]; r < table_ptr[t + 1]; ++r) {
            if (engine.choices.manners[engine.choices.groups[group[r]].manner].pick == packet::Pick::back)
                refuse(entry("group", r, std::to_string(group[r])) + ", the end of a table");
            own.group.push_back(static_cast<std::uint32_t>(group[r]));
            own.member.insert(own.member.end(), member.begin() + ptr[r], member.begin() + ptr[r + 1]);
            own.weight.insert(own.weight.end(), weight.begin() + ptr[r], weight.begin() + ptr[r + 1]);
            own.ptr.push_back(static_cast<std::uint32_t>(own.member.size()));
        }
    }
    return made;
}

// The choices of each time, one after the other, lead nowhere in a circle.
void check_tables(Engine& engine, const std::vector<Fault>& all, const std::vector<Tables>& tables) {
    if (tables.empty()) return;
    packet::Choices before = engine.choices;
    const auto put_back = [&] { engine.choices = std::move(before); };
    engine.choices.upto.resize(engine.choices.member.size());
    engine.choices.avoided.assign(engine.links.size(), 0);
    try {
        for (const Fault& each : all) {
            if (each.what != What::tables) continue;
            engine.choices.install(tables[each.link], engine.route);
            Ways(engine).check();
        }
    } catch (...) {
        put_back();
        throw;
    }
    put_back();
}

void add_faults(Simulation& it, In<std::int64_t> at_ps, In<std::int32_t> what, In<std::int32_t> link, In<double> value,
                In<std::int64_t> table_ptr, In<std::int32_t> group, In<std::int64_t> ptr, In<std::int64_t> member,
                In<double> weight) {
    if (it.begun) refuse("the simulation has begun: give faults before it runs");
    Engine& engine = it.engine;
    const std::size_t n = view(at_ps).size();
    same_length("what", view(what).size(), "fault", n);
    same_length("link", view(link).size(), "fault", n);
    same_length("value", view(value).size(), "fault", n);
    std::vector<Tables> tables = tables_of(engine, view(table_ptr), view(group), view(ptr), view(member), view(weight));
    std::vector<Fault> all;
    for (std::size_t i = 0; i < n; ++i) {
        if (i > 0 && view(at_ps)[i] < view(at_ps)[i - 1]) refuse(entry("at_ps", i, std::to_string(view(at_ps)[i])) + ", before the one above");
        all.push_back(row_of(engine, view(at_ps)[i], view(what)[i], view(link)[i], view(value)[i], tables.size()));
    }
    check_tables(engine, all, tables);
    engine.faults.all = std::move(all);
    engine.faults.tables = std::move(tables);
}

nb::dict fates(const Simulation& it) {
    const Engine& engine = it.engine;
    const std::size_t n = engine.links.size();
    std::vector<std::int64_t> cut(n, 0), refused(n, 0), lost(n, 0);
    for (std::size_t l = 0; l < n; ++l) {
        lost[l] = engine.links[l].lost;
        if (engine.faults.of.empty()) continue;
        cut[l] = engine.faults.of[l].cut;
        refused[l] = engine.faults.of[l].refused;
    }
    nb::dict made;
    made["cut"] = give(std::move(cut));
    made["refused"] = give(std::move(refused));
    made["lost"] = give(std::move(lost));
    std::vector<std::int64_t> of_flow(engine.faults.lost.begin(), engine.faults.lost.end());
    of_flow.resize(engine.flows.size(), 0);
    made["of_flow"] = give(std::move(of_flow));
    return made;
}

}  // namespace

void packet_faults(nb::class_<Simulation>& simulation) {
    simulation
        .def("faults", &add_faults, kFaults, "at_ps"_a, "what"_a, "link"_a, "value"_a, "table_ptr"_a, "group"_a, "ptr"_a, "member"_a,
             "weight"_a)
        .def("fates", &fates,
             "Packets that were lost: by link, cut when it went down, refused while it was, lost by chance; by flow, the first two.");
}

}  // namespace easterly::bind
