#include "bind/rooms.hpp"

namespace easterly::bind {

void fabric(nanobind::module_&) {}

}  // namespace easterly::bind
