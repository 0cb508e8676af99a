// Messages of connections, and work between them.
#include "bind/columns.hpp"
#include "bind/packet.hpp"
#include "dag/order.hpp"

namespace easterly::bind {

namespace {

using nb::literals::operator""_a;
using packet::Engine, packet::Message;

constexpr const char* kMessages = R"(Gives connections messages, and says what waits for what, before anything has run.

A message begins `delay_ps` after the last that it waits for is done, and not before `earliest_ps`. Messages of one
connection are sent in the order in which they begin; one is done when all of it has arrived. Work, which sends nothing,
is done after `duration_ps`.

Parameters
----------
connection : (M,) int32
    Flow that carries the message, one of size 0; -1 for work.
size_B : (M,) int64 [B]
    Of messages.
earliest_ps, delay_ps, duration_ps : (M,) int64 [ps]
ptr : (M + 1,) int64
    Message m waits for idx[ptr[m]:ptr[m + 1]].
idx : (ptr[M],) int32

Raises
------
ValueError
    Lengths that do not fit, an index out of range, messages that wait for each other, a flow with a size of its own;
    a simulation that has begun.)";

std::uint32_t packets_of(const packet::Rules& law, std::int64_t size_B, std::uint16_t& last_B) {
    const std::int64_t payload = law.packet_B - law.header_B, packets = (size_B + payload - 1) / payload;
    last_B = static_cast<std::uint16_t>(size_B - (packets - 1) * payload + law.header_B);
    return static_cast<std::uint32_t>(packets);
}

// Who waits for each, from whom each waits for.
void turn_round(packet::Messages& made, std::span<const std::int64_t> ptr, std::span<const std::int32_t> idx) {
    const std::size_t n = made.all.size();
    made.ptr.assign(n + 1, 0);
    for (const std::int32_t before : idx) ++made.ptr[before + 1];
    for (std::size_t m = 0; m < n; ++m) made.ptr[m + 1] += made.ptr[m];
    made.after.resize(idx.size());
    std::vector<std::uint32_t> at(made.ptr.begin(), made.ptr.end() - 1);
    for (std::size_t m = 0; m < n; ++m) {
        made.all[m].waits = static_cast<std::uint32_t>(ptr[m + 1] - ptr[m]);
        for (std::int64_t i = ptr[m]; i < ptr[m + 1]; ++i) made.after[at[idx[i]]++] = static_cast<std::uint32_t>(m);
    }
}

void add_messages(Simulation& it, In<std::int32_t> connection, In<std::int64_t> size_B, In<std::int64_t> earliest_ps,
                  In<std::int64_t> delay_ps, In<std::int64_t> duration_ps, In<std::int64_t> ptr, In<std::int32_t> idx) {
    if (it.begun) refuse("the simulation has begun: give messages before it runs");
    Engine& engine = it.engine;
    if (!engine.messages.empty()) refuse("the simulation has messages already");
    const std::size_t n = view(connection).size();
    for (const auto& [name, column] : {std::pair{"size_B", view(size_B)}, {"earliest_ps", view(earliest_ps)},
                                       {"delay_ps", view(delay_ps)}, {"duration_ps", view(duration_ps)}})
        same_length(name, column.size(), "message", n);
    same_length("ptr", view(ptr).size(), "message, and one more", n + 1);
    if (n >= packet::kNone) refuse("2^32 messages or more");
    csr("ptr", view(ptr), view(idx).size());
    in_range("idx", view(idx), static_cast<std::int64_t>(n));
    if (dag::order({view(ptr), view(idx)}).size() < n) refuse("idx has messages that wait for each other: none of them can begin");
    engine.messages.all.resize(n);
    std::vector<std::int64_t> packets(engine.flows.size(), 0);
    for (std::size_t m = 0; m < n; ++m) {
        Message& message = engine.messages.all[m];
        const std::int32_t c = view(connection)[m];
        within("connection", c, -1, static_cast<std::int64_t>(engine.flows.size()) - 1);
        within("earliest_ps", message.earliest = view(earliest_ps)[m], 0, std::int64_t{1} << 60);
        within("delay_ps", message.delay = view(delay_ps)[m], 0, std::int64_t{1} << 55);
        within("duration_ps", message.duration = view(duration_ps)[m], 0, std::int64_t{1} << 55);
        if (c < 0) continue;
        packet::Flow& flow = engine.flows[c];
        if (!flow.has_messages) refuse(entry("connection", m, std::to_string(c)) + ", a flow with a size of its own");
        within("size_B", view(size_B)[m], 1, std::int64_t{1} << 40);
        message.flow = static_cast<std::uint32_t>(c);
        message.packets = packets_of(engine.rules[flow.rules], view(size_B)[m], message.last_B);
        packets[c] += message.packets;
        if (packets[c] >= std::int64_t{1} << 31) refuse("connection " + std::to_string(c) + " has 2^31 packets or more");
    }
    for (std::size_t f = 0; f < engine.flows.size(); ++f)
        if (engine.flows[f].has_messages) engine.flows[f].packets = static_cast<std::uint32_t>(packets[f]);
    turn_round(engine.messages, view(ptr), view(idx));
}

nb::dict done(const Simulation& it) {
    const auto& all = it.engine.messages.all;
    std::vector<std::int64_t> begun(all.size()), ended(all.size());
    for (std::size_t m = 0; m < all.size(); ++m) begun[m] = all[m].begun, ended[m] = all[m].done;
    nb::dict made;
    made["begun_ps"] = give(std::move(begun));
    made["done_ps"] = give(std::move(ended));
    return made;
}

}  // namespace

void packet_messages(nb::class_<Simulation>& simulation) {
    simulation
        .def("messages", &add_messages, kMessages, "connection"_a, "size_B"_a, "earliest_ps"_a, "delay_ps"_a, "duration_ps"_a,
             "ptr"_a, "idx"_a)
        .def("done", &done, "When each message began, and when all of it was there: columns by name; -1 where it never was.");
}

}  // namespace easterly::bind
