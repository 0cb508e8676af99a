#include "bind/rooms.hpp"

namespace easterly::bind {

void paths(nanobind::module_&) {}

}  // namespace easterly::bind
