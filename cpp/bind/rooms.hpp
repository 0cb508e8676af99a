// The rooms of the kernel; each binds itself.
#pragma once

#include <nanobind/nanobind.h>

namespace easterly::bind {

void dag(nanobind::module_& m);
void graph(nanobind::module_& m);
void flow(nanobind::module_& m);
void random(nanobind::module_& m);
void maths(nanobind::module_& m);

}  // namespace easterly::bind
