// Packets over members of a group: by flow, by flowlet, by packet; and what arrives out of order.
#pragma once

#include <cstdint>
#include <span>

namespace easterly::hash {

enum class Choice : std::int32_t { flow = 0, flowlet = 1, random = 2, turns = 3, two = 4, shortest = 5 };

// Packets in the order in which they are sent.
struct Packets {
    std::span<const std::int32_t> flow;
    std::span<const double> time_s;
    std::span<const double> size_B;
};

// Links that serve one packet after the other, each with the delay of the path behind it.
struct Members {
    std::span<const double> rate_Bps;
    std::span<const double> delay_s;
};

struct Flowlets {
    double gap_s;
    std::size_t slots;
};

// Member and arrival of every packet.
//   flow      by hash of the flow;
//   flowlet   a slot of a table, chosen by hash of the flow, keeps its member until it has been idle for longer than
//             the gap, and then draws a new one (Vanini et al. 2017, NSDI);
//   random    drawn for every packet; turns: one after the other;
//   two       of two different ones drawn, the one that is free first (Mitzenmacher 2001); shortest: of all.
void spray(const Packets& packets, const Members& members, Choice choice, const Flowlets& flowlets,
           std::uint64_t seed, std::span<std::int32_t> member, std::span<double> arrival_s);

// How much later each packet arrives than one of its flow that was sent after it; 0 if none overtook it (RFC 4737).
void overtaken(std::span<const std::int32_t> flow, std::span<const double> arrival_s, std::size_t flows,
               std::span<double> late_s);

}  // namespace easterly::hash
