#include "bind/rooms.hpp"

namespace easterly::bind {

void allocate(nanobind::module_&) {}

}  // namespace easterly::bind
