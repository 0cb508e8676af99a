#include "bind/sched.hpp"

#include "bind/rooms.hpp"
#include "bind/sched_docs.hpp"
#include "sched/drr.hpp"
#include "sched/fifo.hpp"
#include "sched/strict.hpp"
#include "sched/wfq.hpp"
#include "sched/wrr.hpp"

namespace easterly::bind {

namespace {

constexpr std::int64_t kMostWeight = std::int64_t{1} << 40;
constexpr std::int64_t kMostFairWeight = std::int64_t{1} << 20;

template <class Scheduler>
void plain(nb::module_& m, const char* name, const char* doc) {
    bind_scheduler<Scheduler>(m, name, doc)
        .def("__init__", [](Stepper<Scheduler>* self, std::int64_t queues, std::int64_t ticks_per_s) {
            within("queues", queues, 1, kMostQueues);
            within("ticks_per_s", ticks_per_s, 1, kMostTicks);
            const auto n = static_cast<std::size_t>(queues);
            new (self) Stepper<Scheduler>(Scheduler(n), n, ticks_per_s);
        }, "queues"_a, "ticks_per_s"_a);
}

void make_wrr(Stepper<sched::Wrr>* self, Counts weight, bool by_bytes, std::int64_t ticks_per_s) {
    const std::size_t n = one_per_queue("weight", weight);
    all_within("weight", weight, 1, kMostWeight);
    within("ticks_per_s", ticks_per_s, 1, kMostTicks);
    new (self) Stepper<sched::Wrr>(sched::Wrr(std::move(weight), by_bytes), n, ticks_per_s);
}

void make_drr(Stepper<sched::Drr>* self, Counts quantum, std::int64_t ticks_per_s) {
    const std::size_t n = one_per_queue("quantum", quantum);
    all_within("quantum", quantum, 1, kMostWeight);
    within("ticks_per_s", ticks_per_s, 1, kMostTicks);
    new (self) Stepper<sched::Drr>(sched::Drr(std::move(quantum)), n, ticks_per_s);
}

void make_wfq(Stepper<sched::Wfq>* self, Counts weight, std::int64_t link_bps, std::int64_t ticks_per_s,
              bool begun_only) {
    const std::size_t n = one_per_queue("weight", weight);
    all_within("weight", weight, 1, kMostFairWeight);
    within("link_bps", link_bps, 1, kMostRate);
    within("ticks_per_s", ticks_per_s, 1, kMostTicks);
    new (self) Stepper<sched::Wfq>(sched::Wfq(std::move(weight), link_bps, ticks_per_s, begun_only), n, ticks_per_s);
}

}  // namespace

void sched(nb::module_& m) {
    plain<sched::Fifo>(m, "Fifo", kFifo);
    plain<sched::Strict>(m, "Strict", kStrict);
    bind_scheduler<sched::Wrr>(m, "Wrr", kWrr)
        .def("__init__", &make_wrr, "weight"_a, "by_bytes"_a, "ticks_per_s"_a);
    bind_scheduler<sched::Drr>(m, "Drr", kDrr).def("__init__", &make_drr, "quantum"_a, "ticks_per_s"_a);
    bind_scheduler<sched::Wfq>(m, "Wfq", kWfq)
        .def("__init__", &make_wfq, "weight"_a, "link_bps"_a, "ticks_per_s"_a, "begun_only"_a);
}

}  // namespace easterly::bind
