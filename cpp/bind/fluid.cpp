#include "bind/arrays.hpp"
#include "bind/fluid_docs.hpp"
#include "bind/rooms.hpp"
#include "fluid/engine.hpp"

namespace easterly::bind {

namespace {

using nb::literals::operator""_a;

struct Fluid {
    fluid::Engine engine;
    bool begun = false;
};

constexpr double kBits = 8.0;
constexpr std::int64_t kMostRanks = 64;

void check_paths(std::span<const std::int64_t> ptr, std::span<const std::int32_t> link, std::span<const double> share,
                 std::size_t links) {
    csr("ptr", ptr, link.size());
    same_length("share", share.size(), "entry of link", link.size());
    in_range("link", link, static_cast<std::int64_t>(links));
    at_least("share", share, 0.0, true);
}

// All must come to begin: in an order in which nobody begins before those it waits for.
void check_order(std::span<const std::int64_t> ptr, std::span<const std::int32_t> follower) {
    const std::size_t n = ptr.size() - 1;
    std::vector<std::int32_t> waits(n, 0), order;
    for (const std::int32_t f : follower) ++waits[f];
    order.reserve(n);
    for (std::size_t i = 0; i < n; ++i)
        if (waits[i] == 0) order.push_back(static_cast<std::int32_t>(i));
    for (std::size_t at = 0; at < order.size(); ++at)
        for (std::int64_t i = ptr[order[at]]; i < ptr[order[at] + 1]; ++i)
            if (--waits[follower[i]] == 0) order.push_back(follower[i]);
    for (std::size_t i = 0; i < n && order.size() < n; ++i)
        if (waits[i] > 0) refuse("activity " + std::to_string(i) + " waits for itself, or for one that does");
}

void new_fluid(Fluid* at, In<double> capacity_bps, In<std::int64_t> ptr, In<std::int32_t> link, In<double> share,
               In<double> size_B, In<double> delay_s, In<double> begin_s, In<double> weight, In<std::int32_t> rank,
               In<double> cap_bps, In<std::int32_t> tenant, In<double> tenant_weight, In<std::int32_t> tenant_group, In<double> group_weight,
               In<std::int64_t> follower_ptr, In<std::int32_t> follower, double quantum_s) {
    const std::size_t n = view(size_B).size();
    if (n > (std::size_t{1} << 30)) refuse("more than 2^30 activities");
    at_least("capacity_bps", view(capacity_bps), 0.0, false, true);
    same_length("ptr", view(ptr).size(), "activity and one more", n + 1);
    check_paths(view(ptr), view(link), view(share), view(capacity_bps).size());
    if (view(link).size() >= (std::size_t{1} << 31) - 1) refuse("link has 2^31 entries or more");
    for (const auto& [name, values] : {std::pair{"delay_s", view(delay_s)}, {"begin_s", view(begin_s)}, {"size_B", view(size_B)}}) {
        same_length(name, values.size(), "activity", n);
        at_least(name, values, 0.0, false);
    }
    for (const auto& [name, values] : {std::pair{"weight", view(weight)}, {"cap_bps", view(cap_bps)}}) {
        same_length(name, values.size(), "activity", n);
        at_least(name, values, 0.0, true, name[0] == 'c');
    }
    same_length("rank", view(rank).size(), "activity", n);
    in_range("rank", view(rank), kMostRanks);
    same_length("tenant", view(tenant).size(), "activity", n);
    at_least("tenant_weight", view(tenant_weight), 0.0, true);
    for (std::size_t i = 0; i < n; ++i)
        if (view(tenant)[i] < -1 || view(tenant)[i] >= static_cast<std::int64_t>(view(tenant_weight).size()))
            refuse(entry("tenant", i, std::to_string(view(tenant)[i])) + ", neither -1 nor one that has a weight");
    at_least("group_weight", view(group_weight), 0.0, true);
    if (!view(group_weight).empty() || !view(tenant_group).empty()) {
        same_length("tenant_group", view(tenant_group).size(), "tenant", view(tenant_weight).size());
        in_range("tenant_group", view(tenant_group), static_cast<std::int64_t>(view(group_weight).size()));
    }
    csr("follower_ptr", view(follower_ptr), view(follower).size());
    same_length("follower_ptr", view(follower_ptr).size(), "activity and one more", n + 1);
    in_range("follower", view(follower), static_cast<std::int64_t>(n));
    check_order(view(follower_ptr), view(follower));
    if (!(quantum_s >= 0.0 && quantum_s < fluid::kInfinity)) refuse("quantum_s is " + std::to_string(quantum_s) + ", not a time");
    fluid::Engine engine;
    engine.quantum_s = quantum_s;
    for (const double each : view(capacity_bps)) engine.capacity_Bps.push_back(each / kBits);
    const auto copy = [](auto& to, auto from) { to.assign(from.begin(), from.end()); };
    copy(engine.link, view(link)), copy(engine.share, view(share));
    copy(engine.shares.tenant, view(tenant_weight)), copy(engine.shares.group, view(tenant_group));
    copy(engine.shares.of_group, view(group_weight));
    copy(engine.follower_ptr, view(follower_ptr)), copy(engine.follower, view(follower));
    engine.activities.resize(n);
    for (std::size_t i = 0; i < n; ++i) {
        const std::int64_t first = view(ptr)[i];
        engine.activities[i] = {view(size_B)[i], view(delay_s)[i], view(begin_s)[i], view(weight)[i], view(cap_bps)[i] / kBits,
                                view(rank)[i], view(tenant)[i], first, static_cast<std::int32_t>(view(ptr)[i + 1] - first)};
    }
    new (at) Fluid{std::move(engine)};
}

void changes(Fluid& it, In<double> time_s, In<std::int32_t> changed, In<double> capacity_bps, In<double> reroute_s,
             In<std::int32_t> activity, In<std::int64_t> ptr, In<std::int32_t> link, In<double> share) {
    fluid::Engine& engine = it.engine;
    if (it.begun) refuse("the run has begun: changes have to be given before");
    const std::size_t count = view(time_s).size(), routes = view(reroute_s).size();
    same_length("changed", view(changed).size(), "time", count);
    same_length("capacity_bps", view(capacity_bps).size(), "time", count);
    at_least("time_s", view(time_s), 0.0, false);
    at_least("capacity_bps", view(capacity_bps), 0.0, false);
    in_range("changed", view(changed), static_cast<std::int64_t>(engine.capacity_Bps.size()));
    for (std::size_t i = 0; i < count; ++i)
        if (engine.capacity_Bps[view(changed)[i]] == fluid::kInfinity)
            refuse(entry("changed", i, std::to_string(view(changed)[i])) + ", a link of infinite capacity");
    same_length("activity", view(activity).size(), "time", routes);
    same_length("ptr", view(ptr).size(), "path and one more", routes + 1);
    at_least("reroute_s", view(reroute_s), 0.0, false);
    in_range("activity", view(activity), static_cast<std::int64_t>(engine.activities.size()));
    check_paths(view(ptr), view(link), view(share), engine.capacity_Bps.size());
    if (engine.link.size() + view(link).size() >= (std::size_t{1} << 31) - 1) refuse("link has 2^31 entries or more, of all paths");
    for (std::size_t i = 0; i < count; ++i)
        engine.capacities.push_back({view(time_s)[i], view(changed)[i], view(capacity_bps)[i] / kBits});
    const auto base = static_cast<std::int64_t>(engine.link.size());
    for (std::size_t i = 0; i < routes; ++i)
        engine.reroutes.push_back({view(reroute_s)[i], view(activity)[i], base + view(ptr)[i],
                                   static_cast<std::int32_t>(view(ptr)[i + 1] - view(ptr)[i])});
    engine.link.insert(engine.link.end(), view(link).begin(), view(link).end());
    engine.share.insert(engine.share.end(), view(share).begin(), view(share).end());
}

void watch(Fluid& it, In<std::int32_t> link, std::int64_t intervals) {
    if (it.begun) refuse("the run has begun: links have to be watched from before");
    in_range("link", view(link), static_cast<std::int64_t>(it.engine.capacity_Bps.size()));
    if (intervals < 1 || intervals > (1 << 20)) refuse("intervals is " + std::to_string(intervals) + ", not within 1..2^20");
    std::vector<bool> seen(it.engine.capacity_Bps.size());
    for (std::size_t i = 0; i < view(link).size(); ++i) {
        const std::int32_t l = view(link)[i];
        if (seen[l]) refuse(entry("link", i, std::to_string(l)) + ", which was there before");
        if (it.engine.capacity_Bps[l] == fluid::kInfinity) refuse(entry("link", i, std::to_string(l)) + ", a link of infinite capacity");
        seen[l] = true;
    }
    it.engine.watched.assign(view(link).begin(), view(link).end());
    it.engine.intervals = static_cast<std::size_t>(intervals);
}

nb::dict series(const Fluid& it) {
    const fluid::Series found = it.engine.series();
    const std::size_t rows = it.engine.watched.size(), columns = rows > 0 ? found.intervals() : 0;
    std::vector<double> load(rows * columns);
    for (std::size_t k = 0; k < rows; ++k)
        for (std::size_t i = 0; i < columns; ++i) load[k * columns + i] = found.mean(k, i) * kBits;
    nb::dict made;
    made["interval_s"] = found.width();
    made["load_bps"] = give(std::move(load), rows, columns);
    return made;
}

bool run(Fluid& it, double until_s, std::uint64_t most) {
    if (std::isnan(until_s)) refuse("until_s is not a number");
    nb::gil_scoped_release released;
    if (!it.begun) it.engine.begin();
    it.begun = true;
    return it.engine.run(until_s, most);
}

nb::dict activities(const Fluid& it) {
    std::vector<double> carried_B, busy_s;
    std::vector<std::int32_t> bound;
    it.engine.look(carried_B, busy_s, bound);
    nb::dict made;
    const auto copy = [](const auto& values) { return give(std::vector(values)); };
    made["begin_s"] = copy(it.engine.begins);
    made["sends_s"] = copy(it.engine.sends);
    made["done_s"] = copy(it.engine.done);
    made["bottleneck"] = give(std::move(bound));
    made["holds"] = copy(it.engine.holds);
    return made;
}

nb::dict links(const Fluid& it) {
    std::vector<double> carried_B, busy_s;
    std::vector<std::int32_t> bound;
    it.engine.look(carried_B, busy_s, bound);
    nb::dict made;
    made["carried_B"] = give(std::move(carried_B));
    made["busy_s"] = give(std::move(busy_s));
    return made;
}

}  // namespace

void fluids(nb::module_& m) {
    nb::class_<Fluid>(m, "Fluid", kFluid)
        .def("__init__", &new_fluid, "capacity_bps"_a.noconvert(), "ptr"_a.noconvert(), "link"_a.noconvert(), "share"_a.noconvert(),
             "size_B"_a.noconvert(), "delay_s"_a.noconvert(), "begin_s"_a.noconvert(), "weight"_a.noconvert(), "rank"_a.noconvert(),
             "cap_bps"_a.noconvert(), "tenant"_a.noconvert(), "tenant_weight"_a.noconvert(), "tenant_group"_a.noconvert(), "group_weight"_a.noconvert(),
             "follower_ptr"_a.noconvert(), "follower"_a.noconvert(), "quantum_s"_a)
        .def("watch", &watch, "Keep the mean load of some links over at most so many equal intervals; before the first `run`.",
             "link"_a.noconvert(), "intervals"_a)
        .def("series", &series, "Length of an interval [s], a power of two, and the mean load [bit/s] of the watched links in each.")
        .def("changes", &changes, kFluidChanges, "time_s"_a.noconvert(), "changed"_a.noconvert(), "capacity_bps"_a.noconvert(),
             "reroute_s"_a.noconvert(), "activity"_a.noconvert(), "ptr"_a.noconvert(), "link"_a.noconvert(), "share"_a.noconvert())
        .def("run", &run, kFluidRun, "until_s"_a, "most"_a)
        .def("activities", &activities, "What became of each activity: columns by name; infinite where it never came.")
        .def("links", &links, "What each link carried, and for how long: columns by name.")
        .def_prop_ro("now_s", [](const Fluid& it) { return it.engine.now(); })
        .def_prop_ro("open", [](const Fluid& it) { return it.engine.open; })
        .def_prop_ro("events", [](const Fluid& it) { return it.engine.events; })
        .def_prop_ro("solves", [](const Fluid& it) { return it.engine.solves; })
        .def_prop_ro("unsettled", [](const Fluid& it) { return it.begun ? it.engine.unsettled() : 0; })
        .def_prop_ro("work", [](const Fluid& it) { return it.begun ? it.engine.work() : 0; });
}

}  // namespace easterly::bind
