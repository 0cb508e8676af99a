#include "queue/gamma.hpp"

#include <cmath>
#include <limits>

#include "maths/elementary.hpp"

namespace easterly::queue {

namespace {

constexpr double kTwoPi = 6.283185307179586476925;
constexpr double kEpsilon = 0x1p-54;

// ln Gamma(k + 1) - (k + 1/2) ln k + k - ln sqrt(2 pi): Stirling's series, after steps up to where it converges.
double stirling_error(double k) {
    double shift = 0.0;
    while (k < 15.0) {  // e(k) - e(k + 1) = (k + 1/2) ln (1 + 1/k) - 1
        shift += (k + 0.5) * log1p(1.0 / k) - 1.0;
        k += 1.0;
    }
    const double s = 1.0 / (k * k);
    const double series = 1.0 / 12 - s * (1.0 / 360 - s * (1.0 / 1260 - s * (1.0 / 1680 - s * (1.0 / 1188 -
                          s * (691.0 / 360360 - s / 156)))));
    return shift + series / k;
}

// k ln (k / m) + m - k without cancellation.
double deviance(double k, double m) {
    const double d = k - m, sum = k + m;
    if (std::abs(d) >= 0.1 * sum) return k * maths::log(k / m) + m - k;
    const double v = d / sum, v2 = v * v;
    double total = d * v, term = 2.0 * k * v;
    for (int j = 1; j < 1000; ++j) {
        term *= v2;
        const double next = total + term / (2 * j + 1);
        if (next == total) break;
        total = next;
    }
    return total;
}

// x^a e^-x / Gamma(a + 1).
double front(double a, double x) {
    if (a == 0.0) return maths::exp(-x);
    return maths::exp(-stirling_error(a) - deviance(a, x)) / std::sqrt(kTwoPi * a);
}

double steps(double a, double x) { return 200.0 + 20.0 * std::sqrt(a + x); }

// P(a, x) by its power series: all terms positive; for x < a + 1.
double series(double a, double x) {
    double term = 1.0, total = 1.0;
    const double most = steps(a, x);
    for (double n = 1; n < most && term > kEpsilon * total; ++n) {
        term *= x / (a + n);
        total += term;
    }
    return front(a, x) * total;
}

// Q(a, x) by its continued fraction (Lentz); for x >= a + 1.
double fraction(double a, double x) {
    constexpr double kTiny = 1e-300;
    double b = x + 1.0 - a, c = 1.0 / kTiny, d = 1.0 / b, h = d;
    const double most = steps(a, x);
    for (double i = 1; i < most; ++i) {
        const double an = -i * (i - a);
        b += 2.0;
        d = an * d + b;
        if (std::abs(d) < kTiny) d = kTiny;
        c = b + an / c;
        if (std::abs(c) < kTiny) c = kTiny;
        d = 1.0 / d;
        h *= d * c;
        if (std::abs(d * c - 1.0) <= 0x1p-52) break;  // rounding may keep the product beside 1 for ever
    }
    return front(a, x) * a * h;
}

}  // namespace

double log1p(double x) {
    const double y = 1.0 + x;
    if (y == 1.0) return x;
    return maths::log(y) * (x / (y - 1.0));
}

double poisson(double k, double mean) {
    if (mean == 0.0) return k == 0.0 ? 1.0 : 0.0;
    if (std::isinf(mean)) return 0.0;
    return front(k, mean);
}

double gamma_tail(double shape, double x) {
    if (x <= 0.0) return 1.0;
    if (std::isinf(x)) return 0.0;
    return x < shape + 1.0 ? 1.0 - series(shape, x) : fraction(shape, x);
}

double gamma_head(double shape, double x) {
    if (x <= 0.0) return 0.0;
    if (std::isinf(x)) return 1.0;
    return x < shape + 1.0 ? series(shape, x) : 1.0 - fraction(shape, x);
}

}  // namespace easterly::queue
