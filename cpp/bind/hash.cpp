#include "bind/rooms.hpp"

namespace easterly::bind {

void hash(nanobind::module_&) {}

}  // namespace easterly::bind
