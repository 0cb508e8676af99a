// What a simulation of packets writes down, asked for before it begins and fetched in batches while it runs.
#include "bind/columns.hpp"
#include "bind/packet.hpp"
#include "bind/packet_record_docs.hpp"

namespace easterly::bind {

namespace {

using nb::literals::operator""_a;
using packet::Record, packet::Time;

constexpr std::int64_t kMost = std::int64_t{1} << 61;

void record(Simulation& it, std::int64_t every_ps, In<std::int32_t> sampled, In<std::int32_t> group, std::int64_t groups,
            In<std::uint8_t> watch, In<std::uint8_t> traced, std::int64_t most_samples, std::int64_t most_sights, bool arrivals) {
    if (it.begun) refuse("the simulation has begun: say what to record before it runs");
    const auto links = static_cast<std::int64_t>(it.engine.ports.size());
    const std::size_t flows = it.engine.flows.size();
    within("every_ps", every_ps, 0, kMost);
    within("groups", groups, 0, 1 << 20);
    within("most_samples", most_samples, 0, kMost);
    within("most_sights", most_sights, 0, kMost);
    in_range("sampled", view(sampled), links);
    if (!view(group).empty()) same_length("group", view(group).size(), "flow", flows);
    for (std::size_t f = 0; f < view(group).size(); ++f)
        if (view(group)[f] < -1 || view(group)[f] >= groups)
            refuse(entry("group", f, std::to_string(view(group)[f])) + ", neither -1 nor a group");
    if (!view(watch).empty()) same_length("watch", view(watch).size(), "link", static_cast<std::size_t>(links));
    in_range("watch", view(watch), 4);
    if (!view(traced).empty()) same_length("traced", view(traced).size(), "flow", flows);
    Record made;
    made.every = every_ps;
    made.next = every_ps;
    made.sampled.assign(view(sampled).begin(), view(sampled).end());
    made.group.assign(view(group).begin(), view(group).end());
    made.groups = static_cast<std::int32_t>(groups);
    made.watch.assign(view(watch).begin(), view(watch).end());
    made.traced.assign(view(traced).begin(), view(traced).end());
    made.samples_left = static_cast<std::uint64_t>(most_samples);
    made.trace_left = static_cast<std::uint64_t>(most_sights);
    made.arrivals = arrivals;
    it.engine.record = std::move(made);
}

// A table of rows that is handed over, and is empty afterwards.
auto taken(std::vector<std::int64_t>& values, std::size_t rows, std::size_t columns) {
    std::vector<std::int64_t> all;
    all.swap(values);
    return give(std::move(all), rows, columns);
}

nb::dict samples(Simulation& it) {
    Record& record = it.engine.record;
    const std::size_t rows = record.at.size(), links = record.sampled.size();
    nb::dict made;
    std::vector<std::int64_t> at;
    at.swap(record.at);
    made["time_ps"] = give(std::move(at));
    made["backlog_B"] = taken(record.backlog_B, rows, links);
    made["class_B"] = taken(record.class_B, rows, links * packet::kClasses);
    made["sent_B"] = taken(record.sent_B, rows, links);
    made["drops"] = taken(record.drops, rows, links);
    made["marks"] = taken(record.marks, rows, links);
    made["paused_ps"] = taken(record.paused_ps, rows, links);
    made["packets"] = taken(record.delivered, rows, static_cast<std::size_t>(record.groups));
    made["memory_B"] = taken(record.memory_B, rows, it.engine.memories.size());
    return made;
}

nb::dict sights(Simulation& it) {
    std::vector<packet::Sight> all;
    all.swap(it.engine.record.sights);
    nb::dict made;
    const auto put = [&](const char* name, auto take) {
        std::vector<std::int64_t> column(all.size());
        for (std::size_t i = 0; i < all.size(); ++i) column[i] = static_cast<std::int64_t>(take(all[i]));
        made[name] = give(std::move(column));
    };
    put("time_ps", [](const packet::Sight& s) { return s.time; });
    put("link", [](const packet::Sight& s) { return s.link; });
    put("flow", [](const packet::Sight& s) { return s.flow; });
    put("seq", [](const packet::Sight& s) { return s.seq; });
    put("size_B", [](const packet::Sight& s) { return s.size_B; });
    put("flags", [](const packet::Sight& s) { return s.flags; });
    put("traffic_class", [](const packet::Sight& s) { return s.traffic_class; });
    put("event", [](const packet::Sight& s) { return static_cast<int>(s.what); });
    return made;
}

nb::dict arrived(Simulation& it) {
    nb::dict made;
    const auto put = [&](const char* name, std::vector<std::uint32_t>& done) {
        std::vector<std::int64_t> column(done.begin(), done.end());
        done.clear();
        made[name] = give(std::move(column));
    };
    put("flow", it.engine.record.done);
    put("message", it.engine.record.done_messages);
    return made;
}

// Depths that were seen, one row each: bins from `from_B` to below `to_B`.
nb::dict depths(Simulation& it) {
    packet::Engine& engine = it.engine;
    engine.settle();
    std::vector<std::int64_t> link, traffic_class, gauge, time_ps;
    std::vector<double> from_B, to_B, integral, most_B;
    std::int64_t before = -1, c = 0;
    for (const packet::Gauged& each : engine.record.gauges) {
        c = each.link == before ? c + 1 : 0;
        before = each.link;
        const bool queues = engine.links[each.link].station >= 0;
        const packet::Port& port = engine.ports[each.link];
        const double per = queues ? 1.0 : static_cast<double>(port.parts) / static_cast<double>(port.per_B);
        link.push_back(each.link);
        traffic_class.push_back(queues ? c : -1);
        integral.push_back(each.depths.integral() * per);
        most_B.push_back(static_cast<double>(each.depths.most()) * per);
        const std::vector<std::int64_t> times = each.depths.times();
        for (std::size_t i = 0; i < times.size(); ++i) {
            if (times[i] == 0) continue;
            gauge.push_back(static_cast<std::int64_t>(link.size()) - 1);
            from_B.push_back(static_cast<double>(packet::Depths::floor(i)) * per);
            to_B.push_back(static_cast<double>(packet::Depths::floor(i + 1)) * per);
            time_ps.push_back(times[i]);
        }
    }
    nb::dict made;
    made["link"] = give(std::move(link));
    made["traffic_class"] = give(std::move(traffic_class));
    made["integral_Bps"] = give(std::move(integral));
    made["most_B"] = give(std::move(most_B));
    made["gauge"] = give(std::move(gauge));
    made["from_B"] = give(std::move(from_B));
    made["to_B"] = give(std::move(to_B));
    made["time_ps"] = give(std::move(time_ps));
    return made;
}

}  // namespace

void packet_record(nb::class_<Simulation>& simulation) {
    simulation
        .def("record", &record, kRecord, "every_ps"_a, "sampled"_a, "group"_a, "groups"_a, "watch"_a, "traced"_a,
             "most_samples"_a, "most_sights"_a, "arrivals"_a)
        .def("samples", &samples, kSamples)
        .def("sights", &sights, kSights)
        .def("arrived", &arrived, "Flows and messages that have arrived as a whole since this was last asked, in that order.")
        .def("depths", &depths, kDepths)
        .def_prop_ro("untold", [](const Simulation& it) { return it.engine.record.untold; });
}

}  // namespace easterly::bind
