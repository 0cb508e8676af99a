// Numbers carried in pairs of doubles (Dekker 1971, Numer. Math. 18): about 104 bits from plain operations.
#pragma once

namespace easterly::maths {

struct Pair {
    double high;
    double low;
};

// ln 2 to 104 bits.
inline constexpr Pair kLn2{0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56};
inline constexpr double kInverseLn2 = 0x1.71547652b82fep+0;

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

// ln of (top / bottom) near 1 by 2 artanh((top - bottom) / (top + bottom)), whose difference must be exact.
constexpr int kLogTerms = 22;

struct Odd {
    Pair value[kLogTerms] = {};  // 1, 1/3, 1/5, ...
    constexpr Odd() {
        for (int i = 0; i < kLogTerms; ++i) value[i] = Pair{1.0, 0.0} / Pair{2.0 * i + 1.0, 0.0};
    }
};
inline constexpr Odd kOdd;

constexpr Pair log_ratio(double top, double bottom) {
    const Pair s = Pair{top - bottom, 0.0} / sum(top, bottom);
    const Pair square = s * s;
    Pair series = kOdd.value[kLogTerms - 1];
    for (int i = kLogTerms - 2; i >= 0; --i) series = series * square + kOdd.value[i];
    const Pair half = s * series;
    return {2.0 * half.high, 2.0 * half.low};
}

// e^x for |x| < 1: e^r - 1 with r = x / 256 by its series, squared eight times as (1 + y)^2 - 1 = 2y + y^2.
constexpr int kExpTerms = 10;

struct Factorial {
    Pair inverse[kExpTerms] = {};  // 1 / 1!, 1 / 2!, ...
    constexpr Factorial() {
        Pair f{1.0, 0.0};
        for (int i = 0; i < kExpTerms; ++i) inverse[i] = f = f / Pair{i + 1.0, 0.0};
    }
};
inline constexpr Factorial kFactorial;

constexpr Pair exp_small(Pair x) {
    const Pair r{x.high / 256.0, x.low / 256.0};
    Pair y = kFactorial.inverse[kExpTerms - 1];
    for (int i = kExpTerms - 2; i >= 0; --i) y = y * r + kFactorial.inverse[i];
    y = y * r;
    for (int i = 0; i < 8; ++i) y = Pair{2.0 * y.high, 2.0 * y.low} + y * y;
    return Pair{1.0, 0.0} + y;
}

}  // namespace easterly::maths
