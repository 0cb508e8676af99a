// What a connection carries, and work that sends nothing: each begins when all that it waits for is done.
#pragma once

#include <cstdint>
#include <vector>

#include "packet/packet.hpp"
#include "packet/wheel.hpp"

namespace easterly::packet {

struct Message {
    std::uint32_t flow = kNone;   // the connection; kNone: work
    std::uint32_t packets = 0;
    std::uint32_t first = 0;      // its first packet in the connection, once it is posted
    std::uint32_t next = kNone;   // posted on the connection after it
    std::uint32_t waits = 0;      // for so many that are not yet done
    std::uint16_t last_B = 0;     // size of its last packet
    Time earliest = 0, delay = 0; // it begins so long after the last that it waits for
    Time duration = 0;            // of work
    Time begun = -1, done = -1;   // posted; arrived as a whole

    std::uint32_t end() const { return first + packets; }
};

struct Messages {
    std::vector<Message> all;
    std::vector<std::uint32_t> ptr, after;  // after[ptr[m]] .. after[ptr[m + 1] - 1] wait for m

    bool empty() const { return all.empty(); }
    Message& operator[](std::uint32_t m) { return all[m]; }
    const Message& operator[](std::uint32_t m) const { return all[m]; }
};

// The messages that one connection has been given, in the order in which they were: list and cursors.
struct Posted {
    std::uint32_t last = kNone;      // posted most lately
    std::uint32_t sending = kNone;   // where sizes are looked up first
    std::uint32_t arriving = kNone;  // not yet there as a whole
    std::uint32_t oldest = kNone;    // not yet acknowledged as a whole
};

}  // namespace easterly::packet
