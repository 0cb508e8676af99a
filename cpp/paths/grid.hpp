// Whole-number images of real columns, so that sums do not depend on their order and ties are ties.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace easterly::paths {

using Wide = __int128;

// Larger than any sum that a grid lets happen, and far enough from overflow to be added to.
template <class T>
constexpr T kFar = static_cast<T>(static_cast<T>(1) << (sizeof(T) * 8 - 3));

// A real x is the whole number x * scale. Where all values are decimals of at most 15 places the scale is a power of
// ten and nothing is rounded: 0.1 + 0.2 is 0.3. Elsewhere it is a power of two, as large as `bits` allows: in 64 bits
// while the least value keeps 44 significant ones, in 128 bits beyond.
struct Grid {
    double scale = 1.0;
    bool wide = false;
    bool exact = true;  // nothing was rounded

    double real(Wide x) const { return static_cast<double>(x) / scale; }
};

namespace detail {

inline double greatest(std::span<const double> values) {
    double most = 0.0;
    for (const double x : values)
        if (std::isfinite(x)) most = std::max(most, std::abs(x));
    return most;
}

inline double least_positive(std::span<const double> values) {
    double least = std::numeric_limits<double>::infinity();
    for (const double x : values)
        if (x != 0.0) least = std::min(least, std::abs(x));
    return least;
}

inline bool whole(std::span<const double> values, double scale) {
    for (const double x : values) {
        if (!std::isfinite(x)) continue;
        const double y = x * scale;
        if (std::abs(y - std::nearbyint(y)) > 4.5e-16 * std::abs(y)) return false;
    }
    return true;
}

}  // namespace detail

// `headroom`: bits that sums of the numbers need beyond the largest of them.
inline Grid grid_of(std::span<const double> values, int headroom) {
    const double most = detail::greatest(values);
    if (most == 0.0) return {};
    const double room = std::ldexp(1.0, std::max(60 - headroom, 1));
    double ten = 1.0;
    for (int places = 0; places <= 15; ++places, ten *= 10.0) {
        if (most * ten >= 0x1p53 || most * ten >= room) break;
        if (detail::whole(values, ten)) return {ten, false, true};
    }
    const auto scale_for = [&](int bits) { return std::ldexp(1.0, std::min(bits - 1 - std::ilogb(most), 1000)); };
    if (headroom < 60 && detail::least_positive(values) * scale_for(60 - headroom) >= 0x1p44)
        return {scale_for(60 - headroom), false, false};
    return {scale_for(std::max(124 - headroom, 2)), true, false};
}

template <class T>
T image(double x, const Grid& grid) {
    const double y = x * grid.scale;
    return static_cast<T>(std::abs(y) < 0x1p52 ? std::nearbyint(y) : y);
}

}  // namespace easterly::paths
