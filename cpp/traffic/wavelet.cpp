#include "traffic/wavelet.hpp"

#include <array>
#include <cmath>

#include "maths/elementary.hpp"

namespace easterly::traffic {

namespace {

constexpr double kRoot2 = 1.41421356237309504880;
constexpr double kFar = 12.0;  // from here on the series of psi needs seven terms

// Daubechies' scaling filters, in the closed forms of Daubechies 1992, 6.4: they add up to the root of 2.
std::vector<double> scaling(int moments) {
    if (moments == 1) return {1.0 / kRoot2, 1.0 / kRoot2};
    if (moments == 2) {
        const double r = std::sqrt(3.0), by = 4.0 * kRoot2;
        return {(1 + r) / by, (3 + r) / by, (3 - r) / by, (1 - r) / by};
    }
    const double a = std::sqrt(10.0), b = std::sqrt(5.0 + 2.0 * a), by = 16.0 * kRoot2;
    return {(1 + a + b) / by,         (5 + a + 3 * b) / by, (10 - 2 * a + 2 * b) / by,
            (10 - 2 * a - 2 * b) / by, (5 + a - 3 * b) / by, (1 + a - b) / by};
}

// One step of the pyramid: approximations at every second place, and the energy of the details beside them.
template <std::size_t length>
Octave halve(std::vector<double>& values, const std::vector<double>& filter) {
    std::array<double, length> low{}, high{};
    for (std::size_t i = 0; i < length; ++i) {
        low[i] = filter[i];
        high[i] = (i % 2 ? -1.0 : 1.0) * filter[length - 1 - i];
    }
    const std::size_t count = values.size() < length ? 0 : (values.size() - length) / 2 + 1;
    double energy = 0.0;
    for (std::size_t k = 0; k < count; ++k) {
        double smooth = 0.0, detail = 0.0;
        for (std::size_t i = 0; i < length; ++i) {
            smooth += low[i] * values[2 * k + i];
            detail += high[i] * values[2 * k + i];
        }
        values[k] = smooth;  // what is overwritten has been read
        energy += detail * detail;
    }
    values.resize(count);
    return {static_cast<std::int64_t>(count), count ? energy / static_cast<double>(count) : 0.0};
}

}  // namespace

std::vector<Octave> octaves(std::span<const double> values, int moments, std::int64_t least) {
    std::vector<double> left(values.begin(), values.end());
    const std::vector<double> filter = scaling(moments);
    std::vector<Octave> made;
    while (true) {
        const Octave next =
            moments == 1 ? halve<2>(left, filter) : moments == 2 ? halve<4>(left, filter) : halve<6>(left, filter);
        if (next.count < least || next.count == 0) return made;
        made.push_back(next);
    }
}

double digamma(double x) {
    double below = 0.0;
    for (; x < kFar; x += 1.0) below += 1.0 / x;
    const double s = 1.0 / (x * x);
    const double series = s * (1.0 / 12 - s * (1.0 / 120 - s * (1.0 / 252 - s * (1.0 / 240 - s * (1.0 / 132 -
                          s * (691.0 / 32760 - s / 12))))));
    return maths::log(x) - 0.5 / x - series - below;
}

double trigamma(double x) {
    double below = 0.0;
    for (; x < kFar; x += 1.0) below += 1.0 / (x * x);
    const double s = 1.0 / (x * x);
    const double series = 1.0 / 6 - s * (1.0 / 30 - s * (1.0 / 42 - s * (1.0 / 30 - s * (5.0 / 66 -
                          s * (691.0 / 2730 - s * 7.0 / 6)))));
    return below + 1.0 / x + 0.5 * s + s / x * series;
}

}  // namespace easterly::traffic
