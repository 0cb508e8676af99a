#include "bind/aqm.hpp"

#include <nanobind/stl/vector.h>

#include "bind/rooms.hpp"

namespace easterly::bind {

namespace {

using nb::literals::operator""_a;

aqm::Tail tail(std::int64_t limit_B, std::int64_t limit_packets) {
    within("limit_B", limit_B, 1, INT64_MAX);
    within("limit_packets", limit_packets, 1, INT64_MAX);
    return {limit_B, limit_packets};
}

aqm::Ramp ramp(double low, double high, double most, bool gentle) {
    real("low", low, 0.0, 1e18);
    real("high", high, low, 1e18);
    real("most", most, 0.0, 1.0);
    return {low, high, most, gentle};
}

aqm::Average average(double weight, double slot) {
    real("weight", weight, 0.0, 1.0);
    real("slot", slot, 0.0, 1e18);
    aqm::Average made;
    made.weight = weight;
    made.slot = slot;
    return made;
}

aqm::Codel codel(std::int64_t target, std::int64_t interval, std::int64_t mtu_B, bool ecn) {
    within("target", target, 0, kMostTime);
    within("interval", interval, 1, std::int64_t{1} << 56);
    within("mtu_B", mtu_B, 0, kMostSize);
    aqm::Codel made;
    made.target = target;
    made.interval = interval;
    made.mtu_B = mtu_B;
    made.ecn = ecn;
    return made;
}

using Tail = Stepper<aqm::TailQueue>;
using Red = Stepper<aqm::RedQueue>;
using Wred = Stepper<aqm::WredQueue>;
using Mark = Stepper<aqm::StepQueue>;
using Codel = Stepper<aqm::CodelQueue>;
using FqCodel = Stepper<aqm::FqCodelQueue>;
using Pie = Stepper<aqm::PieQueue>;

void new_tail(Tail* at, std::int64_t limit_B, std::int64_t limit_packets) {
    aqm::TailQueue made;
    made.tail = tail(limit_B, limit_packets);
    new (at) Tail(std::move(made), 0, 0);
}

void new_red(Red* at, double low, double high, double most, double weight, double slot, bool gentle, bool ecn,
             bool hard_drop, bool by_packets, double mean_B, std::int64_t limit_B, std::int64_t limit_packets,
             std::uint64_t seed, std::uint64_t entity) {
    real("mean_B", mean_B, 0.0, 1e18);
    aqm::RedQueue made;
    made.tail = tail(limit_B, limit_packets);
    made.red = {ramp(low, high, most, gentle), average(weight, slot), {}, ecn, hard_drop, mean_B};
    made.by_packets = by_packets;
    new (at) Red(std::move(made), seed, entity);
}

void new_wred(Wred* at, In2<double> low, In2<double> high, In2<double> most, double weight, double slot, bool gentle,
              bool ecn, bool hard_drop, bool by_packets, double mean_B, std::int64_t limit_B,
              std::int64_t limit_packets, std::uint64_t seed, std::uint64_t entity) {
    const std::size_t classes = low.shape(0), colours = low.shape(1);
    if (classes == 0 || colours == 0 || colours > 127) refuse("low has no class, no colour or more than 127 colours");
    for (const auto& other : {high, most})
        if (other.shape(0) != classes || other.shape(1) != colours) refuse("high or most is not of the shape of low");
    real("mean_B", mean_B, 0.0, 1e18);
    aqm::WredQueue made;
    made.tail = tail(limit_B, limit_packets);
    made.red = {{}, {}, {}, ecn, hard_drop, mean_B};
    made.by_packets = by_packets;
    made.colours = colours;
    made.classes.assign(classes, {average(weight, slot), 0, 0});
    for (std::size_t i = 0; i < classes * colours; ++i)
        made.ramps.push_back(ramp(low.data()[i], high.data()[i], most.data()[i], gentle));
    made.spreads.resize(classes * colours);
    const Limits limits{static_cast<std::int64_t>(classes), static_cast<std::int64_t>(colours)};
    new (at) Wred(std::move(made), seed, entity, limits);
}

void new_mark(Mark* at, double low, double high, double most, bool by_packets, bool drop_others, std::int64_t limit_B,
              std::int64_t limit_packets, std::uint64_t seed, std::uint64_t entity) {
    aqm::StepQueue made;
    made.tail = tail(limit_B, limit_packets);
    made.step = {ramp(low, high, most, false), drop_others};
    made.by_packets = by_packets;
    new (at) Mark(std::move(made), seed, entity);
}

void new_codel(Codel* at, std::int64_t target, std::int64_t interval, std::int64_t mtu_B, bool ecn,
               std::int64_t limit_B, std::int64_t limit_packets) {
    aqm::CodelQueue made;
    made.tail = tail(limit_B, limit_packets);
    made.codel = codel(target, interval, mtu_B, ecn);
    new (at) Codel(std::move(made), 0, 0);
}

void new_fq_codel(FqCodel* at, std::int64_t flows, std::int64_t quantum_B, std::int64_t limit_packets,
                  std::int64_t drop_batch, std::int64_t target, std::int64_t interval, std::int64_t mtu_B, bool ecn) {
    within("flows", flows, 1, std::int64_t{1} << 24);
    within("quantum_B", quantum_B, 1, kMostSize);
    within("limit_packets", limit_packets, 1, (std::int64_t{1} << 31) - 2);
    within("drop_batch", drop_batch, 1, std::int64_t{1} << 31);
    aqm::FqCodelQueue made(flows, quantum_B, limit_packets, drop_batch, codel(target, interval, mtu_B, ecn));
    new (at) FqCodel(std::move(made), 0, 0, {flows, 128});
}

void new_pie(Pie* at, std::int64_t target, std::int64_t update, std::int64_t burst, double alpha, double beta,
             std::int64_t ticks_per_s, std::int64_t mtu_B, std::int64_t drain_Bps, bool ecn, double most_marked,
             bool capped, bool derandomised, std::int64_t limit_B, std::int64_t limit_packets, std::uint64_t seed,
             std::uint64_t entity) {
    within("target", target, 1, kMostTime / 4);
    within("update", update, 1, kMostTime);
    within("burst", burst, 0, kMostTime);
    within("ticks_per_s", ticks_per_s, 1, std::int64_t{1'000'000'000'000});
    within("drain_Bps", drain_Bps, 0, kMostTime);
    within("mtu_B", mtu_B, 0, kMostSize);
    real("alpha", alpha, 0.0, 1e15);
    real("beta", beta, 0.0, 1e15);
    real("most_marked", most_marked, 0.0, 1.0);
    aqm::PieQueue made;
    made.tail = tail(limit_B, limit_packets);
    aqm::Pie& pie = made.pie;
    pie.target = target, pie.update = update, pie.most_burst = burst;
    pie.alpha = alpha, pie.beta = beta, pie.ticks_per_s = static_cast<double>(ticks_per_s);
    pie.mtu_B = static_cast<double>(mtu_B), pie.drain_Bps = drain_Bps;
    pie.ecn = ecn, pie.most_marked = most_marked, pie.capped = capped, pie.derandomised = derandomised;
    new (at) Pie(std::move(made), seed, entity);
}

nb::dict state(const Tail& it) { return it.counters(); }
nb::dict state(const Mark& it) { return it.counters(); }

nb::dict state(const Red& it) {
    nb::dict made = it.counters();
    made["average"] = it.queue.red.average.value;
    made["idle_since"] = it.queue.red.average.idle_since;
    made["count"] = it.queue.red.spread.count;
    return made;
}

nb::dict state(const Wred& it) {
    nb::dict made = it.counters();
    nb::list average, bytes, count;
    for (const auto& own : it.queue.classes) average.append(own.average.value), bytes.append(own.bytes);
    for (const auto& spread : it.queue.spreads) count.append(spread.count);
    made["average"] = average, made["class_bytes"] = bytes, made["count"] = count;
    return made;
}

void add(nb::dict& made, const aqm::Codel& codel) {
    made["first_above"] = codel.first_above;
    made["drop_next"] = codel.drop_next;
    made["count"] = codel.count;
    made["last_count"] = codel.last_count;
    made["dropping"] = codel.dropping;
}

nb::dict state(const Codel& it) {
    nb::dict made = it.counters();
    add(made, it.queue.codel);
    return made;
}

nb::dict state(const FqCodel& it) {
    nb::dict made = it.counters(), flows;
    for (std::size_t i = 0; i < it.queue.flows().size(); ++i) {
        const auto& flow = it.queue.flows()[i];
        if (flow.place == aqm::FqCodel::Place::idle) continue;
        nb::dict one;
        one["bytes"] = flow.queue.bytes, one["packets"] = flow.queue.packets, one["credit"] = flow.credit;
        one["new"] = flow.place == aqm::FqCodel::Place::fresh;
        add(one, flow.codel);
        flows[nb::int_(i)] = one;
    }
    made["flows"] = flows;
    return made;
}

nb::dict state(const Pie& it) {
    nb::dict made = it.counters();
    const aqm::Pie& pie = it.queue.pie;
    made["probability"] = pie.probability;
    made["accumulated"] = pie.accumulated;
    made["delay"] = pie.delay;
    made["delay_old"] = pie.delay_old;
    made["burst"] = pie.burst;
    made["next_update"] = pie.next_update;
    return made;
}

template <class T>
nb::class_<T> queue(nb::module_& m, const char* name, const char* doc) {
    return nb::class_<T>(m, name, doc)
        .def("offer", &T::offer, "time"_a, "size_B"_a, "flow"_a = 0, "colour"_a = 0, "ecn"_a = 0, "draw"_a = -1.0,
             kOffer)
        .def("take", &T::take, "time"_a, kTake)
        .def("run", &T::run, "time"_a.noconvert(), "size_B"_a.noconvert(), "rate_bps"_a, "ticks_per_s"_a,
             "flow"_a.noconvert().none() = nb::none(), "colour"_a.noconvert().none() = nb::none(),
             "ecn"_a.noconvert().none() = nb::none(), "draw"_a.noconvert().none() = nb::none(), kRun)
        .def_prop_ro("state", [](const T& it) { return state(it); }, kState);
}

}  // namespace

void aqm(nb::module_& m) {
    queue<Tail>(m, "TailDrop", kTail).def("__init__", &new_tail, "limit_B"_a, "limit_packets"_a, kTail);
    queue<Red>(m, "Red", kRed)
        .def("__init__", &new_red, "low"_a, "high"_a, "most"_a, "weight"_a, "slot"_a, "gentle"_a, "ecn"_a,
             "hard_drop"_a, "by_packets"_a, "mean_B"_a, "limit_B"_a, "limit_packets"_a, "seed"_a, "entity"_a, kRed);
    queue<Wred>(m, "Wred", kWred)
        .def("__init__", &new_wred, "low"_a.noconvert(), "high"_a.noconvert(), "most"_a.noconvert(), "weight"_a,
             "slot"_a, "gentle"_a, "ecn"_a, "hard_drop"_a, "by_packets"_a, "mean_B"_a, "limit_B"_a,
             "limit_packets"_a, "seed"_a, "entity"_a, kWred);
    queue<Mark>(m, "Mark", kMark)
        .def("__init__", &new_mark, "low"_a, "high"_a, "most"_a, "by_packets"_a, "drop_others"_a, "limit_B"_a,
             "limit_packets"_a, "seed"_a, "entity"_a, kMark);
    queue<Codel>(m, "CoDel", kCodel)
        .def("__init__", &new_codel, "target"_a, "interval"_a, "mtu_B"_a, "ecn"_a, "limit_B"_a, "limit_packets"_a, kCodel);
    queue<FqCodel>(m, "FqCoDel", kFqCodel)
        .def("__init__", &new_fq_codel, "flows"_a, "quantum_B"_a, "limit_packets"_a, "drop_batch"_a, "target"_a,
             "interval"_a, "mtu_B"_a, "ecn"_a, kFqCodel);
    queue<Pie>(m, "Pie", kPie)
        .def("__init__", &new_pie, "target"_a, "update"_a, "burst"_a, "alpha"_a, "beta"_a, "ticks_per_s"_a,
             "mtu_B"_a, "drain_Bps"_a, "ecn"_a, "most_marked"_a, "capped"_a, "derandomised"_a, "limit_B"_a,
             "limit_packets"_a, "seed"_a, "entity"_a, kPie);
}

}  // namespace easterly::bind
