#include "bind/arrays.hpp"
#include "bind/calculus_docs.hpp"
#include "bind/rooms.hpp"
#include "calculus/total.hpp"

namespace easterly::bind {

namespace {

using Ints = In<std::int32_t>;
using Pointers = In<std::int64_t>;
using Floats = In<double>;
using calculus::row;
using calculus::Total;
using nb::literals::operator""_a;

constexpr double kBits = 8.0;

std::vector<double> copied(const Floats& values, double divisor = 1.0) {
    std::vector<double> made(view(values).begin(), view(values).end());
    for (double& value : made) value /= divisor;
    return made;
}

template <class T>
std::vector<T> copied(const In<T>& values) {
    return {view(values).begin(), view(values).end()};
}

calculus::Ports ports_of(const Floats& rate_bps, const Floats& latency_s, const Pointers& queue_ptr,
                         const Floats& quantum_B, const Floats& packet_B, const Floats& shaper_bps) {
    const std::size_t ports = view(rate_bps).size(), queues = view(quantum_B).size();
    same_length("latency_s", view(latency_s).size(), "port", ports);
    same_length("queue_ptr", view(queue_ptr).size(), "port, and one", ports + 1);
    same_length("packet_B", view(packet_B).size(), "queue", queues);
    same_length("shaper_bps", view(shaper_bps).size(), "queue", queues);
    csr("queue_ptr", view(queue_ptr), queues);
    at_least("rate_bps", view(rate_bps), 0.0, true);
    at_least("latency_s", view(latency_s), 0.0, false);
    at_least("quantum_B", view(quantum_B), 0.0, false);
    at_least("packet_B", view(packet_B), 0.0, false);
    at_least("shaper_bps", view(shaper_bps), 0.0, true, true);
    for (std::size_t p = 0; p < ports; ++p)
        for (auto q = row(view(queue_ptr)[p]) + 1; q < row(view(queue_ptr)[p + 1]); ++q)
            if (view(quantum_B)[q] == 0.0 && view(quantum_B)[q - 1] > 0.0)
                refuse(entry("quantum_B", q, "0") + ": a strict queue after a weighted one of its port");
    return {copied(rate_bps, kBits), copied(latency_s), copied(queue_ptr),
            copied(quantum_B),       copied(packet_B),  copied(shaper_bps, kBits)};
}

void check_way(std::span<const std::int32_t> there, std::span<const std::int32_t> back,
               const std::vector<std::int32_t>& port_of) {
    std::int32_t before = -1;
    for (const auto& [name, way] : {std::pair("flow_queue", there), std::pair("back_queue", back)})
        for (const std::int32_t queue : way) {
            if (port_of[row(queue)] == before)
                refuse(std::string(name) + " has " + std::to_string(queue) +
                       ", a queue of the port that the flow comes from");
            before = port_of[row(queue)];
        }
}

int checked_rounds(std::int64_t rounds) {
    if (rounds < 1 || rounds > 1000000) refuse("rounds is " + std::to_string(rounds) + ", not within 1..1000000");
    return static_cast<int>(rounds);
}

// The analysis, and which port each queue belongs to.
struct Bounded {
    Total total;
    std::vector<std::int32_t> port_of;
};

void make(Bounded* self, const Floats& rate_bps, const Floats& latency_s, const Pointers& queue_ptr,
          const Floats& quantum_B, const Floats& packet_B, const Floats& shaper_bps, const Pointers& flow_ptr,
          const Ints& flow_queue, const Pointers& back_ptr, const Ints& back_queue, const Floats& back_share,
          const Floats& burst_B, const Floats& flow_bps, bool shaped,
          double slack, std::int64_t rounds) {
    auto ports = ports_of(rate_bps, latency_s, queue_ptr, quantum_B, packet_B, shaper_bps);
    const std::size_t flows = view(burst_B).size();
    if (view(flow_queue).size() + view(back_queue).size() > 0x7ffffff0)
        refuse("flow_queue and back_queue have more than 2147483632 entries");
    same_length("flow_bps", view(flow_bps).size(), "flow", flows);
    same_length("flow_ptr", view(flow_ptr).size(), "flow, and one", flows + 1);
    same_length("back_ptr", view(back_ptr).size(), "flow, and one", flows + 1);
    csr("flow_ptr", view(flow_ptr), view(flow_queue).size());
    csr("back_ptr", view(back_ptr), view(back_queue).size());
    same_length("back_share", view(back_share).size(), "flow", flows);
    at_least("back_share", view(back_share), 0.0, false);
    at_least("burst_B", view(burst_B), 0.0, false);
    at_least("flow_bps", view(flow_bps), 0.0, false);
    std::vector<std::int32_t> port_of(view(quantum_B).size());
    for (std::size_t p = 0; p + 1 < ports.ptr.size(); ++p)
        std::fill(port_of.begin() + ports.ptr[p], port_of.begin() + ports.ptr[p + 1], static_cast<std::int32_t>(p));
    in_range("flow_queue", view(flow_queue), static_cast<std::int64_t>(port_of.size()));
    in_range("back_queue", view(back_queue), static_cast<std::int64_t>(port_of.size()));
    calculus::Flows made{copied(flow_ptr),   copied(flow_queue), copied(back_ptr),       copied(back_queue),
                         copied(back_share), copied(burst_B),    copied(flow_bps, kBits)};
    for (std::int64_t f = 0; f < made.size(); ++f) check_way(made.there_of(f), made.back_of(f), port_of);
    if (!(slack >= 0.0 && slack <= 1.0)) refuse("slack is " + std::to_string(slack) + ", not within 0..1");
    const calculus::Options options{shaped, slack, checked_rounds(rounds)};
    nb::gil_scoped_release released;
    new (self) Bounded{Total(std::move(ports), std::move(made), options), std::move(port_of)};
}

void solve(Bounded& self) {
    nb::gil_scoped_release released;
    self.total.solve();
}

std::int64_t add(Bounded& self, const Ints& queue, const Ints& back_queue, double back_share, double burst_B,
                 double rate_bps) {
    in_range("flow_queue", view(queue), static_cast<std::int64_t>(self.port_of.size()));
    in_range("back_queue", view(back_queue), static_cast<std::int64_t>(self.port_of.size()));
    check_way(view(queue), view(back_queue), self.port_of);
    const double given[] = {back_share, burst_B, rate_bps};
    at_least("back_share, burst_B, rate_bps", given, 0.0, false);
    nb::gil_scoped_release released;
    return self.total.add(view(queue), view(back_queue), back_share, burst_B, rate_bps / kBits);
}

void change(Bounded& self, const Pointers& flow, const Floats& burst_B, const Floats& rate_bps) {
    in_range("flow", view(flow), self.total.flows());
    same_length("burst_B", view(burst_B).size(), "flow", view(flow).size());
    same_length("rate_bps", view(rate_bps).size(), "flow", view(flow).size());
    at_least("burst_B", view(burst_B), 0.0, false);
    at_least("rate_bps", view(rate_bps), 0.0, false);
    const auto rate = copied(rate_bps, kBits);
    nb::gil_scoped_release released;
    self.total.change(view(flow), view(burst_B), rate);
}

template <double calculus::Bound::*Field>
Out<double> column(std::span<const calculus::Bound> bounds) {
    std::vector<double> made;
    made.reserve(bounds.size());
    for (const calculus::Bound& bound : bounds) made.push_back(bound.*Field);
    return give(std::move(made));
}

template <double calculus::Bound::*Field>
Out<double> each(const Bounded& self) {
    return column<Field>(self.total.bounds());
}

nb::tuple limited(Bounded& self, const Floats& most_B) {
    same_length("most_B", view(most_B).size(), "queue", self.port_of.size());
    at_least("most_B", view(most_B), 0.0, false, true);
    std::vector<calculus::Bound> found;
    {
        nb::gil_scoped_release released;
        found = self.total.limited(view(most_B));
    }
    return nb::make_tuple(column<&calculus::Bound::delay>(found), column<&calculus::Bound::backlog>(found));
}

}  // namespace

void calculus(nb::module_& m) {
    nb::class_<Bounded>(m, "Total", kTotal)
        .def("__init__", &make, "rate_bps"_a.noconvert(), "latency_s"_a.noconvert(), "queue_ptr"_a.noconvert(),
             "quantum_B"_a.noconvert(), "packet_B"_a.noconvert(), "shaper_bps"_a.noconvert(),
             "flow_ptr"_a.noconvert(), "flow_queue"_a.noconvert(), "back_ptr"_a.noconvert(), "back_queue"_a.noconvert(),
             "back_share"_a.noconvert(), "burst_B"_a.noconvert(), "flow_bps"_a.noconvert(), "shaped"_a, "slack"_a, "rounds"_a)
        .def("solve", &solve, kSolve)
        .def("add", &add, "queue"_a.noconvert(), "back_queue"_a.noconvert(), "back_share"_a, "burst_B"_a, "rate_bps"_a, kAdd)
        .def("change", &change, "flow"_a.noconvert(), "burst_B"_a.noconvert(), "rate_bps"_a.noconvert(), kChange)
        .def("limited", &limited, "most_B"_a.noconvert(), kLimited)
        .def_prop_ro("delay_s", &each<&calculus::Bound::delay>, nb::rv_policy::automatic, "(Q,) float64: worst delay of each queue.")
        .def_prop_ro("backlog_B", &each<&calculus::Bound::backlog>, nb::rv_policy::automatic, "(Q,) float64: worst backlog of each queue.")
        .def_prop_ro("flow_delay_s", [](const Bounded& self) { return give(self.total.delays()); }, nb::rv_policy::automatic,
                     "(F,) float64: worst delay of each flow in all its queues.")
        .def_prop_ro("rate_bps", [](const Bounded& self) {
            auto made = self.total.rates();
            for (double& value : made) value *= kBits;
            return give(std::move(made));
        }, nb::rv_policy::automatic, "(Q,) float64: rate that comes to each queue for ever.")
        .def_prop_ro("cyclic", [](Bounded& self) { return give(self.total.cyclic()); }, nb::rv_policy::automatic,
                     "(C,) int32: ports on cycles of dependence.")
        .def_prop_ro("visited", [](const Bounded& self) { return self.total.visited(); },
                     "int: ports that the last call looked at.")
        .def_prop_ro("rounds", [](const Bounded& self) { return self.total.rounds(); },
                     "int: rounds of the longest cycle in the last call.");
}

}  // namespace easterly::bind
