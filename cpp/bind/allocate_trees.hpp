// The part of room `allocate` that keeps flows by destination.
#pragma once

#include <nanobind/nanobind.h>

namespace easterly::bind {

void allocate_trees(nanobind::module_& m);

}  // namespace easterly::bind
