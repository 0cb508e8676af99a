#include "bind/meter_docs.hpp"
#include "bind/meters.hpp"
#include "bind/rooms.hpp"
#include "meter/cluster.hpp"
#include "meter/tree.hpp"

namespace easterly::bind {

namespace {

using namespace meters;

using nb::literals::operator""_a;

constexpr std::int64_t kMostPoints = std::int64_t{1} << 24;
constexpr std::int64_t kMostHistory = std::int64_t{1} << 27;

void each_within(const char* name, std::span<const std::int64_t> values) {
    for (std::size_t i = 0; i < values.size(); ++i)
        if (values[i] < 0) refuse(entry(name, i, std::to_string(values[i])) + ", not within 0.." + std::to_string(kLargest));
}

void make_tree(meter::Tree* self, Ticks rate, Ticks burst, In<std::int32_t> parent, std::int64_t ticks,
               std::int64_t start) {
    within("ticks_per_s", ticks, 1, kMostTicks);
    within("start", start);
    same_length("burst", view(burst).size(), "bucket", view(rate).size());
    same_length("parent", view(parent).size(), "bucket", view(rate).size());
    each_within("rate", view(rate));
    each_within("burst", view(burst));
    std::vector<meter::Bucket> buckets;
    for (std::size_t n = 0; n < view(rate).size(); ++n) {
        const std::int32_t above = view(parent)[n];
        if (above < -1 || above >= static_cast<std::int64_t>(n))
            refuse(entry("parent", n, std::to_string(above)) + ", neither -1 nor an earlier bucket");
        buckets.emplace_back(view(rate)[n], view(burst)[n], ticks);
    }
    new (self) meter::Tree(std::move(buckets), {view(parent).begin(), view(parent).end()}, ticks, start);
}

// Credits as of the clock.
nb::dict tree_state(const meter::Tree& self) {
    meter::Tree now = self;
    now.advance(self.time);
    nb::list credit;
    for (const meter::Bucket& bucket : now.bucket) credit.append(to_int(bucket.credit));
    nb::dict made;
    made["time"] = self.time;
    made["credit"] = credit;
    return made;
}

std::vector<Wide> credits(const nb::dict& state, const std::vector<meter::Bucket>& bucket) {
    const nb::object given = entry_of(state, "credit");
    if (nb::len(given) != bucket.size()) refuse("credit has " + std::to_string(nb::len(given)) + " entries, not one per bucket");
    std::vector<Wide> made;
    for (std::size_t n = 0; n < bucket.size(); ++n) made.push_back(from_int("credit", given[n], bucket[n].depth));
    return made;
}

void set_tree(meter::Tree& self, const nb::dict& state) {
    const auto time = static_cast<std::int64_t>(from_int("time", entry_of(state, "time"), kLargest));
    const std::vector<Wide> credit = credits(state, self.bucket);
    for (std::size_t n = 0; n < credit.size(); ++n) self.bucket[n].credit = credit[n];
    self.since.assign(credit.size(), time);
    self.time = time;
}

int tree_step(meter::Tree& self, std::int64_t time, std::int64_t size, std::int64_t bucket) {
    check_step(self.time, time, size);
    within("bucket", bucket, 0, static_cast<std::int64_t>(self.bucket.size()) - 1);
    return self.refused(time, size, static_cast<std::int32_t>(bucket));
}

auto tree_run(meter::Tree& self, Ticks time, Ticks size, In<std::int32_t> bucket) {
    check_columns(self.time, view(time), view(size));
    same_length("bucket", view(bucket).size(), "time", view(time).size());
    in_range("bucket", view(bucket), static_cast<std::int64_t>(self.bucket.size()));
    const std::int32_t* named = view(bucket).data();
    return run<std::int32_t>(self, time, size, [named](meter::Tree& own, std::size_t i, std::int64_t at, std::int64_t bytes) {
        return own.refused(at, bytes, named[i]);
    });
}

void make_cluster(meter::Cluster* self, std::int64_t limit, std::int64_t least, std::int64_t burst, std::int64_t points,
                  std::int64_t interval, std::int64_t ticks, std::int64_t start) {
    within("ticks_per_s", ticks, 1, kMostTicks);
    within("start", start);
    within("burst", burst);
    within("points", points, 1, kMostPoints);
    within("interval", interval, 1);
    within("limit", limit);
    within("least", least, 0, limit / points);
    new (self) meter::Cluster(limit, least, burst, static_cast<std::int32_t>(points), interval, ticks, start);
}

nb::dict cluster_state(const meter::Cluster& self) {
    nb::list credit, rate, offered;
    for (std::size_t n = 0; n < self.bucket.size(); ++n) {
        meter::Bucket now = self.bucket[n];
        now.pour(now.earned(self.time - self.since[n]));
        credit.append(to_int(now.credit));
        rate.append(now.rate);
        offered.append(to_int(self.offered[n]));
    }
    nb::dict made;
    made["time"] = self.time;
    made["began"] = self.began;
    made["credit"] = credit;
    made["rate"] = rate;
    made["offered"] = offered;
    return made;
}

bool cluster_step(meter::Cluster& self, std::int64_t time, std::int64_t size, std::int64_t point) {
    check_step(self.time, time, size);
    within("point", point, 0, static_cast<std::int64_t>(self.bucket.size()) - 1);
    self.advance(time);
    return self.conform(time, size, static_cast<std::int32_t>(point));
}

// Rates as they were set, row by row, and from when on.
struct History {
    std::vector<std::int64_t> from, rate;

