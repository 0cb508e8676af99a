#include <tuple>

#include "bind/arrays.hpp"
#include "bind/rooms.hpp"
#include "bind/traffic_docs.hpp"
#include "traffic/chain.hpp"
#include "traffic/fourier.hpp"
#include "traffic/noise.hpp"
#include "traffic/sources.hpp"
#include "traffic/wavelet.hpp"

namespace easterly::bind {

namespace {

using nb::literals::operator""_a;
using Floats = In<double>;
using Table = In2<double>;
using Streams = In<std::uint64_t>;
using traffic::Law;
using traffic::Modulator;

constexpr std::int64_t kMostValues = std::int64_t{1} << 28;
constexpr std::size_t kMostStates = 512;
constexpr double kMostMean = 0x1p50;

void size_of(const char* name, std::int64_t value, std::int64_t least, std::int64_t most) {
    if (value < least || value > most)
        refuse(std::string(name) + " is " + std::to_string(value) + ", not within " + std::to_string(least) + ".." +
               std::to_string(most));
}

void above_zero(const char* name, double value) {
    if (!(value > 0.0 && std::isfinite(value)))
        refuse(std::string(name) + " is " + std::to_string(value) + ", not a number above 0");
}

void exponent(double hurst) {
    if (!(hurst > 0.0 && hurst < 1.0)) refuse("hurst is " + std::to_string(hurst) + ", not between 0 and 1");
}

auto real_values(Floats real, Floats imaginary) {
    const auto re = view(real), im = view(imaginary);
    same_length("imaginary", im.size(), "entry of real", re.size());
    const std::size_t n = re.empty() ? 0 : re.size() - 1;
    if (n < 2 || (n & (n - 1)) != 0) refuse("real has " + std::to_string(re.size()) + " entries, not 2^k + 1");
    std::vector<traffic::Complex> half(re.size());
    for (std::size_t k = 0; k < re.size(); ++k) half[k] = {re[k], im[k]};
    std::vector<double> made;
    {
        nb::gil_scoped_release released;
        made = traffic::real_values(half);
    }
    return give(std::move(made));
}

auto noise_covariance(double hurst, std::int64_t count) {
    exponent(hurst);
    size_of("count", count, 0, kMostValues);
    std::vector<double> made(static_cast<std::size_t>(count));
    for (std::size_t k = 0; k < made.size(); ++k)
        made[k] = traffic::noise_covariance(hurst, static_cast<std::int64_t>(k));
    return give(std::move(made));
}

auto noise(double hurst, std::int64_t count, Streams stream) {
    exponent(hurst);
    const auto streams = view(stream);
    size_of("count", count, 1, kMostValues / static_cast<std::int64_t>(std::max<std::size_t>(streams.size(), 1)));
    const auto columns = static_cast<std::size_t>(count);
    std::vector<double> made(streams.size() * columns);
    {
        nb::gil_scoped_release released;
        const traffic::Noise source(hurst, columns);
        for (std::size_t i = 0; i < streams.size(); ++i)
            source.draw(streams[i], std::span(made).subspan(i * columns, columns));
    }
    return give(std::move(made), streams.size(), columns);
}

auto octaves(Floats values, int moments, std::int64_t least) {
    const auto x = view(values);
    size_of("moments", moments, 1, traffic::kMostMoments);
    size_of("least", least, 1, kMostValues);
    for (std::size_t i = 0; i < x.size(); ++i)
        if (!std::isfinite(x[i])) refuse(entry("values", i, std::to_string(x[i])) + ", not a finite number");
    std::vector<traffic::Octave> made;
    {
        nb::gil_scoped_release released;
        made = traffic::octaves(x, moments, least);
    }
    std::vector<std::int64_t> count(made.size());
    std::vector<double> energy(made.size());
    for (std::size_t j = 0; j < made.size(); ++j) count[j] = made[j].count, energy[j] = made[j].energy;
    return nb::make_tuple(give(std::move(count)), give(std::move(energy)));
}

auto log_gamma(Floats shape) {
    const auto a = view(shape);
    at_least("shape", a, 0.0, true);
    std::vector<double> mean(a.size()), variance(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        mean[i] = traffic::digamma(a[i]);
        variance[i] = traffic::trigamma(a[i]);
    }
    return nb::make_tuple(give(std::move(mean)), give(std::move(variance)));
}

auto poisson_counts(Floats mean, std::uint64_t stream) {
    const auto m = view(mean);
    for (std::size_t i = 0; i < m.size(); ++i)
        if (!(m[i] >= 0.0 && m[i] <= kMostMean)) refuse(entry("mean", i, std::to_string(m[i])) + ", not within 0..2^50");
    std::vector<std::int64_t> made(m.size());
    {
        nb::gil_scoped_release released;
        traffic::poisson_counts(m, stream, made);
    }
    return give(std::move(made));
}

// The chain with its diagonal written anew, so that its rows add up to 0.
traffic::Matrix chain(const Table& generator) {
    const std::size_t n = generator.shape(0);
    if (generator.shape(1) != n || n < 1 || n > kMostStates)
        refuse("generator is " + std::to_string(n) + " by " + std::to_string(generator.shape(1)) +
               ", not square with 1..512 states");
    traffic::Matrix made(n, {generator.data(), n * n});
    for (std::size_t i = 0; i < n; ++i) {
        double out = 0.0;
        for (std::size_t j = 0; j < n; ++j) {
            if (i == j) continue;
            if (!(made(i, j) >= 0.0 && std::isfinite(made(i, j))))
                refuse(entry("generator", i * n + j, std::to_string(made(i, j))) + ", not a rate");
            out += made(i, j);
        }
        made(i, i) = -out;
    }
    return made;
}

traffic::Vector law_of(const traffic::Matrix& q) {
    traffic::Vector law = traffic::stationary(q);
    if (law.empty()) refuse("generator leaves some state that it never comes back to: no stationary law");
    return law;
}

Modulator modulator(const Table& generator, const Floats& rate) {
    const auto r = view(rate);
    traffic::Matrix q = chain(generator);
    same_length("rate", r.size(), "state", q.size());
    at_least("rate", r, 0.0, false);
    traffic::Vector law = law_of(q);
    return {std::move(q), {r.begin(), r.end()}, std::move(law)};
}

auto modulated(Table generator, Floats rate, double interval, std::int64_t count, std::uint64_t stream) {
    const Modulator m = modulator(generator, rate);
    above_zero("interval", interval);
    size_of("count", count, 1, kMostValues);
    std::vector<double> made(static_cast<std::size_t>(count));
    const std::size_t n = m.rate.size();
    traffic::Vector cells(n * n);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) cells[i * n + j] = m.generator(i, j);
    {
        nb::gil_scoped_release released;
        traffic::modulated(cells, m.rate, m.law, interval, stream, made);
    }
    return give(std::move(made));
}

Law law(const char* name, double mean, double shape) {
    above_zero(name, mean);
    if (!(shape > 1.0)) refuse(std::string(name) + " times of shape " + std::to_string(shape) + ", not above 1");
    return {mean, shape};
}

auto on_off(double on_mean, double on_shape, double off_mean, double off_shape, double interval, std::int64_t count,
            Streams stream) {
    const Law on = law("on", on_mean, on_shape), off = law("off", off_mean, off_shape);
    above_zero("interval", interval);
    size_of("count", count, 1, kMostValues);
    const auto streams = view(stream);
    std::vector<double> made(static_cast<std::size_t>(count));
    {
        nb::gil_scoped_release released;
        for (const std::uint64_t each : streams) traffic::on_off(on, off, interval, each, made);
    }
    return give(std::move(made));
}

auto stationary(Table generator) { return give(law_of(chain(generator))); }

auto variances(Table generator, Floats rate, Floats window) {
    const Modulator m = modulator(generator, rate);
    const auto t = view(window);
    at_least("window", t, 0.0, false);
    std::vector<double> made(t.size());
    double long_run = 0.0;
    {
        nb::gil_scoped_release released;
        traffic::variances(m, t, made);
        long_run = traffic::long_run_variance(m);
    }
    return nb::make_tuple(give(std::move(made)), long_run);
}

auto log_moments(Table generator, Floats rate, Floats s, Floats t) {
    const Modulator m = modulator(generator, rate);
    const auto space = view(s), time = view(t);
    same_length("t", time.size(), "entry of s", space.size());
    at_least("s", space, 0.0, false);
    at_least("t", time, 0.0, false);
    std::vector<double> made(space.size());
    {
        nb::gil_scoped_release released;
        for (std::size_t i = 0; i < made.size(); ++i) made[i] = traffic::log_moment(m, space[i], time[i]);
    }
    return give(std::move(made));
}

auto growths(Table generator, Floats rate, Floats s) {
    const Modulator m = modulator(generator, rate);
    const auto space = view(s);
    at_least("s", space, 0.0, false);
    std::vector<double> low(space.size()), high(space.size());
    {
        nb::gil_scoped_release released;
        for (std::size_t i = 0; i < low.size(); ++i) {
            traffic::Matrix a = m.generator;
            for (std::size_t k = 0; k < m.rate.size(); ++k) a(k, k) += space[i] * m.rate[k];
            std::tie(low[i], high[i]) = traffic::growth(a);
        }
    }
    return nb::make_tuple(give(std::move(low)), give(std::move(high)));
}

}  // namespace

