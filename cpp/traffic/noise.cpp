#include "traffic/noise.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "maths/elementary.hpp"
#include "random/normal.hpp"
#include "traffic/fourier.hpp"

namespace easterly::traffic {

namespace {

constexpr std::int64_t kFarLag = 16;  // from here on the series below needs few terms
constexpr double kRootHalf = 0.70710678118654752440;

}  // namespace

double noise_covariance(double hurst, std::int64_t lag) {
    const double power = 2.0 * hurst, k = static_cast<double>(lag);
    if (lag == 0) return 1.0;
    if (lag < kFarLag) return 0.5 * (maths::pow(k + 1.0, power) - 2.0 * maths::pow(k, power) + maths::pow(k - 1.0, power));
    // k^2H times the even terms of the binomial series of (1 + 1/k)^2H, but the first.
    const double square = 1.0 / (k * k);
    double term = 0.5 * power * (power - 1.0) * square, total = 0.0;
    for (int j = 2; total + term != total; j += 2) {
        total += term;
        term *= (power - j) * (power - j - 1) / ((j + 1) * (j + 2)) * square;
    }
    return maths::pow(k, power) * total;
}

Noise::Noise(double hurst, std::size_t count) {
    const std::size_t half = std::bit_ceil(std::max<std::size_t>(count, 2));
    std::vector<Complex> mirrored(half + 1);
    for (std::size_t k = 0; k <= half; ++k) mirrored[k] = noise_covariance(hurst, static_cast<std::int64_t>(k));
    const std::vector<double> eigenvalue = real_values(mirrored);
    amplitude_.resize(half + 1);
    for (std::size_t k = 0; k <= half; ++k)  // what is below 0 is rounding
        amplitude_[k] = std::sqrt(std::max(eigenvalue[k], 0.0) / static_cast<double>(2 * half));
}

void Noise::draw(std::uint64_t stream, std::span<double> values) const {
    const std::size_t half = amplitude_.size() - 1;
    const std::uint64_t named = random::mix(0, stream);
    std::vector<Complex> weight(half + 1);
    weight[0] = amplitude_[0] * random::normal(named, 0);
    weight[half] = amplitude_[half] * random::normal(named, 1);
    for (std::size_t k = 1; k < half; ++k) {
        const double size = amplitude_[k] * kRootHalf;
        weight[k] = {size * random::normal(named, 2 * k), size * random::normal(named, 2 * k + 1)};
    }
    const std::vector<double> made = real_values(weight);
    std::copy_n(made.begin(), values.size(), values.begin());
}

}  // namespace easterly::traffic
