// Congestion control: roots that are roots, and runs of fluid models that stay numbers within what each state may be, or
// end with a word.
#include <cmath>
#include <stdexcept>
#include <vector>

#include "bytes.hpp"
#include "control/fluids.hpp"
#include "control/lambert.hpp"
#include "control/loop.hpp"

namespace {

using namespace easterly::control;
using easterly::maths::Turn;
using fuzz::Bytes;
using Column = std::vector<double>;

double size(Bytes& bytes, double least, double most) { return std::pow(10.0, bytes.real(std::log10(least), std::log10(most))); }
double either(Bytes& bytes, double least, double most) { return (bytes.flip() ? -1.0 : 1.0) * size(bytes, least, most); }

void circle(Bytes& bytes) {
    const double x = either(bytes, 1e-300, 1e300), y = either(bytes, 1e-300, 1e300);
    const Turn at = easterly::maths::turn(x);
    HOLDS(std::fabs(at.sine * at.sine + at.cosine * at.cosine - 1.0) <= 1e-12);
    const double angle = easterly::maths::angle(y, x), far = std::fmax(std::fabs(x), std::fabs(y));
    HOLDS(std::fabs(angle) <= easterly::maths::kPi && std::isfinite(angle));
    HOLDS(std::fabs(std::sin(angle) * (x / far) - std::cos(angle) * (y / far)) <= 1e-12);
}

void roots(Bytes& bytes) {
    const Complex z{bytes.byte() % 4 ? either(bytes, 1e-300, 1e300) : 0.0, bytes.flip() ? either(bytes, 1e-300, 1e300) : 0.0};
    const std::int64_t branch = bytes.byte() % 4 ? bytes.within(-3, 3) : bytes.within(-1'000'000'000, 1'000'000'000);
    const Complex w = lambert(z, branch);
    if (z.re == 0.0 && z.im == 0.0) {
        HOLDS(branch ? w.re == -INFINITY : w.re == 0.0);
        return;
    }
    HOLDS(std::isfinite(w.re) && std::isfinite(w.im));
    // Where branches meet, and where the angle itself is rounded, the root is as near as it can be.
    const Complex again = w.re < -600.0 ? exp(log(z) - w) : z * exp(-1.0 * w);
    HOLDS(size(w - again) <= 1e-7 + 1e-9 * size(w) + 1e-15 * size(w) * size(w));
}

void frequencies(Bytes& bytes) {
    const auto n = static_cast<std::size_t>(bytes.within(1, 4));
    const auto column = [&](std::size_t count) {
        Column made(count);
        for (double& x : made) x = bytes.flip() ? either(bytes, 1e-6, 1e6) : 0.0;
        return made;
    };
    const Column now = column(n * n), past = column(n * n), into = column(n), out = column(n);
    const Linear system{now, past, into, out, bytes.flip() ? 0.0 : size(bytes, 1e-6, 1.0)};
    const Complex s{bytes.flip() ? 0.0 : either(bytes, 1e-6, 1e2), either(bytes, 1e-6, 1e6)};
    const Complex det = determinant(system, s), made = response(system, s);
    HOLDS(std::isfinite(det.re) && std::isfinite(det.im));
    HOLDS(std::isnan(made.re) == std::isnan(made.im));
    if (det.re != 0.0 || det.im != 0.0) HOLDS(!std::isnan(made.re));
}

template <class Model>
void run(Bytes& bytes, const Model& model, Column first, double step) {
    const auto steps = static_cast<std::size_t>(bytes.within(0, 200)), every = static_cast<std::size_t>(bytes.within(1, 9));
    try {
        const Column rows = integrate(model, first, step, steps, every);
        HOLDS(rows.size() == first.size() * (1 + steps / every));
        for (const double x : rows) HOLDS(std::isfinite(x));
        for (std::size_t from = first.size(); from < rows.size(); from += first.size()) {
            State last(rows.begin() + static_cast<std::ptrdiff_t>(from), rows.begin() + static_cast<std::ptrdiff_t>(from + first.size()));
            const State was = last;
            model.keep(last);
            HOLDS(last == was);
        }
    } catch (const std::domain_error&) {
    }
}

double wild(Bytes& bytes) { return size(bytes, 1e-30, 1e30); }
double tame(Bytes& bytes) { return size(bytes, 1e-3, 1e3); }

// What the binding takes, wild or as somebody might mean it; delays are none, or a step at least.
template <class Draw>
void fluids(Bytes& bytes, Draw draw) {
    const auto value = [&] { return draw(bytes); };
    const auto maybe = [&] { return bytes.byte() % 4 ? draw(bytes) : 0.0; };
    const double path = value(), step = path * bytes.real(0.01, 1.0);
    switch (bytes.byte() % 4) {
        case 0:
            return run(bytes, Reno{value(), value(), path, maybe(), maybe(), maybe(), maybe(), maybe()},
                       {value(), maybe(), maybe(), bytes.real(0.0, 1.0)}, step);
        case 1:
            return run(bytes, Dctcp{value(), value(), path, value(), value()}, {value(), bytes.real(0.0, 1.0), maybe()}, step);
        case 2: {
            Column flows, first;
            const double rate = value(), from = maybe();
            for (std::int64_t group = bytes.within(1, 3); group > 0; --group) {
                flows.push_back(value());
                for (const double top : {1.0, rate, rate}) first.push_back(bytes.real(0.0, 1.0) * top);
            }
            first.push_back(maybe());
            const Dcqcn model{rate, bytes.flip() ? path : 0.0, from, from + value(), bytes.real(1e-6, 1.0), bytes.real(1e-6, 1.0),
                              value(), value(), value(), value(), maybe(), value(), flows};
            return run(bytes, model, first, step);
        }
        default: {
            const auto links = static_cast<std::size_t>(bytes.within(1, 3)), flows = static_cast<std::size_t>(bytes.within(1, 3));
            Column routes(links * flows), capacity(links), weight(flows), delay(flows), gain(flows);
            for (double& part : routes) part = bytes.flip() ? 1.0 : maybe();
            for (double& each : capacity) each = value();
            for (std::size_t f = 0; f < flows; ++f)
                weight[f] = value(), gain[f] = value(), delay[f] = bytes.flip() ? step * bytes.real(1.0, 30.0) : 0.0;
            const Network net{routes, capacity, weight, delay, bytes.flip() ? 1.0 : size(bytes, 1e-2, 32.0)};
            Column rates(flows), prices(links);
            for (double& each : rates) each = maybe();
            for (double& each : prices) each = maybe();
            if (bytes.flip()) return run(bytes, Primal{net, gain, size(bytes, 1e-2, 1e4)}, rates, step);
            return run(bytes, Dual{net, value(), value()}, prices, step);
        }
    }
}

}  // namespace

void fuzz::target(Bytes bytes) {
    switch (bytes.byte() % 5) {
        case 0: return circle(bytes);
        case 1: return roots(bytes);
        case 2: return frequencies(bytes);
        case 3: return fluids(bytes, wild);
        default: return fluids(bytes, tame);
    }
}