void traffic_models(nb::module_& m) {
    m.def("real_values", &real_values, "real"_a.noconvert(), "imaginary"_a.noconvert(), kRealValues);
    m.def("noise_covariance", &noise_covariance, "hurst"_a, "count"_a, kNoiseCovariance);
    m.def("noise", &noise, "hurst"_a, "count"_a, "stream"_a.noconvert(), kNoise);
    m.def("octaves", &octaves, "values"_a.noconvert(), "moments"_a, "least"_a, kOctaves);
    m.def("log_gamma", &log_gamma, "shape"_a.noconvert(), kLogGamma);
    m.def("poisson_counts", &poisson_counts, "mean"_a.noconvert(), "stream"_a, kPoissonCounts);
    m.def("modulated", &modulated, "generator"_a.noconvert(), "rate"_a.noconvert(), "interval"_a, "count"_a,
          "stream"_a, kModulated);
    m.def("on_off", &on_off, "on_mean"_a, "on_shape"_a, "off_mean"_a, "off_shape"_a, "interval"_a, "count"_a,
          "stream"_a.noconvert(), kOnOff);
    m.def("stationary", &stationary, "generator"_a.noconvert(), kStationary);
    m.def("variances", &variances, "generator"_a.noconvert(), "rate"_a.noconvert(), "window"_a.noconvert(), kVariances);
    m.def("log_moments", &log_moments, "generator"_a.noconvert(), "rate"_a.noconvert(), "s"_a.noconvert(),
          "t"_a.noconvert(), kLogMoments);
    m.def("growths", &growths, "generator"_a.noconvert(), "rate"_a.noconvert(), "s"_a.noconvert(), kGrowths);
}

}  // namespace easterly::bind
