// The rooms of the kernel; each binds itself.
#pragma once

#include <nanobind/nanobind.h>

namespace easterly::bind {

void dag(nanobind::module_& m);
void graph(nanobind::module_& m);
void graph_failures(nanobind::module_& m);
void flow(nanobind::module_& m);
void fluids(nanobind::module_& m);
void random(nanobind::module_& m);
void maths(nanobind::module_& m);
void paths(nanobind::module_& m);
void cut(nanobind::module_& m);
void hash(nanobind::module_& m);
void fabric(nanobind::module_& m);
void classify(nanobind::module_& m);
void allocate(nanobind::module_& m);
void allocate_split(nanobind::module_& m);
void allocate_listed(nanobind::module_& m);
void sched(nanobind::module_& m);
void meter(nanobind::module_& m);
void meter_groups(nanobind::module_& m);
void aqm(nanobind::module_& m);
void buffer(nanobind::module_& m);
void admit(nanobind::module_& m);
void packet(nanobind::module_& m);
void prefix_sets(nanobind::module_& m);
void queues(nanobind::module_& m);
void calculus(nanobind::module_& m);
void curve(nanobind::module_& m);
void controls(nanobind::module_& m);
void robust(nanobind::module_& m);
void traffic_models(nanobind::module_& m);

}  // namespace easterly::bind
