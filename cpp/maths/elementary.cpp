#include "maths/elementary.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

#include "maths/pairs.hpp"
#include "maths/quick.hpp"

// Everything is carried in pairs of doubles and rounded once at the end: the result is the nearest double but for one
// argument in millions. Where a quick pair leaves its last bit open, one of 104 bits is computed.
namespace easterly::maths {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kLeastNormal = std::numeric_limits<double>::min();
constexpr double kModerate = 690.0;  // exponents up to which e^x is far from the ends of doubles

// high + low as a double times 2^power, rounded once more only where the result is subnormal.
double scaled(Pair x, int power) { return std::ldexp(x.high + x.low, power); }

// e^x for |x| < 1000: x = k ln 2 + r.
double exp_pair(Pair x) {
    const double k = std::nearbyint(x.high * kInverseLn2);
    return scaled(exp_small(x - kLn2 * Pair{k, 0.0}), static_cast<int>(k));
}

// ln x for finite x > 0: x = 2^k m with m about 1.
Pair log_pair(double x) {
    int k = 0;
    double m = std::frexp(x, &k);
    if (m < 0.70710678118654757) {
        m *= 2.0;
        --k;
    }
    return log_ratio(m, 1.0) + kLn2 * Pair{static_cast<double>(k), 0.0};
}

// e^x where neither it nor its last bit is subnormal, from an exponent with an error of so much.
std::optional<double> exp_near(Pair x, double error) {
    if (!(std::fabs(x.high) < kModerate)) return std::nullopt;
    int power = 0;
    const Pair y = exp_quick(x, power);
    const std::optional<double> mantissa = settled(y, y.high * (kQuickError + error));
    if (!mantissa) return std::nullopt;
    return *mantissa * std::bit_cast<double>(static_cast<std::uint64_t>(power + 1023) << 52);
}

bool is_odd(double y) { return std::fabs(std::fmod(y, 2.0)) == 1.0; }

// x^y where x is 0 or infinite: its magnitude.
double pow_of_extreme(double x, double y) {
    const bool grows = (x == 0.0) == (y < 0.0);
    return grows ? kInfinity : 0.0;
}

double pow_of_magnitude(double x, double y) {
    if (x == 0.0 || x == kInfinity) return pow_of_extreme(x, y);
    if (x == 1.0) return 1.0;
    if (std::isinf(y)) return (x > 1.0) == (y > 0.0) ? kInfinity : 0.0;
    if (x >= kLeastNormal && std::fabs(y) < kModerate) {
        const Pair quick = log_quick(x) * Pair{y, 0.0};
        if (const auto result = exp_near(quick, std::fabs(quick.high) * kQuickError)) return *result;
    }
    const Pair logarithm = log_pair(x);
    const double about = logarithm.high * y;
    if (about > 750.0) return kInfinity;
    if (about < -750.0) return 0.0;
    return exp_pair(logarithm * Pair{y, 0.0});
}

}  // namespace

double exp(double x) {
    if (std::isnan(x)) return x;
    if (x > 710.0) return kInfinity;
    if (x < -746.0) return 0.0;
    if (const auto result = exp_near({x, 0.0}, 0.0)) return *result;
    return exp_pair({x, 0.0});
}

double log(double x) {
    if (std::isnan(x) || x < 0.0) return kNan;
    if (x == 0.0) return -kInfinity;
    if (x == kInfinity) return x;
    if (x >= kLeastNormal) {
        const Pair quick = log_quick(x);
        if (const auto result = settled(quick, std::fabs(quick.high) * kQuickError)) return *result;
    }
    const Pair result = log_pair(x);
    return result.high + result.low;
}

double pow(double x, double y) {
    if (y == 0.0 || x == 1.0) return 1.0;
    if (std::isnan(x) || std::isnan(y)) return kNan;
    const bool whole = std::isinf(y) || std::trunc(y) == y;
    if (x < 0.0 && !whole && x != -kInfinity) return kNan;
    const double magnitude = pow_of_magnitude(std::fabs(x), y);
    return std::signbit(x) && !std::isinf(y) && is_odd(y) ? -magnitude : magnitude;
}

}  // namespace easterly::maths
