#include "control/lambert.hpp"

#include <limits>

namespace easterly::control {

namespace {

constexpr double kFar = 690.0;  // e^690 and what is multiplied by it are still numbers
constexpr double kE = 2.718281828459045;

// About the point -1/e where branches 0 and -1 (and 1, from below) meet: Corless et al. 1996, eq. 4.22.
Complex at_branch(Complex p) {
    const Complex q = p * p;
    return Complex{-1.0, 0.0} + p - 1.0 / 3.0 * q + 11.0 / 72.0 * (p * q);
}

// Far out: L1 - L2 + L2 / L1 with L1 = log z + 2 pi i k and L2 = log L1 (eq. 4.20).
Complex far_out(Complex z, std::int64_t k) {
    const Complex one = log(z) + Complex{0.0, 2.0 * maths::kPi * static_cast<double>(k)}, two = log(one);
    return one - two + two / one;
}

Complex first(Complex z, std::int64_t k) {
    const Complex p = sqrt(Complex{2.0 * (kE * z.re + 1.0), 2.0 * kE * z.im});
    const bool near = size(p) < 1.0;
    if (near && k == 0) return at_branch(p);
    if (near && ((k == -1 && !std::signbit(z.im)) || (k == 1 && std::signbit(z.im)))) return at_branch(-1.0 * p);
    if (k == -1 && z.im == 0.0 && z.re < 0.0 && z.re > -1.0 / kE) return {maths::log(-z.re) - maths::log(-maths::log(-z.re)), 0.0};
    if (k == 0 && size(z) < 1.5 && z.re > -0.2 - 2.5 * std::fabs(z.im)) return z / (Complex{1.0, 0.0} + z);
    return far_out(z, k);
}

// Where e^-w leaves floating point, the same root from w + log w = log z + 2 pi i k (eq. 2.4 of Jeffrey et al. 1996),
// by Newton's method; on the negative axis both logarithms turn by pi, and cancel.
Complex by_logarithms(Complex w, Complex z, std::int64_t k) {
    const bool real = w.im == 0.0;
    const Complex aim = real ? Complex{maths::log(-z.re), 0.0}
                             : log(z) + Complex{0.0, 2.0 * maths::kPi * static_cast<double>(k)};
    for (int i = 0; i < 8; ++i) {
        const Complex apart = w + log(real ? -1.0 * w : w) - aim;
        w = w - apart * w / (w + Complex{1.0, 0.0});
    }
    return w;
}

}  // namespace

Complex lambert(Complex z, std::int64_t branch) {
    const double none = std::numeric_limits<double>::quiet_NaN();
    if (!std::isfinite(z.re) || !std::isfinite(z.im)) return {none, none};
    if (z.re == 0.0 && z.im == 0.0) return branch == 0 ? z : Complex{-std::numeric_limits<double>::infinity(), 0.0};
    Complex w = first(z, branch);
    if (w.re < -kFar) return by_logarithms(w, z, branch);
    for (int i = 0; i < 100; ++i) {
        // With e^-w, which stays small where e^w would not: f = w - z e^-w.
        const Complex f = w - z * exp(-1.0 * w), up = w + Complex{1.0, 0.0};
        const Complex below = up - 0.5 * ((w + Complex{2.0, 0.0}) * f / up);
        const Complex step = f / below;
        if (!std::isfinite(step.re) || !std::isfinite(step.im)) break;  // at the meeting point itself
        w = w - step;
        if (size(step) <= 1e-16 * size(w)) break;
    }
    return w;
}

}  // namespace easterly::control
