// Queue management of one class of one port: what is dropped or marked before the queue is full.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <variant>

#include "aqm/codel.hpp"
#include "aqm/fq_codel.hpp"
#include "aqm/pie.hpp"
#include "aqm/red.hpp"
#include "packet/packet.hpp"

namespace easterly::packet {

struct Manager {
    template <class A>
    void archive(A& a) { a.all_of(*this, any, by_packets, key, draws); }
    using Any = std::variant<aqm::Red, aqm::Codel, aqm::Pie, aqm::FqCodel, aqm::Wred>;
    Any any;
    bool by_packets = false;  // RED, WRED: lengths in packets
    std::uint64_t key = 0;    // of its draws, one for every packet that arrives
    std::uint64_t draws = 0;

    explicit Manager(Any made, bool packets = false) : any(std::move(made)), by_packets(packets) {}

    aqm::FqCodel* fair() { return std::get_if<aqm::FqCodel>(&any); }
    const aqm::FqCodel* fair() const { return std::get_if<aqm::FqCodel>(&any); }
    bool coloured() const { return std::holds_alternative<aqm::Wred>(any); }
    // The mean length of its queue, where it keeps one.
    aqm::Average* average() {
        if (auto* const red = std::get_if<aqm::Red>(&any)) return &red->average;
        auto* const wred = std::get_if<aqm::Wred>(&any);
        return wred != nullptr ? &wred->red.average : nullptr;
    }
};

inline aqm::Packet seen(const Packet& packet, std::uint32_t at, Time since) {
    aqm::Packet made;
    made.size_B = packet.size_B;
    made.since = since;
    made.id = at;
    made.ecn = packet.flags & kEct ? aqm::kEct0 : aqm::kNotEct;
    return made;
}

}  // namespace easterly::packet
