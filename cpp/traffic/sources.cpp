#include "traffic/sources.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "maths/elementary.hpp"
#include "queue/gamma.hpp"
#include "random/mix.hpp"

namespace easterly::traffic {

namespace {

constexpr double kFew = 10.0;  // means below which counting up is quick

// Uniform in (0, 1): draw i of a stream that is named.
double open_unit(std::uint64_t named, std::uint64_t i) {
    return (static_cast<double>(random::mix(named, i) >> 12) + 0.5) * 0x1.0p-52;
}

std::int64_t few(double mean, double u) {
    double p = maths::exp(-mean), k = 0.0;
    while (u > p && k < 1000.0) {
        u -= p;
        k += 1.0;
        p *= mean / k;
    }
    return static_cast<std::int64_t>(k);
}

// Transformed rejection (Hoermann 1993, algorithm PTRD without its squeezes); `named` is a stream for this draw alone.
std::int64_t many(double mean, std::uint64_t named) {
    const double b = 0.931 + 2.53 * std::sqrt(mean), a = -0.059 + 0.02483 * b;
    const double inverse = 1.1239 + 1.1328 / (b - 3.4);
    for (std::uint64_t i = 0;; i += 2) {
        const double u = open_unit(named, i) - 0.5, v = open_unit(named, i + 1);
        const double edge = 0.5 - std::fabs(u);
        const double k = std::floor((2.0 * a / edge + b) * u + mean + 0.43);
        if (k < 0.0 || (edge < 0.013 && v > edge)) continue;
        if (v * inverse / (a / (edge * edge) + b) <= queue::poisson(k, mean)) return static_cast<std::int64_t>(k);
    }
}

// Adds `rate` times the time from `from` to `to` to the intervals that it lies in.
void spread(double from, double to, double rate, double interval, std::span<double> total) {
    if (rate == 0.0) return;
    const double end = interval * static_cast<double>(total.size());
    to = std::min(to, end);
    if (!(to > from)) return;
    // Borders of intervals are products: dividing may end up in the interval before or behind.
    auto i = static_cast<std::size_t>(from / interval);
    while (interval * static_cast<double>(i + 1) <= from) ++i;
    while (i > 0 && interval * static_cast<double>(i) > from) --i;
    for (; i < total.size() && from < to; ++i) {
        const double next = std::min(to, interval * static_cast<double>(i + 1));
        total[i] += rate * (next - from);
        from = next;
    }
}

double lasts(Law law, double u) {
    if (std::isinf(law.shape)) return -law.mean * maths::log(u);
    return law.mean * (law.shape - 1.0) / law.shape * maths::pow(u, -1.0 / law.shape);
}

// What is left of such a time at a random instant: below the least time all of it is equally likely.
double remains(Law law, double u) {
    if (std::isinf(law.shape)) return -law.mean * maths::log(u);
    const double least = law.mean * (law.shape - 1.0) / law.shape, tail = 1.0 / law.shape;
    return u > tail ? least * (1.0 - u) / (1.0 - tail) : least * maths::pow(u / tail, -1.0 / (law.shape - 1.0));
}

std::size_t pick(std::span<const double> weight, double u) {
    double total = 0.0;
    for (const double w : weight) total += w;
    std::size_t last = 0;
    double below = 0.0;
    for (std::size_t i = 0; i < weight.size(); ++i) {
        if (!(weight[i] > 0.0)) continue;
        last = i;
        below += weight[i];
        if (u * total < below) return i;
    }
    return last;
}

}  // namespace

void poisson_counts(std::span<const double> mean, std::uint64_t stream, std::span<std::int64_t> count) {
    const std::uint64_t named = random::mix(0, stream);
    for (std::size_t i = 0; i < mean.size(); ++i)
        count[i] = mean[i] < kFew ? few(mean[i], open_unit(named, i)) : many(mean[i], random::mix(named, i));
}

void modulated(std::span<const double> generator, std::span<const double> rate, std::span<const double> start,
               double interval, std::uint64_t stream, std::span<double> total) {
    const std::size_t n = rate.size();
    const std::uint64_t named = random::mix(0, stream);
    const double end = interval * static_cast<double>(total.size());
    std::size_t state = pick(start, open_unit(named, 0));
    std::uint64_t draw = 1;
    std::vector<double> out(n);
    for (double t = 0.0; t < end; draw += 2) {
        for (std::size_t j = 0; j < n; ++j) out[j] = j == state ? 0.0 : generator[state * n + j];
        double leaving = 0.0;
        for (const double q : out) leaving += q;
        const double next = leaving > 0.0 ? t - maths::log(open_unit(named, draw)) / leaving : end;
        spread(t, next, rate[state], interval, total);
        state = leaving > 0.0 ? pick(out, open_unit(named, draw + 1)) : state;
        t = next;
    }
}

void on_off(Law on, Law off, double interval, std::uint64_t stream, std::span<double> total) {
    const std::uint64_t named = random::mix(0, stream);
    const double end = interval * static_cast<double>(total.size());
    bool sends = open_unit(named, 0) * (on.mean + off.mean) < on.mean;
    double t = remains(sends ? on : off, open_unit(named, 1));
    if (sends) spread(0.0, t, 1.0, interval, total);
    for (std::uint64_t draw = 2; t < end; ++draw) {
        sends = !sends;
        const double next = t + lasts(sends ? on : off, open_unit(named, draw));
        if (sends) spread(t, next, 1.0, interval, total);
        t = next;
    }
}

}  // namespace easterly::traffic
