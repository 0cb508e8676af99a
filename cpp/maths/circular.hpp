// Sine, cosine and angle that give the same bits on every machine: plain additions, multiplications, divisions.
#pragma once

#include <cmath>
#include <cstdint>

namespace easterly::maths {

inline constexpr double kPi = 3.141592653589793;

struct Turn {
    double sine, cosine;
};

namespace circular {

// Of an angle within a quarter of a half turn: Taylor's series, whose next term is below 1e-19.
inline Turn small(double r) {
    const double z = r * r;
    double s = 1.0, c = 1.0;
    for (int k = 9; k >= 1; --k) {
        s = 1.0 - s * z / (2.0 * k * (2.0 * k + 1.0));
        c = 1.0 - c * z / (2.0 * k * (2.0 * k - 1.0));
    }
    return {r * s, c};
}

}  // namespace circular

// Both of an angle in radians; to a few units in the last place below 2^20, and of the angle's own rounding above.
inline Turn turn(double x) {
    if (!std::isfinite(x)) return {x - x, x - x};
    if (std::fabs(x) > 0x1p20) x = std::remainder(x, 2.0 * kPi);
    // Quarter turns off in three parts of 33 bits each: products with the count are exact.
    const double n = std::floor(x * (2.0 / kPi) + 0.5);
    double r = x - n * 0x1.921fb544p+0;
    r -= n * 0x1.0b4611a6p-34;
    r -= n * 0x1.3198a2e037073p-69;
    const Turn t = circular::small(r);
    switch (static_cast<std::int64_t>(n) & 3) {
        case 0: return t;
        case 1: return {t.cosine, -t.sine};
        case 2: return {-t.sine, -t.cosine};
        default: return {-t.cosine, t.sine};
    }
}

// Angle of the point (x, y) in (-pi, pi]: a polynomial (Abramowitz and Stegun 4.4.49), and one correction to the last bits.
inline double angle(double y, double x) {
    if (x == 0.0 && y == 0.0) return std::signbit(x) ? std::copysign(kPi, y) : y;
    const double a = std::fabs(x), b = std::fabs(y), big = a > b ? a : b;
    const double u = a / big, v = b / big;
    const bool steep = v > u;
    const double t = steep ? u / v : v / u, z = t * t;
    double rough = t * (0.9998660 + z * (-0.3302995 + z * (0.1801410 + z * (-0.0851330 + z * 0.0208351))));
    if (steep) rough = kPi / 2.0 - rough;
    const Turn at = turn(rough);
    const double d = (v * at.cosine - u * at.sine) / (u * at.cosine + v * at.sine), e = d * d;
    double made = rough + d * (1.0 - e * (1.0 / 3.0 - e / 5.0));
    if (std::signbit(x)) made = kPi - made;
    return std::signbit(y) ? -made : made;
}

}  // namespace easterly::maths
