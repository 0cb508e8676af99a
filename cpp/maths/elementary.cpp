#include "maths/elementary.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

// Everything is carried in pairs of doubles (Dekker 1971, Numer. Math. 18), about 104 bits, and rounded once
// at the end: the result is the nearest double but for one argument in millions.
namespace easterly::maths {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

struct Pair {
    double high;
    double low;
};

// ln 2 to 104 bits.
constexpr Pair kLn2{0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56};
constexpr double kInverseLn2 = 0x1.71547652b82fep+0;

constexpr Pair quick_sum(double a, double b) {  // |a| >= |b|
    const double s = a + b;
    return {s, b - (s - a)};
}

constexpr Pair sum(double a, double b) {
    const double s = a + b;
    const double t = s - a;
    return {s, (a - (s - t)) + (b - t)};
}

constexpr Pair split(double a) {
    const double t = 134217729.0 * a;  // 2^27 + 1
    const double high = t - (t - a);
    return {high, a - high};
}

constexpr Pair product(double a, double b) {
    const double p = a * b;
    const Pair x = split(a), y = split(b);
    return {p, ((x.high * y.high - p) + x.high * y.low + x.low * y.high) + x.low * y.low};
}

constexpr Pair operator+(Pair a, Pair b) {
    const Pair s = sum(a.high, b.high);
    const Pair t = sum(a.low, b.low);
    const Pair u = quick_sum(s.high, s.low + t.high);
    return quick_sum(u.high, u.low + t.low);
}

constexpr Pair operator-(Pair a, Pair b) { return a + Pair{-b.high, -b.low}; }

constexpr Pair operator*(Pair a, Pair b) {
    const Pair p = product(a.high, b.high);
    return quick_sum(p.high, p.low + (a.high * b.low + a.low * b.high));
}

constexpr Pair operator/(Pair a, Pair b) {
    const double q = a.high / b.high;
    const Pair rest = a - b * Pair{q, 0.0};
    return quick_sum(q, (rest.high + rest.low) / b.high);
}

// 1 / 1!, 1 / 2!, ..., and 1, 1/3, 1/5, ...
constexpr int kExpTerms = 10;
constexpr int kLogTerms = 22;

struct Tables {
    Pair factorial[kExpTerms] = {};
    Pair odd[kLogTerms] = {};

    constexpr Tables() {
        Pair f{1.0, 0.0};
        for (int i = 0; i < kExpTerms; ++i) factorial[i] = f = f / Pair{i + 1.0, 0.0};
        for (int i = 0; i < kLogTerms; ++i) odd[i] = Pair{1.0, 0.0} / Pair{2.0 * i + 1.0, 0.0};
    }
};
constexpr Tables kTables;

// high + low as a double times 2^power, rounded once more only where the result is subnormal.
double scaled(Pair x, int power) { return std::ldexp(x.high + x.low, power); }

// e^x for |x| < 1000: x = k ln 2 + 256 r, e^r - 1 by its series, squared eight times as (1 + y)^2 - 1 = 2y + y^2.
double exp_pair(Pair x) {
    const double k = std::nearbyint(x.high * kInverseLn2);
    Pair r = x - kLn2 * Pair{k, 0.0};
    r = {r.high / 256.0, r.low / 256.0};
    Pair y = kTables.factorial[kExpTerms - 1];
    for (int i = kExpTerms - 2; i >= 0; --i) y = y * r + kTables.factorial[i];
    y = y * r;
    for (int i = 0; i < 8; ++i) y = Pair{2.0 * y.high, 2.0 * y.low} + y * y;
    return scaled(Pair{1.0, 0.0} + y, static_cast<int>(k));
}

// ln x for finite x > 0: x = 2^k m with m about 1, ln m = 2 artanh((m - 1) / (m + 1)).
Pair log_pair(double x) {
    int k = 0;
    double m = std::frexp(x, &k);
    if (m < 0.70710678118654757) {
        m *= 2.0;
        --k;
    }
    const Pair s = Pair{m - 1.0, 0.0} / sum(m, 1.0);
    const Pair square = s * s;
    Pair series = kTables.odd[kLogTerms - 1];
    for (int i = kLogTerms - 2; i >= 0; --i) series = series * square + kTables.odd[i];
    const Pair half = s * series;
    return Pair{2.0 * half.high, 2.0 * half.low} + kLn2 * Pair{static_cast<double>(k), 0.0};
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
    return exp_pair({x, 0.0});
}

double log(double x) {
    if (std::isnan(x) || x < 0.0) return kNan;
    if (x == 0.0) return -kInfinity;
    if (x == kInfinity) return x;
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
