// Rules as boxes: one closed interval of unsigned integers per dimension. Earlier rows come first in every match.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace easterly::classify {

inline constexpr std::size_t kMostDims = 32;

// Row-major: dimension d of rule r is low[r * dims + d] .. high[r * dims + d], within 0 .. top[d].
struct Boxes {
    std::span<const std::uint64_t> low, high, top;

    std::size_t dims() const { return top.size(); }
    std::size_t count() const { return top.empty() ? 0 : low.size() / top.size(); }
    const std::uint64_t* lows(std::size_t rule) const { return low.data() + rule * dims(); }
    const std::uint64_t* highs(std::size_t rule) const { return high.data() + rule * dims(); }
    bool full(std::size_t rule, std::size_t dim) const {
        return lows(rule)[dim] == 0 && highs(rule)[dim] == top[dim];
    }
};

inline bool overlap(const std::uint64_t* low, const std::uint64_t* high, const std::uint64_t* other_low,
                    const std::uint64_t* other_high, std::size_t dims) {
    for (std::size_t d = 0; d < dims; ++d)
        if (other_low[d] > high[d] || other_high[d] < low[d]) return false;
    return true;
}

// Whether the first box lies within the second.
inline bool within(const std::uint64_t* low, const std::uint64_t* high, const std::uint64_t* other_low,
                   const std::uint64_t* other_high, std::size_t dims) {
    for (std::size_t d = 0; d < dims; ++d)
        if (low[d] < other_low[d] || high[d] > other_high[d]) return false;
    return true;
}

}  // namespace easterly::classify