    void add(const meter::Cluster& cluster) {
        from.push_back(cluster.began);
        for (const meter::Bucket& bucket : cluster.bucket) rate.push_back(bucket.rate);
    }
};

nb::object cluster_run(meter::Cluster& self, Ticks time, Ticks size, In<std::int32_t> point) {
    check_columns(self.time, view(time), view(size));
    same_length("point", view(point).size(), "time", view(time).size());
    in_range("point", view(point), static_cast<std::int64_t>(self.bucket.size()));
    const std::size_t points = self.bucket.size();
    std::vector<std::uint8_t> made(view(time).size());
    History history;
    meter::Cluster own = self;
    bool full = false;
    {
        nb::gil_scoped_release released;
        history.add(own);
        for (std::size_t i = 0; i < made.size() && !full; ++i) {
            while (own.turn(view(time)[i])) history.add(own);
            own.advance(view(time)[i]);
            full = static_cast<std::int64_t>(history.rate.size()) > kMostHistory;
            made[i] = own.conform(view(time)[i], view(size)[i], view(point)[i]);
        }
    }
    if (full) refuse("the rates of all intervals are more than 2^27 numbers: hand over fewer packets at a time");
    self = std::move(own);
    const std::size_t rows = history.from.size();
    return nb::make_tuple(give(std::move(made)), give(std::move(history.from)), give(std::move(history.rate), rows, points));
}

auto share(std::int64_t limit, std::int64_t least, Ticks demand) {
    const auto points = static_cast<std::int64_t>(view(demand).size());
    within("limit", limit);
    if (points == 0) refuse("demand is empty: there is no point");
    within("least", least, 0, limit / points);
    each_within("demand", view(demand));
    std::vector<std::int64_t> rate(view(demand).size());
    meter::share(limit, least, view(demand), rate);
    return give(std::move(rate));
}

}  // namespace

void meter_groups(nb::module_& m) {
    nb::class_<meter::Tree>(m, "Tree", kTree)
        .def("__init__", &make_tree, "rate"_a.noconvert(), "burst"_a.noconvert(), "parent"_a.noconvert(), "ticks_per_s"_a,
             "start"_a)
        .def("step", &tree_step, "time"_a, "size"_a, "bucket"_a, kTreeStep)
        .def("run", &tree_run, "time"_a.noconvert(), "size"_a.noconvert(), "bucket"_a.noconvert(), kTreeRun)
        .def_prop_rw("state", &tree_state, &set_tree, kTreeState);
    nb::class_<meter::Cluster>(m, "Cluster", kCluster)
        .def("__init__", &make_cluster, "limit"_a, "least"_a, "burst"_a, "points"_a, "interval"_a, "ticks_per_s"_a, "start"_a)
        .def("step", &cluster_step, "time"_a, "size"_a, "point"_a, kClusterStep)
        .def("run", &cluster_run, "time"_a.noconvert(), "size"_a.noconvert(), "point"_a.noconvert(), kClusterRun)
        .def_prop_ro("state", &cluster_state, kClusterState);
    m.def("share", &share, "limit"_a, "least"_a, "demand"_a.noconvert(), kShare);
}

}  // namespace easterly::bind
