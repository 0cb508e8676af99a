#include <algorithm>
#include <array>

#include <nanobind/stl/array.h>
#include <nanobind/stl/vector.h>

#include "bind/aqm.hpp"
#include "bind/columns.hpp"
#include "bind/packet.hpp"
#include "bind/packet_queues_docs.hpp"
#include "bind/sched.hpp"
#include "meter/markers.hpp"

namespace easterly::bind {

namespace {

using nb::literals::operator""_a;
using packet::Details, packet::Engine, packet::kClasses, packet::Manager, packet::Memory, packet::Scheduling;

constexpr std::int64_t kMostCells = std::int64_t{1} << 30;
constexpr std::int64_t kMostRate = 10'000'000'000'000, kLong = std::int64_t{1} << 60;
constexpr std::size_t kColours = 3;
constexpr std::int64_t kTicks = packet::kPerSecond;

Engine& not_begun(Simulation& it) {
    if (it.begun) refuse("the simulation has begun: give queues before it runs");
    return it.engine;
}

// Cells in 32 bits: half of the cache lines.
std::int32_t narrow(const char* name, std::int64_t cells) {
    within((std::string("cells of ") + name).c_str(), cells, 0, kMostCells);
    return static_cast<std::int32_t>(cells);
}

Memory narrow(const buffer::Memory& given) {
    Memory made;
    within("cell_B", given.cell_B, 1, 1 << 20);
    within("overhead_B", given.overhead_B, 0, 1 << 20);
    made.cell_B = given.cell_B, made.overhead_B = given.overhead_B;
    for (const auto& [from, to] : {std::pair{&given.ingress_pools, &made.ingress_pools}, {&given.egress_pools, &made.egress_pools}})
        for (const buffer::Pool& each : *from) {
            auto& pool = to->emplace_back();
            pool.shared = narrow("a pool", each.shared), pool.headroom = narrow("a pool", each.headroom);
        }
    for (const auto& [from, to] : {std::pair{&given.ingress, &made.ingress}, {&given.egress, &made.egress}})
        for (const buffer::Account& each : *from) {
            auto& account = to->emplace_back();
            account.pool = each.pool, account.port = each.port;
            account.reserved = narrow("reserved", each.reserved), account.limit = narrow("limit", each.limit);
            account.num = narrow("num", each.num), account.den = narrow("den", each.den);
            account.headroom = narrow("headroom", each.headroom);
            account.xon = narrow("xon", each.xon), account.xon_offset = narrow("xon_offset", each.xon_offset);
        }
    return made;
}

struct Columns {
    In<std::int32_t> link, strict, drops;
    In2<std::int64_t> quantum_B;
    In2<double> ramp;
    In2<std::int64_t> limit_B;
    In<std::int32_t> memory, account;
};

void check_lengths(const Columns& all) {
    const std::size_t n = view(all.link).size();
    for (const auto& [name, column] : {std::pair{"strict", view(all.strict)}, {"drops", view(all.drops)},
                                       {"memory", view(all.memory)}, {"account", view(all.account)}})
        same_length(name, column.size(), "queue", n);
    same_length("quantum_B", all.quantum_B.shape(0), "queue", n);
    same_length("ramp", all.ramp.shape(0), "queue", n);
    same_length("limit_B", all.limit_B.shape(0), "queue", n);
    if (all.quantum_B.shape(1) != kClasses || all.ramp.shape(1) != 3 * kClasses || all.limit_B.shape(1) != kClasses)
        refuse("quantum_B and limit_B have 8 columns and ramp 24, one and three per class");
}

void fits(const char* name, const std::vector<buffer::Memory>& memories, std::int32_t which, std::int32_t first, bool out) {
    within(name, which, -1, static_cast<std::int64_t>(memories.size()) - 1);
    if (which < 0) return;
    const auto& accounts = out ? memories[which].egress : memories[which].ingress;
    within(name, first, 0, static_cast<std::int64_t>(accounts.size()) - kClasses);
}

void add_station(Engine& engine, const Columns& all, std::size_t i) {
    const std::int32_t l = view(all.link)[i];
    if (engine.links[l].station >= 0) refuse(entry("link", i, std::to_string(l)) + ", which has queues already");
    within("strict", view(all.strict)[i], 0, 255);
    within("drops", view(all.drops)[i], 0, 255);
    packet::Sizes quanta;
    for (int c = 0; c < kClasses; ++c) {
        within("quantum_B", all.quantum_B.data()[i * kClasses + c], 1, 1 << 24);
        quanta[c] = static_cast<std::int32_t>(all.quantum_B.data()[i * kClasses + c]);
    }
    engine.links[l].station = static_cast<std::int32_t>(engine.stations.size());
    packet::Station& made = engine.stations.emplace_back(static_cast<std::uint8_t>(view(all.strict)[i]), quanta);
    Details& more = engine.details.emplace_back();
    made.memory = view(all.memory)[i];
    made.account = view(all.account)[i];
    made.drops = static_cast<std::uint8_t>(view(all.drops)[i]);
    for (int c = 0; c < kClasses; ++c) {
        const double* const given = all.ramp.data() + i * 3 * kClasses + 3 * c;
        real("ramp", given[0], 0.0, given[1]);
        real("ramp", given[1], 0.0, 1e15);
        real("ramp", given[2], 0.0, 1.0);
        made.ramps[c] = {static_cast<float>(given[0]), static_cast<float>(given[1]), static_cast<float>(given[2])};
        const std::int64_t limit_B = all.limit_B.data()[i * kClasses + c];
        within("limit_B", limit_B, -1, kLong);
        if (limit_B >= 0) more.limit_B[c] = limit_B;
    }
}

void add_queues(Simulation& it, In<std::int32_t> link, In<std::int32_t> strict, In2<std::int64_t> quantum_B, In2<double> ramp,
                In<std::int32_t> drops, In2<std::int64_t> limit_B, In<std::int32_t> memory, In<std::int32_t> account,
                In<std::int32_t> behind, In<std::int32_t> way_in, In<std::int32_t> back,
                const std::vector<buffer::Memory>& memories) {
    Engine& engine = not_begun(it);
    const std::size_t links = engine.ports.size();
    const Columns all{link, strict, drops, quantum_B, ramp, limit_B, memory, account};
    check_lengths(all);
    for (const auto& [name, column] : {std::pair{"behind", view(behind)}, {"way_in", view(way_in)}, {"back", view(back)}})
        same_length(name, column.size(), "link", links);
    in_range("link", view(link), static_cast<std::int64_t>(links));
    for (std::size_t i = 0; i < view(link).size(); ++i) {
        fits("memory", memories, view(memory)[i], view(account)[i], true);
        add_station(engine, all, i);
    }
    for (std::size_t l = 0; l < links; ++l) {
        fits("behind", memories, view(behind)[l], view(way_in)[l], false);
        within("back", view(back)[l], 0, static_cast<std::int64_t>(links) - 1);
        packet::Link& each = engine.links[l];
        each.behind = view(behind)[l], each.way_in = view(way_in)[l], each.back = view(back)[l];
        if (each.behind >= 0 && each.station < 0) refuse("link " + std::to_string(l) + " leads to a switch with queues, and has none");
    }
    for (const buffer::Memory& each : memories) engine.memories.push_back(narrow(each));
}

Details& of_link(Simulation& it, std::int64_t link) {
    Engine& engine = not_begun(it);
    within("link", link, 0, static_cast<std::int64_t>(engine.links.size()) - 1);
    const std::int32_t s = engine.links[link].station;
    if (s < 0) refuse("link " + std::to_string(link) + " has no queues");
    return engine.details[s];
}

void shape(Simulation& it, std::int64_t link, std::int64_t traffic_class, std::int64_t rate_bps, std::int64_t burst_B) {
    Details& more = of_link(it, link);
    within("traffic_class", traffic_class, -1, kClasses - 1);
    within("rate_bps", rate_bps, 1000, kMostRate);
    within("burst_B", burst_B, 0, std::int64_t{1} << 32);
    (traffic_class < 0 ? more.shaper : more.shapers[traffic_class]).set(rate_bps, burst_B);
}

void mark_leaving(Simulation& it, std::int64_t link, std::int64_t traffic_class) {
    of_link(it, link);
    within("traffic_class", traffic_class, 0, kClasses - 1);
    packet::Station& station = it.engine.stations[it.engine.links[link].station];
    if (station.drops >> traffic_class & 1) refuse("class " + std::to_string(traffic_class) + " drops early: that is for what joins");
    if (station.ramps[traffic_class].to_B > 0.0F) station.leaving |= static_cast<std::uint8_t>(1 << traffic_class);
}

template <class Scheduler>
void schedule(Simulation& it, std::int64_t link, const scheduling::Stepper<Scheduler>& given,
              const std::array<std::int32_t, kClasses>& queue) {
    Details& more = of_link(it, link);
    if (given.ticks_per_s != kTicks) refuse("the scheduler does not count in picoseconds");
    if (more.scheduling >= 0) refuse("link " + std::to_string(link) + " has a scheduler already");
    for (int c = 0; c < kClasses; ++c) {
        within("queue", queue[c], 0, static_cast<std::int64_t>(given.queues) - 1);
        given.check_leaf("queue", queue[c]);
        if (std::count(queue.begin(), queue.end(), queue[c]) > 1) refuse("queue " + std::to_string(queue[c]) + " has two classes");
    }
    more.scheduling = static_cast<std::int32_t>(it.engine.schedulings.size());
    it.engine.schedulings.emplace_back(given.fresh, queue);
}

void manage(Simulation& it, std::int64_t link, std::int64_t traffic_class, const aqm::Tail& tail, std::optional<Manager> made) {
    Details& more = of_link(it, link);
    within("traffic_class", traffic_class, 0, kClasses - 1);
    more.limit_B[traffic_class] = tail.limit_B;
    more.limit_packets[traffic_class] = tail.limit_packets;
    if (!made) return;
    if (more.manager[traffic_class] >= 0) refuse("class " + std::to_string(traffic_class) + " is managed already");
    more.manager[traffic_class] = static_cast<std::int32_t>(it.engine.managers.size());
    it.engine.managers.push_back(std::move(*made));
}

void manage(Simulation& it, std::int64_t link, std::int64_t c, const aqm::TailQueue& by) {
    manage(it, link, c, by.tail, std::nullopt);
}
void manage(Simulation& it, std::int64_t link, std::int64_t c, const aqm::RedQueue& by) {
    manage(it, link, c, by.tail, Manager(by.red, by.by_packets));
}
void manage(Simulation& it, std::int64_t link, std::int64_t c, const aqm::WredQueue& by) {
    if (by.classes.size() != 1) refuse("WRED has " + std::to_string(by.classes.size()) + " classes: a port manages one by one");
    if (by.colours < kColours) refuse("WRED has ramps for " + std::to_string(by.colours) + " colours, not for all three");
    aqm::Wred made{by.red, by.ramps, by.spreads};
    made.red.average = by.classes[0].average;
    manage(it, link, c, by.tail, Manager(std::move(made), by.by_packets));
}
void manage(Simulation& it, std::int64_t link, std::int64_t c, const aqm::CodelQueue& by) {
    manage(it, link, c, by.tail, Manager(by.codel));
}
void manage(Simulation& it, std::int64_t link, std::int64_t c, const aqm::PieQueue& by) {
    if (by.pie.ticks_per_s != static_cast<double>(kTicks)) refuse("PIE does not count in picoseconds");
    manage(it, link, c, by.tail, Manager(by.pie));
}
void manage(Simulation& it, std::int64_t link, std::int64_t c, const aqm::FqCodelQueue& by) {
    if (by.packets() > 0) refuse("the flow queues are not empty");
    manage(it, link, c, {}, Manager(static_cast<const aqm::FqCodel&>(by)));
}

void pauses(Simulation& it, std::int64_t quanta, std::int64_t patience_ps, std::int64_t check_ps) {
    Engine& engine = not_begun(it);
    within("quanta", quanta, 0, 65535);
    within("patience_ps", patience_ps, 0, kLong);
    within("check_ps", check_ps, 1, kLong);
    engine.pause_quanta = quanta, engine.patience = patience_ps, engine.check_every = check_ps;
}

void storm(Simulation& it, std::int64_t link, std::int64_t traffic_class, std::int64_t from_ps, std::int64_t to_ps,
           std::int64_t every_ps) {
    of_link(it, link);
    within("traffic_class", traffic_class, 0, kClasses - 1);
    within("from_ps", from_ps, 0, kLong);
    if (to_ps != -1) within("to_ps", to_ps, from_ps, kLong);
    within("every_ps", every_ps, 1000, kLong);
    it.engine.storms.push_back({static_cast<std::int32_t>(link), static_cast<std::uint8_t>(traffic_class), from_ps,
                                to_ps < 0 ? packet::kNever : to_ps, every_ps});
}

void guard(Simulation& it, std::int64_t link, std::int64_t traffic_class, std::int64_t every_ps, const buffer::Watchdog& watchdog) {
    const Details& more = of_link(it, link);
    within("traffic_class", traffic_class, 0, kClasses - 1);
    within("every_ps", every_ps, 1000, kLong);
    if (more.manager[traffic_class] >= 0 && it.engine.managers[more.manager[traffic_class]].fair() != nullptr)
        refuse("a watchdog does not guard flow queues");
    it.engine.guards.push_back({static_cast<std::int32_t>(link), static_cast<std::uint8_t>(traffic_class), every_ps, watchdog});
}

nb::dict stuck(const Simulation& it) {
    constexpr const char* kCauses[] = {"", "deadlock", "storm", "livelock", "silence"};
    const packet::Stuck& all = it.engine.stuck;
    const auto column = [&](auto take) {
        std::vector<std::int64_t> made;
        for (const packet::Waiting& each : all.ring) made.push_back(static_cast<std::int64_t>(take(each)));
        return give(std::move(made));
    };
    nb::dict made;
    made["cause"] = kCauses[static_cast<int>(all.cause)];
    made["at_ps"] = all.at;
    made["link"] = column([](const packet::Waiting& w) { return w.link; });
    made["traffic_class"] = column([](const packet::Waiting& w) { return w.traffic_class; });
    made["since_ps"] = column([](const packet::Waiting& w) { return w.since; });
    made["waiting_B"] = column([](const packet::Waiting& w) { return w.bytes; });
    return made;
}

nb::dict guarded(const Simulation& it) {
    const auto& all = it.engine.guards;
    const auto column = [&](auto take) {
        std::vector<std::int64_t> made;
        for (const packet::Guard& each : all) made.push_back(static_cast<std::int64_t>(take(each)));
        return give(std::move(made));
    };
    nb::dict made;
    made["link"] = column([](const packet::Guard& g) { return g.link; });
    made["traffic_class"] = column([](const packet::Guard& g) { return g.traffic_class; });
    made["storms"] = column([](const packet::Guard& g) { return g.watchdog.storms; });
    made["restorations"] = column([](const packet::Guard& g) { return g.watchdog.restorations; });
    return made;
}

auto victims(const Simulation& it) {
    std::vector<std::uint8_t> made = it.engine.victims;
    made.resize(it.engine.flows.size(), 0);
    return give(std::move(made));
}

// The first of some types that a thing is; false: none.
template <class... Types, class Use>
bool as_any(nb::handle thing, Use&& use) {
    return ((nb::isinstance<Types>(thing) && (use(nb::cast<const Types&>(thing)), true)) || ...);
}

void schedule_any(Simulation& it, std::int64_t link, nb::object scheduler, const std::array<std::int32_t, kClasses>& queue) {
    using scheduling::Stepper;
    const bool known = as_any<Stepper<sched::Fifo>, Stepper<sched::Wrr>, Stepper<sched::Wfq>, Stepper<sched::Wf2qPlus>,
                              Stepper<sched::ClassBased>, Stepper<sched::Htb>, Stepper<sched::Cbq>, Stepper<sched::Cbs>>(
        scheduler, [&](const auto& each) { schedule(it, link, each, queue); });
    if (!known) refuse("scheduler is none for ports");
}

void manage_any(Simulation& it, std::int64_t link, std::int64_t traffic_class, nb::object by) {
    const bool known = as_any<Stepper<aqm::TailQueue>, Stepper<aqm::RedQueue>, Stepper<aqm::WredQueue>, Stepper<aqm::CodelQueue>,
                              Stepper<aqm::PieQueue>, Stepper<aqm::FqCodelQueue>>(
        by, [&](const auto& each) { manage(it, link, traffic_class, each.queue); });
    if (!known) refuse("by is no queue management for ports");
}

void colours(Simulation& it, In<std::uint8_t> colour) {
    Engine& engine = not_begun(it);
    same_length("colour", view(colour).size(), "flow", engine.flows.size());
    in_range("colour", view(colour), static_cast<std::int64_t>(kColours));
    for (std::size_t f = 0; f < engine.flows.size(); ++f) engine.flows[f].colour = view(colour)[f];
}

void colour_any(Simulation& it, std::int64_t link, std::int64_t traffic_class, nb::object by, bool aware) {
    Details& more = of_link(it, link);
    within("traffic_class", traffic_class, 0, kClasses - 1);
    if (more.marker[traffic_class] >= 0) refuse("class " + std::to_string(traffic_class) + " has a marker already");
    const bool known = as_any<meter::SingleRate, meter::TwoRate, meter::Differential>(by, [&](const auto& each) {
        if (each.ticks_per_s != kTicks || each.time != 0) refuse("the marker does not count in picoseconds from 0 on");
        more.marker[traffic_class] = static_cast<std::int32_t>(it.engine.markers.size());
        it.engine.markers.emplace_back(each, static_cast<std::int32_t>(link), static_cast<std::uint8_t>(traffic_class), aware);
    });
    if (!known) refuse("by is no marker of three colours");
}

nb::dict coloured(const Simulation& it) {
    const auto column = [&](auto take) {
        std::vector<std::int64_t> made;
        for (const packet::Marker& each : it.engine.markers) made.push_back(static_cast<std::int64_t>(take(each)));
        return give(std::move(made));
    };
    nb::dict made;
    made["link"] = column([](const packet::Marker& m) { return m.link; });
    made["traffic_class"] = column([](const packet::Marker& m) { return m.traffic_class; });
    made["green"] = column([](const packet::Marker& m) { return m.sent[0]; });
    made["yellow"] = column([](const packet::Marker& m) { return m.sent[1]; });
    made["red"] = column([](const packet::Marker& m) { return m.sent[2]; });
    return made;
}

}  // namespace

void packet_queues(nb::class_<Simulation>& simulation) {
    simulation
        .def("queues", &add_queues, kQueues, "link"_a, "strict"_a, "quantum_B"_a, "ramp"_a, "drops"_a, "limit_B"_a,
             "memory"_a, "account"_a, "behind"_a, "way_in"_a, "back"_a, "memories"_a)
        .def("shape", &shape, kShape, "link"_a, "traffic_class"_a, "rate_bps"_a, "burst_B"_a)
        .def("mark_leaving", &mark_leaving, kMarkLeaving, "link"_a, "traffic_class"_a)
        .def("colours", &colours, kColoursDoc, "colour"_a)
        .def("colour", &colour_any, kColour, "link"_a, "traffic_class"_a, "by"_a, "aware"_a)
        .def("coloured", &coloured, "What each marker has sent, in the order in which they were given: columns by name.")
        .def("manage", &manage_any, kManage, "link"_a, "traffic_class"_a, "by"_a)
        .def("schedule", &schedule_any, kSchedule, "link"_a, "scheduler"_a, "queue"_a)
        .def("pauses", &pauses, kPauses, "quanta"_a, "patience_ps"_a, "check_ps"_a)
        .def("storm", &storm, kStorm, "link"_a, "traffic_class"_a, "from_ps"_a, "to_ps"_a, "every_ps"_a)
        .def("guard", &guard, kGuard, "link"_a, "traffic_class"_a, "every_ps"_a, "watchdog"_a)
        .def("stuck", &stuck, "Why a run ended with flows open, and the classes that wait: columns by name.")
        .def("guarded", &guarded, "What watchdogs have seen: columns by name.")
        .def("victims", &victims, "Flows that pauses held up which nothing on their own way caused.");
}

}  // namespace easterly::bind
