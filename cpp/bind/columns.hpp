// Checks of columns of packets, shared by the rooms of queues and of memory.
#pragma once

#include "bind/arrays.hpp"

namespace easterly::bind {

constexpr std::int64_t kMostTime = std::int64_t{1} << 61;
constexpr std::int64_t kMostSize = std::int64_t{1} << 40;

inline void within(const char* name, std::int64_t value, std::int64_t least, std::int64_t most) {
    if (value < least || value > most)
        refuse(std::string(name) + " is " + std::to_string(value) + ", not within " + std::to_string(least) + ".." +
               std::to_string(most));
}

inline void real(const char* name, double value, double least, double most) {
    if (!(value >= least && value <= most))
        refuse(std::string(name) + " is " + std::to_string(value) + ", not within " + std::to_string(least) + ".." +
               std::to_string(most));
}

inline void ordered(std::span<const std::int64_t> time) {
    for (std::size_t i = 0; i < time.size(); ++i)
        if (time[i] < (i ? time[i - 1] : 0) || time[i] > kMostTime)
            refuse(entry("time", i, std::to_string(time[i])) + ", before the one that precedes it or out of range");
}

// The end of the last transmission has to be a tick that fits.
inline void sizes(std::span<const std::int64_t> size_B, std::int64_t rate_bps, std::int64_t ticks_per_s) {
    __int128 total = 0;
    for (std::size_t i = 0; i < size_B.size(); ++i) {
        if (size_B[i] < 1 || size_B[i] > kMostSize)
            refuse(entry("size_B", i, std::to_string(size_B[i])) + ", not within 1..2^40");
        total += size_B[i];
    }
    if (rate_bps > 0 && total * 8 * ticks_per_s / rate_bps > kMostTime)
        refuse("size_B is more than rate_bps can send within the range of time");
}

}  // namespace easterly::bind
