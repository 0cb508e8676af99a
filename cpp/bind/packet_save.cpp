// Checkpoints of a simulation of packets.
#include <nanobind/nanobind.h>

#include "bind/packet.hpp"

namespace easterly::bind {

namespace {

using nb::literals::operator""_a;

constexpr const char* kSave = R"(The whole state, for `restore`; the simulation begins if it has not.

Returns
-------
bytes)";

constexpr const char* kRestore = R"(Takes the state that `save` gave, into a simulation that was made of the same input and has not run.

Parameters
----------
data : bytes

Raises
------
ValueError
    Bytes that are damaged, of another version, or of a simulation of other size; a simulation that has begun.)";

nb::bytes save(Simulation& it) {
    begin_now(it);
    const std::vector<std::uint8_t> state = it.engine.save();
    return nb::bytes(reinterpret_cast<const char*>(state.data()), state.size());
}

void restore(Simulation& it, const nb::bytes& data) {
    if (it.begun) refuse("the simulation has begun: restore before it runs");
    begin_now(it);
    packet::Engine whole = it.engine;  // what is there stays as it is where the bytes are wrong
    whole.restore({reinterpret_cast<const std::uint8_t*>(data.c_str()), data.size()});
    it.engine = std::move(whole);
}

}  // namespace

void packet_save(nb::class_<Simulation>& simulation) {
    simulation.def("save", &save, kSave).def("restore", &restore, kRestore, "data"_a);
}

}  // namespace easterly::bind
