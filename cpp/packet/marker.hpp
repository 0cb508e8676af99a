// Three-colour markers (RFC 2697, 2698, 4115) before links: what they say of a packet goes with it, for queue management on
// its way.
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <variant>

#include "meter/markers.hpp"
#include "packet/wheel.hpp"

namespace easterly::packet {

struct Marker {
    template <class A>
    void archive(A& a) { a.all_of(*this, any, sent, link, traffic_class, aware); }
    using Any = std::variant<meter::SingleRate, meter::TwoRate, meter::Differential>;
    Any any;
    std::array<std::int64_t, 3> sent{};  // packets, by colour
    std::int32_t link;
    std::uint8_t traffic_class;
    bool aware;  // of the colour that a packet has already

    Marker(Any made, std::int32_t before, std::uint8_t of_class, bool aware_of)
        : any(std::move(made)), link(before), traffic_class(of_class), aware(aware_of) {}

    std::uint8_t mark(Time now, std::int64_t size_B, std::uint8_t given) {
        const auto before = static_cast<meter::Colour>(aware ? given : 0);
        const auto made = static_cast<std::uint8_t>(std::visit([&](auto& by) { return by.mark(now, size_B, before); }, any));
        ++sent[made];
        return made;
    }
};

}  // namespace easterly::packet
