// Models of traffic: laws that add up to one, variances that never fall below zero, draws that are numbers and no more
// than a source can send, transforms that keep energy.
#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "bytes.hpp"
#include "traffic/chain.hpp"
#include "traffic/fourier.hpp"
#include "traffic/noise.hpp"
#include "traffic/sources.hpp"
#include "traffic/wavelet.hpp"

namespace {

using namespace easterly::traffic;
using fuzz::Bytes;

double size(Bytes& bytes, double least, double most) { return std::pow(10.0, bytes.real(std::log10(least), std::log10(most))); }
std::uint64_t stream(Bytes& bytes) { return static_cast<std::uint64_t>(bytes.within(0, 1 << 16)); }
std::size_t count(Bytes& bytes, std::int64_t least, std::int64_t most) { return static_cast<std::size_t>(bytes.within(least, most)); }

// As the binding reads one: rates from 0 to 1e15, the diagonal what makes rows add up to 0.
Matrix generator(Bytes& bytes, double slowest, double fastest) {
    Matrix made(count(bytes, 1, 5));
    for (std::size_t i = 0; i < made.size(); ++i) {
        double out = 0.0;
        for (std::size_t j = 0; j < made.size(); ++j)
            if (i != j) out += made(i, j) = bytes.byte() % 4 ? size(bytes, slowest, fastest) : 0.0;
        made(i, i) = -out;
    }
    return made;
}

Vector rates(Bytes& bytes, std::size_t states) {
    Vector made(states);
    for (double& rate : made) rate = bytes.byte() % 4 ? size(bytes, 1e-6, 1e15) : 0.0;
    return made;
}

void chains(Bytes& bytes) {
    const Matrix q = bytes.flip() ? generator(bytes, 1e-3, 1e3) : generator(bytes, 1e-15, 1e15);
    Modulator m{q, rates(bytes, q.size()), stationary(q)};
    if (m.law.empty()) return;
    double total = 0.0, largest = 0.0;
    for (const double p : m.law) {
        HOLDS(p > 0.0 && p <= 1.0);
        total += p;
    }
    HOLDS(std::fabs(total - 1.0) <= 1e-12);
    for (const double rate : m.rate) largest = std::max(largest, rate);
    HOLDS(mean_rate(m) >= 0.0 && mean_rate(m) <= largest * (1.0 + 1e-12));
    HOLDS(long_run_variance(m) >= 0.0);
    const std::vector<double> window{0.0, size(bytes, 1e-12, 1e12)};
    std::vector<double> variance(2);
    variances(m, window, variance);
    // Of a rate between 0 and the largest, over a window: no more than the square of half of what that makes.
    const double most = largest * window[1] / 2.0;
    HOLDS(variance[0] == 0.0 && variance[1] >= 0.0 && variance[1] <= most * most * (1.0 + 1e-6) + 1e-300);
    const double s = size(bytes, 1e-12, 1.0) / std::max(largest, 1e-6) / (bytes.flip() ? 1.0 : window[1]);
    const double moment = log_moment(m, s, window[1]), mean = mean_rate(m) * s * window[1];
    HOLDS(moment >= mean - 1e-6 * (1.0 + mean) && moment <= largest * s * window[1] * (1.0 + 1e-6) + 1e-6);
    Matrix tilted = q;
    for (std::size_t k = 0; k < q.size(); ++k) tilted(k, k) += s * m.rate[k];
    const auto [low, high] = growth(tilted);
    HOLDS(low <= high && std::isfinite(low) && std::isfinite(high));
}

void modulation(Bytes& bytes) {
    const Matrix q = generator(bytes, 1e-3, 1e2);
    const Vector rate = rates(bytes, q.size()), law = stationary(q);
    if (law.empty()) return;
    Vector cells;
    for (std::size_t i = 0; i < q.size(); ++i)
        for (std::size_t j = 0; j < q.size(); ++j) cells.push_back(q(i, j));
    const double interval = size(bytes, 1e-6, 1.0), largest = *std::max_element(rate.begin(), rate.end());
    std::vector<double> total(count(bytes, 1, 60));
    modulated(cells, rate, law, interval, stream(bytes), total);
    for (const double each : total) HOLDS(each >= 0.0 && each <= largest * interval * (1.0 + 1e-9));
}

Law law(Bytes& bytes, double interval) {
    return {interval * size(bytes, 1e-2, 1e6), bytes.byte() % 4 ? 1.0 + size(bytes, 1e-1, 1e3) : INFINITY};
}

void switched(Bytes& bytes) {
    const double interval = size(bytes, 1e-12, 1e12);
    const Law on = law(bytes, interval), off = law(bytes, interval);
    std::vector<double> total(count(bytes, 1, 60));
    on_off(on, off, interval, stream(bytes), total);
    for (const double each : total) HOLDS(each >= 0.0 && each <= interval * (1.0 + 1e-9));
}

void arrivals(Bytes& bytes) {
    std::vector<double> mean(count(bytes, 1, 20));
    for (double& each : mean) each = bytes.byte() % 4 ? size(bytes, 1e-12, 0x1p50) : bytes.real(0.0, 20.0);
    std::vector<std::int64_t> made(mean.size());
    poisson_counts(mean, stream(bytes), made);
    for (std::size_t i = 0; i < mean.size(); ++i)
        HOLDS(made[i] >= 0 && std::fabs(static_cast<double>(made[i]) - mean[i]) <= 12.0 * std::sqrt(mean[i]) + 40.0);
}

void noises(Bytes& bytes) {
    const double hurst = bytes.flip() ? bytes.real(0x1p-60, 1.0 - 0x1p-53) : 1.0 - size(bytes, 1e-15, 0.9);
    for (const std::int64_t lag : {std::int64_t{0}, bytes.within(1, 40), bytes.within(1, std::int64_t{1} << 40)})
        HOLDS(std::fabs(noise_covariance(hurst, lag)) <= 1.0 + 1e-12);
    std::vector<double> values(count(bytes, 1, 600));
    Noise(hurst, values.size()).draw(stream(bytes), values);
    for (const double x : values) HOLDS(std::fabs(x) < 40.0);
    const int moments = static_cast<int>(bytes.within(1, kMostMoments));
    const double by = size(bytes, 1e-100, 1e100);
    for (double& x : values) x *= by;
    std::int64_t before = static_cast<std::int64_t>(values.size());
    for (const Octave& each : octaves(values, moments, bytes.within(1, 9))) {
        HOLDS(each.energy >= 0.0 && std::isfinite(each.energy) && each.count >= 1 && 2 * each.count <= before);
        before = each.count;
    }
}

// Parseval: the sum of squares is n times that of all frequencies.
void transforms(Bytes& bytes) {
    const std::size_t half = std::size_t{2} << bytes.within(0, 7), n = 2 * half;
    std::vector<Complex> weight(half + 1);
    double energy = 0.0, sum = 0.0;
    for (std::size_t k = 0; k <= half; ++k) {
        weight[k] = {bytes.real(-1.0, 1.0), k == 0 || k == half ? 0.0 : bytes.real(-1.0, 1.0)};
        energy += (k == 0 || k == half ? 1.0 : 2.0) * std::norm(weight[k]);
    }
    for (const double x : real_values(weight)) sum += x * x;
    HOLDS(std::fabs(sum - static_cast<double>(n) * energy) <= 1e-10 * sum + 1e-200);
}

void gammas(Bytes& bytes) {
    const double shape = size(bytes, 1e-100, 1e300), psi = digamma(shape), slope = trigamma(shape);
    HOLDS(std::isfinite(psi) && psi <= std::log(shape) + 1e-9 * std::fabs(psi) && slope > 0.0);
    if (shape < 1e12) HOLDS(std::fabs(digamma(shape + 1.0) - psi - 1.0 / shape) <= 1e-12 * (1.0 + std::fabs(psi)));
}

}  // namespace

void fuzz::target(Bytes bytes) {
    switch (bytes.byte() % 7) {
        case 0:
            try {
                chains(bytes);
            } catch (const std::domain_error&) {  // what floating point cannot hold is said
            }
            return;
        case 1: return modulation(bytes);
        case 2: return switched(bytes);
        case 3: return arrivals(bytes);
        case 4: return noises(bytes);
        case 5: return transforms(bytes);
        default: return gammas(bytes);
    }
}
