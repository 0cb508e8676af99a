// What Python holds of a simulation of packets.
#pragma once

#include "bind/arrays.hpp"
#include "packet/engine.hpp"

namespace easterly::bind {

// The engine, and whether it has begun.
struct Simulation {
    packet::Engine engine;
    bool begun = false;
};

// Checks what can be checked only when all is given, and begins.
void begin_now(Simulation& it);

void packet_messages(nb::class_<Simulation>& simulation);
void packet_queues(nb::class_<Simulation>& simulation);
void packet_record(nb::class_<Simulation>& simulation);
void packet_save(nb::class_<Simulation>& simulation);
void packet_choices(nb::class_<Simulation>& simulation);
void packet_probe(nb::class_<Simulation>& simulation);
void packet_faults(nb::class_<Simulation>& simulation);

}  // namespace easterly::bind
