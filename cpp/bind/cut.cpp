#include "bind/rooms.hpp"

namespace easterly::bind {

void cut(nanobind::module_&) {}

}  // namespace easterly::bind
