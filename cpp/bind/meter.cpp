#include "bind/meter_docs.hpp"
#include "bind/meters.hpp"
#include "bind/rooms.hpp"
#include "meter/leaky.hpp"
#include "meter/markers.hpp"

namespace easterly::bind {

namespace {

using namespace meters;

using meter::Colour;
using nb::literals::operator""_a;

std::int64_t check_clock(std::int64_t ticks_per_s, std::int64_t start) {
    within("ticks_per_s", ticks_per_s, 1, kMostTicks);
    return within("start", start);
}

// --- one bucket

void make_bucket(meter::TokenBucket* self, std::int64_t rate, std::int64_t burst, std::int64_t ticks, std::int64_t start) {
    check_clock(ticks, start);
    new (self) meter::TokenBucket(within("rate", rate), within("burst", burst), ticks, start);
}

nb::dict bucket_state(const meter::TokenBucket& self) {
    nb::dict made;
    made["time"] = self.time;
    made["credit"] = to_int(self.bucket.credit);
    return made;
}

void set_bucket(meter::TokenBucket& self, const nb::dict& state) {
    const Wide time = from_int("time", entry_of(state, "time"), kLargest);
    self.bucket.credit = from_int("credit", entry_of(state, "credit"), self.bucket.depth);
    self.time = static_cast<std::int64_t>(time);
}

// --- markers

template <class Marker>
nb::dict marker_state(const Marker& self) {
    nb::dict made;
    made["time"] = self.time;
    made["committed"] = to_int(self.committed.credit);
    made["second"] = to_int(self.second.credit);
    return made;
}

template <class Marker>
void set_marker(Marker& self, const nb::dict& state) {
    const Wide time = from_int("time", entry_of(state, "time"), kLargest);
    const Wide committed = from_int("committed", entry_of(state, "committed"), self.committed.depth);
    self.second.credit = from_int("second", entry_of(state, "second"), self.second.depth);
    self.committed.credit = committed;
    self.time = static_cast<std::int64_t>(time);
}

template <class Marker>
int mark(Marker& self, std::int64_t time, std::int64_t size, std::int64_t colour) {
    check_step(self.time, time, size);
    within("colour", colour, 0, 2);
    return static_cast<int>(self.mark(time, size, static_cast<Colour>(colour)));
}

template <class Marker>
auto mark_blind(Marker& self, Ticks time, Ticks size) {
    check_columns(self.time, view(time), view(size));
    return run<std::uint8_t>(self, time, size, [](Marker& own, std::size_t, std::int64_t at, std::int64_t bytes) {
        return own.mark(at, bytes, Colour::green);
    });
}

template <class Marker>
auto mark_aware(Marker& self, Ticks time, Ticks size, In<std::uint8_t> colour) {
    check_columns(self.time, view(time), view(size));
    same_length("colour", view(colour).size(), "time", view(time).size());
    in_range("colour", view(colour), 3);
    const std::uint8_t* given = view(colour).data();
    return run<std::uint8_t>(self, time, size, [given](Marker& own, std::size_t i, std::int64_t at, std::int64_t bytes) {
        return own.mark(at, bytes, static_cast<Colour>(given[i]));
    });
}

void make_single(meter::SingleRate* self, std::int64_t cir, std::int64_t cbs, std::int64_t ebs, std::int64_t ticks,
                 std::int64_t start) {
    check_clock(ticks, start);
    new (self) meter::SingleRate(within("cir", cir), within("cbs", cbs), within("ebs", ebs), ticks, start);
}

void make_two(meter::TwoRate* self, std::int64_t cir, std::int64_t cbs, std::int64_t pir, std::int64_t pbs,
              std::int64_t ticks, std::int64_t start) {
    check_clock(ticks, start);
    new (self) meter::TwoRate(within("cir", cir), within("cbs", cbs), within("pir", pir), within("pbs", pbs), ticks, start);
}

void make_differential(meter::Differential* self, std::int64_t cir, std::int64_t cbs, std::int64_t eir, std::int64_t ebs,
                       bool strict, std::int64_t ticks, std::int64_t start) {
    check_clock(ticks, start);
    new (self) meter::Differential(within("cir", cir), within("cbs", cbs), within("eir", eir), within("ebs", ebs), strict,
                                   ticks, start);
}

template <class Marker>
nb::class_<Marker> marker(nb::module_& m, const char* name, const char* doc) {
    return nb::class_<Marker>(m, name, doc)
        .def("step", &mark<Marker>, "time"_a, "size"_a, "colour"_a, kMarkStep)
        .def("run", &mark_blind<Marker>, "time"_a.noconvert(), "size"_a.noconvert(), kMarkRun)
        .def("run_aware", &mark_aware<Marker>, "time"_a.noconvert(), "size"_a.noconvert(), "colour"_a.noconvert(),
             kMarkAware)
        .def_prop_rw("state", &marker_state<Marker>, &set_marker<Marker>, kMarkState);
}

// --- leaky buckets

void make_gcra(meter::Gcra* self, std::int64_t increment, std::int64_t tolerance, std::int64_t parts, bool by_size,
               std::int64_t start) {
    new (self) meter::Gcra(within("increment", increment), within("tolerance", tolerance), within("parts", parts, 1),
                           by_size, within("start", start));
}

template <class Leaky>
nb::dict leaky_state(const Leaky& self) {
    nb::dict made;
    made["time"] = self.time;
    made["level"] = to_int(self.level);
    return made;
}

template <class Leaky>
void set_level(Leaky& self, const nb::dict& state, Wide most_level, std::int64_t most_time) {
    const Wide time = from_int("time", entry_of(state, "time"), most_time);
    self.level = from_int("level", entry_of(state, "level"), most_level);
    self.time = static_cast<std::int64_t>(time);
}

void make_shaper(meter::Shaper* self, std::int64_t rate, std::int64_t burst, std::int64_t queue, std::int64_t ticks,
                 std::int64_t start) {
    check_clock(ticks, start);
    within("start", start, 0, std::int64_t{1} << 62);
    new (self) meter::Shaper(within("rate", rate, 1), within("burst", burst), within("queue", queue), ticks, start);
    if (!self->drains()) refuse("burst and queue take 2^62 ticks or more to drain: make them smaller, or the rate larger");
}

void check_shaper(std::int64_t last) {
    if (last > std::int64_t{1} << 62)
        refuse("time is " + std::to_string(last) + ", beyond 2^62 ticks: a departure might not fit into 64 bits");
}

std::int64_t offer(meter::Shaper& self, std::int64_t time, std::int64_t size) {
    check_step(self.time, time, size);
    check_shaper(time);
    return self.offer(time, size);
}

auto offer_all(meter::Shaper& self, Ticks time, Ticks size) {
    check_columns(self.time, view(time), view(size));
    if (!view(time).empty()) check_shaper(view(time).back());
    return run<std::int64_t>(self, time, size, [](meter::Shaper& own, std::size_t, std::int64_t at, std::int64_t bytes) {
        return own.offer(at, bytes);
    });
}

template <class Meter>
bool conform(Meter& self, std::int64_t time, std::int64_t size) {
    check_step(self.time, time, size);
    return self.conform(time, size);
}

template <class Meter>
auto conform_all(Meter& self, Ticks time, Ticks size) {
    check_columns(self.time, view(time), view(size));
    return run<std::uint8_t>(self, time, size, [](Meter& own, std::size_t, std::int64_t at, std::int64_t bytes) {
        return own.conform(at, bytes);
    });
}

}  // namespace

void meter(nb::module_& m) {
    nb::class_<meter::TokenBucket>(m, "TokenBucket", kTokenBucket)
        .def("__init__", &make_bucket, "rate"_a, "burst"_a, "ticks_per_s"_a, "start"_a)
        .def("step", &conform<meter::TokenBucket>, "time"_a, "size"_a, kConformStep)
        .def("run", &conform_all<meter::TokenBucket>, "time"_a.noconvert(), "size"_a.noconvert(), kConformRun)
        .def_prop_rw("state", &bucket_state, &set_bucket, kBucketState);
    marker<meter::SingleRate>(m, "SingleRate", kSingleRate)
        .def("__init__", &make_single, "cir"_a, "cbs"_a, "ebs"_a, "ticks_per_s"_a, "start"_a);
    marker<meter::TwoRate>(m, "TwoRate", kTwoRate)
        .def("__init__", &make_two, "cir"_a, "cbs"_a, "pir"_a, "pbs"_a, "ticks_per_s"_a, "start"_a);
    marker<meter::Differential>(m, "Differential", kDifferential)
        .def("__init__", &make_differential, "cir"_a, "cbs"_a, "eir"_a, "ebs"_a, "strict"_a, "ticks_per_s"_a, "start"_a);
    nb::class_<meter::Gcra>(m, "Gcra", kGcra)
        .def("__init__", &make_gcra, "increment"_a, "tolerance"_a, "parts"_a, "by_size"_a, "start"_a)
        .def("step", &conform<meter::Gcra>, "time"_a, "size"_a, kConformStep)
        .def("run", &conform_all<meter::Gcra>, "time"_a.noconvert(), "size"_a.noconvert(), kConformRun)
        .def_prop_rw("state", &leaky_state<meter::Gcra>, [](meter::Gcra& self, const nb::dict& state) {
            set_level(self, state, (Wide{1} << 126) + self.tolerance, kLargest);
        }, kLeakyState);
    nb::class_<meter::Shaper>(m, "Shaper", kShaper)
        .def("__init__", &make_shaper, "rate"_a, "burst"_a, "queue"_a, "ticks_per_s"_a, "start"_a)
        .def("step", &offer, "time"_a, "size"_a, kShapeStep)
        .def("run", &offer_all, "time"_a.noconvert(), "size"_a.noconvert(), kShapeRun)
        .def_prop_rw("state", &leaky_state<meter::Shaper>, [](meter::Shaper& self, const nb::dict& state) {
            set_level(self, state, self.depth, std::int64_t{1} << 62);
        }, kLeakyState);
    meter_groups(m);
}

}  // namespace easterly::bind
