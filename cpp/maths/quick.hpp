// ln and e^x from tables, in pairs of doubles: about 66 bits, which settle the last bit of a double nearly always.
//
// Ziv 1991 (ACM TOMS 17): what is computed quickly is taken if its error cannot change the rounded result.
#pragma once

#include <bit>
#include <cstdint>
#include <optional>

#include "maths/pairs.hpp"

namespace easterly::maths {

inline constexpr double kQuickError = 0x1p-66;  // of `log_quick`, relative, and of `exp_quick`; both err less

struct QuickTables {
    static constexpr int kLowest = 90;  // 128 / sqrt 2, and what is left of rounding
    Pair log[93] = {};                  // ln (i / 128), i from kLowest
    Pair power[128] = {};               // 2^(i / 128)

    constexpr QuickTables() {
        for (int i = 0; i < 93; ++i) log[i] = log_ratio(kLowest + i, 128.0);
        for (int i = 0; i < 128; ++i) power[i] = exp_small(kLn2 * Pair{i / 128.0, 0.0});
    }
};
inline constexpr QuickTables kQuick;

// ln x for normal x > 0: x = 2^k m, m in [sqrt 1/2, sqrt 2), near c = i / 128; ln (m / c) = 2 artanh(s).
inline Pair log_quick(double x) {
    constexpr std::uint64_t kRootHalf = 0x3fe6a09e667f3bcd;
    const auto bits = std::bit_cast<std::uint64_t>(x);
    const std::uint64_t above = bits - kRootHalf;
    const auto k = static_cast<double>(static_cast<std::int64_t>(above) >> 52);
    const auto m = std::bit_cast<double>(bits - (above & 0xfff0000000000000));
    const int i = static_cast<int>(m * 128.0 + 0.5);
    const double c = i / 128.0, difference = m - c;  // exact: both are within a 256th of each other
    const Pair whole = quick_sum(m < c ? c : m, m < c ? m : c);
    const double s = difference / whole.high;
    const Pair back = product(s, whole.high);
    const double rest = (((difference - back.high) - back.low) - s * whole.low) / whole.high;
    const double z = s * s;
    const double tail = 2.0 * s * z * (1.0 / 3 + z * (1.0 / 5 + z * (1.0 / 7 + z * (1.0 / 9))));
    const Pair table = kQuick.log[i - QuickTables::kLowest] + kLn2 * Pair{k, 0.0};
    return table + Pair{2.0 * s, 2.0 * rest + tail};
}

// e^x for |x| < 700 as a pair times 2^power.
inline Pair exp_quick(Pair x, int& power) {
    constexpr Pair kStep{kLn2.high / 128.0, kLn2.low / 128.0};
    const double scaled = x.high * (128.0 * kInverseLn2);
    const int n = static_cast<int>(scaled < 0.0 ? scaled - 0.5 : scaled + 0.5);
    const Pair r = x - kStep * Pair{static_cast<double>(n), 0.0};
    const double h = r.high;
    const double tail = h * h * (1.0 / 2 + h * (1.0 / 6 + h * (1.0 / 24 + h * (1.0 / 120 + h * (1.0 / 720)))));
    power = n >> 7;
    const Pair one = quick_sum(1.0, h);
    return kQuick.power[n & 127] * quick_sum(one.high, one.low + (r.low + tail));
}

// high + low if an error of so much cannot change how it rounds.
inline std::optional<double> settled(Pair x, double error) {
    const double up = x.high + (x.low + error), down = x.high + (x.low - error);
    if (up != down) return std::nullopt;
    return up;
}

}  // namespace easterly::maths
