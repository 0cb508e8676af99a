// Which class goes next: strict ones, the highest number first, then the others by deficit round robin.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "packet/wheel.hpp"
#include "sched/drr.hpp"

namespace easterly::packet {

inline constexpr int kClasses = 8;
using Sizes = std::array<std::int32_t, kClasses>;  // of packets and quanta

struct Turn {
    std::uint8_t strict_mask = 0;
    std::uint8_t ready = 0;  // strict classes with something to send
    sched::DrrOf<Sizes, std::array<std::int8_t, kClasses>> fair;

    Turn(std::uint8_t mask, const Sizes& quanta) : strict_mask(mask), fair(quanta) {}

    bool is_strict(int c) const { return strict_mask >> c & 1; }
    // The first packet of a class that has none waiting.
    void arrive(int c, std::int64_t size_B, Time now) {
        if (is_strict(c)) ready |= static_cast<std::uint8_t>(1 << c);
        else fair.arrive(c, size_B, now);
    }
    int next(Time now) { return ready != 0 ? std::bit_width(ready) - 1 : fair.next(now).queue; }
    void sent(int c, Time now, std::int64_t following_B) {
        if (!is_strict(c)) return fair.sent(c, now, following_B);
        if (following_B == 0) ready &= static_cast<std::uint8_t>(~(1 << c));
    }
    // The packet that goes is not the one that was announced.
    void replace(int c, std::int64_t size_B) {
        if (!is_strict(c)) fair.head[c] = static_cast<std::int32_t>(size_B);
    }
    // A class with packets may send nothing for a while.
    void hold(int c) {
        if (is_strict(c)) ready &= static_cast<std::uint8_t>(~(1 << c));
        else if (fair.head[c] != 0) fair.hold(c);
    }
    // What arrived while it was held is known only now.
    void resume(int c, std::int64_t size_B, Time now) {
        if (is_strict(c)) ready |= static_cast<std::uint8_t>(1 << c);
        else if (fair.head[c] == 0) fair.arrive(c, size_B, now);
        else fair.head[c] = static_cast<std::int32_t>(size_B), fair.resume(c);
    }
    // A class has lost all that waited while it was held.
    void forget(int c) { fair.head[c] = fair.deficit[c] = 0; }
};

}  // namespace easterly::packet
