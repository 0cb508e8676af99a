// What can go wrong with pauses: hosts that never stop to ask for them, watchdogs against that, rings of them.
#pragma once

#include <cstdint>
#include <vector>

#include "buffer/watchdog.hpp"
#include "packet/port.hpp"

namespace easterly::packet {

// The far end of a link asks for pauses from a time on, again and again.
struct Storm {
    std::int32_t link = 0;
    std::uint8_t traffic_class = 0;
    Time from = 0, to = kNever, every = 1;
};

// Of one class before one link.
struct Guard {
    std::int32_t link = 0;
    std::uint8_t traffic_class = 0;
    Time every = 1;
    buffer::Watchdog watchdog;
};

enum class Cause : std::uint8_t { none = 0, deadlock = 1, storm = 2, livelock = 3, silence = 4 };

// A class before a link that waits for the next of the list, and the last one for the first where it is a ring.
struct Waiting {
    std::int32_t link = -1;
    std::int32_t traffic_class = 0;
    Time since = 0;
    std::int64_t bytes = 0;
};

// Why a run ended with flows open.
struct Stuck {
    Cause cause = Cause::none;
    Time at = 0;
    std::vector<Waiting> ring;
};

}  // namespace easterly::packet
