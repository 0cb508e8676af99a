// Complex numbers whose products and quotients are written out, so that they have the same bits with every compiler.
#pragma once

#include <cmath>

#include "maths/circular.hpp"
#include "maths/elementary.hpp"

namespace easterly::control {

struct Complex {
    double re = 0.0, im = 0.0;

    friend Complex operator+(Complex a, Complex b) { return {a.re + b.re, a.im + b.im}; }
    friend Complex operator-(Complex a, Complex b) { return {a.re - b.re, a.im - b.im}; }
    friend Complex operator*(Complex a, Complex b) {
        return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
    }
    friend Complex operator*(double a, Complex b) { return {a * b.re, a * b.im}; }
    // Smith 1962: without overflow in between.
    friend Complex operator/(Complex a, Complex b) {
        if (std::fabs(b.re) >= std::fabs(b.im)) {
            const double r = b.im / b.re, d = b.re + b.im * r;
            return {(a.re + a.im * r) / d, (a.im - a.re * r) / d};
        }
        const double r = b.re / b.im, d = b.re * r + b.im;
        return {(a.re * r + a.im) / d, (a.im * r - a.re) / d};
    }
};

inline double size(Complex z) {
    const double a = std::fabs(z.re), b = std::fabs(z.im), big = a > b ? a : b, low = a > b ? b : a;
    return big == 0.0 ? 0.0 : big * std::sqrt(1.0 + (low / big) * (low / big));
}

inline Complex exp(Complex z) {
    const double r = maths::exp(z.re);
    const maths::Turn t = maths::turn(z.im);
    return {r * t.cosine, r * t.sine};
}

inline Complex log(Complex z) { return {maths::log(size(z)), maths::angle(z.im, z.re)}; }

inline Complex sqrt(Complex z) {
    const double r = size(z), half = std::sqrt((r + std::fabs(z.re)) / 2.0);
    if (half == 0.0) return {0.0, 0.0};
    if (z.re >= 0.0) return {half, z.im / (2.0 * half)};
    return {std::fabs(z.im) / (2.0 * half), std::copysign(half, z.im)};
}

}  // namespace easterly::control
