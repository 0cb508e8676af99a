#include "bind/sched.hpp"

#include <numeric>

#include "bind/rooms.hpp"
#include "bind/sched_docs.hpp"
#include "sched/cbq.hpp"
#include "sched/cbs.hpp"
#include "sched/class_based.hpp"
#include "sched/drr.hpp"
#include "sched/fifo.hpp"
#include "sched/htb.hpp"
#include "sched/strict.hpp"
#include "sched/wf2q_plus.hpp"
#include "sched/wfq.hpp"
#include "sched/wrr.hpp"

namespace easterly::bind {

namespace {

using namespace scheduling;

constexpr std::int64_t kMostWeight = std::int64_t{1} << 40;
constexpr std::int64_t kMostFairWeight = std::int64_t{1} << 20;
constexpr std::int64_t kMostFairSum = std::int64_t{1} << 24;

// Parents come before their children; at most `levels` classes stand one below the other.
void check_parents(const Counts& parent, std::int64_t levels) {
    Counts depth(parent.size(), 1);
    for (std::size_t i = 0; i < parent.size(); ++i) {
        if (parent[i] < -1 || parent[i] >= static_cast<std::int64_t>(i))
            refuse(entry("parent", i, std::to_string(parent[i])) + ", not -1 or a class before it");
        if (parent[i] >= 0) depth[i] = depth[parent[i]] + 1;
        if (depth[i] > levels) refuse(entry("parent", i, std::to_string(parent[i])) + ": the tree is too deep");
    }
}

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

void make_htb(Stepper<sched::Htb>* self, Counts parent, Counts rate_bps, Counts ceil_bps, Counts burst, Counts cburst,
              Counts quantum, Counts priority, std::int64_t ticks_per_s) {
    const std::size_t n = one_per_queue("parent", parent);
    const std::pair<const char*, const Counts*> columns[] = {{"rate_bps", &rate_bps}, {"ceil_bps", &ceil_bps},
                                                             {"burst", &burst},       {"cburst", &cburst},
                                                             {"quantum", &quantum},   {"priority", &priority}};
    for (const auto& [name, column] : columns) same_length(name, column->size(), "class", n);
    all_within("rate_bps", rate_bps, 1, kMostRate);
    all_within("ceil_bps", ceil_bps, 1, kMostRate);
    all_within("burst", burst, 1, kMostWeight);
    all_within("cburst", cburst, 1, kMostWeight);
    all_within("quantum", quantum, 1, kMostWeight);
    all_within("priority", priority, 0, sched::Htb::kPriorities - 1);
    check_parents(parent, sched::Htb::kLevels);
    within("ticks_per_s", ticks_per_s, 1, kMostTicks);
    std::vector<sched::HtbClass> classes;
    for (std::size_t i = 0; i < n; ++i)
        classes.push_back({static_cast<std::int32_t>(parent[i]), rate_bps[i], ceil_bps[i], burst[i], cburst[i],
                           quantum[i], static_cast<std::int32_t>(priority[i])});
    new (self) Stepper<sched::Htb>(sched::Htb(std::move(classes), ticks_per_s), n, ticks_per_s);
}

void make_wf2q_plus(Stepper<sched::Wf2qPlus>* self, Counts weight, std::int64_t link_bps, std::int64_t ticks_per_s) {
    const std::size_t n = one_per_queue("weight", weight);
    all_within("weight", weight, 1, kMostFairWeight);
    within("the sum of weight", std::accumulate(weight.begin(), weight.end(), std::int64_t{0}), 1, kMostFairSum);
    within("link_bps", link_bps, 1, kMostRate);
    within("ticks_per_s", ticks_per_s, 1, kMostTicks);
    new (self) Stepper<sched::Wf2qPlus>(sched::Wf2qPlus(std::move(weight), link_bps, ticks_per_s), n, ticks_per_s);
}

void make_class_based(Stepper<sched::ClassBased>* self, Counts weight, Counts priority_bps, Counts burst,
                      std::int64_t ticks_per_s) {
    const std::size_t n = one_per_queue("weight", weight);
    same_length("priority_bps", priority_bps.size(), "queue", n);
    same_length("burst", burst.size(), "queue", n);
    all_within("weight", weight, 1, kMostFairWeight);
    all_within("priority_bps", priority_bps, 0, kMostRate);
    all_within("burst", burst, 0, kMostWeight);
    within("ticks_per_s", ticks_per_s, 1, kMostTicks);
    sched::ClassBased made(std::move(weight), std::move(priority_bps), std::move(burst), ticks_per_s);
    new (self) Stepper<sched::ClassBased>(std::move(made), n, ticks_per_s);
}

void make_cbs(Stepper<sched::Cbs>* self, Counts idle_slope_bps, std::int64_t link_bps, std::int64_t ticks_per_s) {
    const std::size_t n = one_per_queue("idle_slope_bps", idle_slope_bps);
    within("link_bps", link_bps, 1, kMostRate);
    all_within("idle_slope_bps", idle_slope_bps, 0, link_bps);
    within("ticks_per_s", ticks_per_s, 1, kMostTicks);
    new (self) Stepper<sched::Cbs>(sched::Cbs(std::move(idle_slope_bps), link_bps, ticks_per_s), n, ticks_per_s);
}

void make_cbq(Stepper<sched::Cbq>* self, Counts parent, Counts rate_bps, Counts quantum, Counts priority,
              std::vector<bool> borrows, Counts max_idle, std::int64_t shift, bool formal, std::int64_t link_bps,
              std::int64_t ticks_per_s) {
    const std::size_t n = one_per_queue("parent", parent);
    const std::pair<const char*, const Counts*> columns[] = {
        {"rate_bps", &rate_bps}, {"quantum", &quantum}, {"priority", &priority}, {"max_idle", &max_idle}};
    for (const auto& [name, column] : columns) same_length(name, column->size(), "class", n);
    same_length("borrows", borrows.size(), "class", n);
    check_parents(parent, kMostQueues);
    all_within("rate_bps", rate_bps, 1, kMostRate);
    all_within("quantum", quantum, 1, kMostWeight);
    all_within("priority", priority, 0, kMostWeight >> 10);
    all_within("max_idle", max_idle, 0, kMostTime);
    within("shift", shift, 0, 16);
    within("link_bps", link_bps, 1, kMostRate);
    within("ticks_per_s", ticks_per_s, 1, kMostTicks);
    std::vector<sched::CbqClass> classes;
    for (std::size_t i = 0; i < n; ++i)
        classes.push_back({static_cast<std::int32_t>(parent[i]), rate_bps[i], quantum[i],
                           static_cast<std::int32_t>(priority[i]), borrows[i], max_idle[i]});
    sched::Cbq made(std::move(classes), link_bps, ticks_per_s, static_cast<std::int32_t>(shift), formal);
    new (self) Stepper<sched::Cbq>(std::move(made), n, ticks_per_s);
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
    bind_scheduler<sched::Htb>(m, "Htb", kHtb)
        .def("__init__", &make_htb, "parent"_a, "rate_bps"_a, "ceil_bps"_a, "burst"_a, "cburst"_a, "quantum"_a,
             "priority"_a, "ticks_per_s"_a);
    bind_scheduler<sched::Wf2qPlus>(m, "Wf2qPlus", kWf2qPlus)
        .def("__init__", &make_wf2q_plus, "weight"_a, "link_bps"_a, "ticks_per_s"_a);
    bind_scheduler<sched::ClassBased>(m, "ClassBased", kClassBased)
        .def("__init__", &make_class_based, "weight"_a, "priority_bps"_a, "burst"_a, "ticks_per_s"_a);
    bind_scheduler<sched::Cbs>(m, "Cbs", kCbs)
        .def("__init__", &make_cbs, "idle_slope_bps"_a, "link_bps"_a, "ticks_per_s"_a);
    bind_scheduler<sched::Cbq>(m, "Cbq", kCbq)
        .def("__init__", &make_cbq, "parent"_a, "rate_bps"_a, "quantum"_a, "priority"_a, "borrows"_a, "max_idle"_a,
             "shift"_a, "formal"_a, "link_bps"_a, "ticks_per_s"_a);
}

}  // namespace easterly::bind
