// Stations: numbers that are numbers and obey Little's law, quantiles that undo tails, sizes that are met and no larger
// than they must be. Rates and times are those that the room above lets through, 1e-100 to 1e100.
#include <algorithm>
#include <cmath>
#include <vector>

#include "bytes.hpp"
#include "queue/erlang.hpp"
#include "queue/gamma.hpp"
#include "queue/priority.hpp"
#include "queue/sizing.hpp"
#include "queue/waits.hpp"

namespace {

using namespace easterly::queue;
using fuzz::Bytes;

constexpr double kNear = 1e-9;
constexpr double kLargest = 1e8;  // of loads and servers: work is of the order of the root, and runs shall be many

bool share(double p) { return p >= 0.0 && p <= 1.0 + kNear; }
bool close(double a, double b) { return a == b || std::fabs(a - b) <= kNear * std::max(std::fabs(a), std::fabs(b)) + 1e-290; }

double size(Bytes& bytes, double least, double most) { return std::pow(10.0, bytes.real(std::log10(least), std::log10(most))); }

double arrivals(Bytes& bytes, double rate) {
    if (bytes.byte() % 8 == 0) return 0.0;
    return std::clamp(rate * size(bytes, 1e-12, kLargest), 1e-100, 1e100);
}

std::int64_t servers(Bytes& bytes) { return static_cast<std::int64_t>(size(bytes, 1.0, kLargest)); }

void check(const Station& s, double entering) {
    for (const double p : {s.P_wait, s.P_loss}) HOLDS(share(p));
    for (const double x : {s.rho, s.Lq, s.Wq, s.L, s.W, s.carried}) HOLDS(x >= 0.0);
    if (std::isinf(s.Wq)) return;
    HOLDS(close(s.Lq, entering * s.Wq) && close(s.L, entering * s.W) && s.W >= s.Wq && s.L >= s.Lq);
}

void stations(Bytes& bytes) {
    const double rate = size(bytes, 1e-100, 1e100), arrival = arrivals(bytes, rate);
    const std::int64_t c = servers(bytes);
    const Station more = mmc(arrival, rate, c + 1), one = mmc(arrival, rate, c);
    check(one, arrival);
    HOLDS(more.Wq <= one.Wq * (1.0 + kNear));
    const Station few = mmck(arrival, rate, c, c + bytes.within(0, std::int64_t{1} << 40));
    check(few, few.carried);
    const double patience = std::clamp(rate * size(bytes, 1e-6, 1e6), 1e-100, 1e100);
    if (arrival / patience <= kMostLoad) {
        const Station leaving = erlang_a(arrival, rate, c, patience);
        check(leaving, arrival);
    }
    const double scv = bytes.byte() % 8 ? size(bytes, 1e-100, 1e100) : bytes.flip() ? 0.0 : kInfinite;
    const double any = size(bytes, 1e-100, 1e100);
    check(mg1(any, size(bytes, 1e-100, 1e100), scv), any);
}

void sizing(Bytes& bytes) {
    const auto aim = static_cast<Aim>(bytes.within(0, kAims - 1));
    const double rate = size(bytes, 1e-100, 1e100), arrival = arrivals(bytes, rate);
    const bool time = aim == Aim::wait || aim == Aim::time;
    const double target = time ? size(bytes, 1e-20, 1e3) / rate : size(bytes, 1e-20, 0.999), at = bytes.flip() ? 0.0 : size(bytes, 1e-6, 1e6) / rate;
    const std::int64_t c = fewest_servers(aim, arrival, rate, target, at);
    if (c > 0) HOLDS(measure(aim, arrival, rate, c, at) <= target * (1.0 + kNear));
    if (c > 1) HOLDS(measure(aim, arrival, rate, c - 1, at) >= target * (1.0 - kNear));
    const std::int64_t given = std::min<std::int64_t>(servers(bytes), 100'000);
    const double load = most_load(aim, rate, given, target, at);
    HOLDS(load >= 0.0);
    if (load > 0.0 && std::isfinite(load)) HOLDS(measure(aim, load, rate, given, at) <= target);
    if (load > 0.0 && std::isfinite(load)) HOLDS(measure(aim, load * (1.0 + kNear), rate, given, at) >= target * (1.0 - kNear));
}

// A tail between 0 and 1 that falls, and its quantile: exceeded that often, and no sooner.
template <class Tail>
void undone(Bytes& bytes, const Tail& beyond) {
    const double wanted = size(bytes, 1e-12, 1.0), at = quantile(beyond, wanted);
    HOLDS(at >= 0.0 && std::isfinite(at) && beyond(at) <= wanted * (1.0 + 1e-6));
    if (at > 0.0) HOLDS(beyond(at * (1.0 - kNear)) >= wanted * (1.0 - 1e-6));
    const double near = size(bytes, 1e-6, 1e6), far = near * size(bytes, 1.0, 1e3);
    HOLDS(share(beyond(near)) && share(beyond(far)) && beyond(far) <= beyond(near) * (1.0 + 1e-6) + 1e-12);
}

void waits(Bytes& bytes) {
    const double rho = bytes.flip() ? bytes.real(0.0, 0x1.fffffffffffffp-1) : 1.0 - size(bytes, 1e-6, 1.0);
    if (bytes.flip()) {
        const Md1 fixed(rho);
        undone(bytes, [&](double t) { return fixed.exceeds(t); });
        return;
    }
    std::vector<double> residual(static_cast<std::size_t>(bytes.within(1, 40)));
    double total = 0.0;
    for (double& w : residual) total += w = bytes.byte() % 4 ? size(bytes, 1e-12, 1.0) : 0.0;
    if (total == 0.0) total = residual.front() = 1.0;
    for (double& w : residual) w /= total;
    const PhaseTail tail = compound(rho, residual);
    undone(bytes, [&](double t) { return tail.exceeds(t); });
}

void sojourn(Bytes& bytes) {
    const std::int64_t c = servers(bytes);
    const double arrival = static_cast<double>(c) * bytes.real(0.0, 1.0);
    const Station one = mmc(arrival, 1.0, c);
    if (std::isinf(one.Wq)) return;
    undone(bytes, [&](double t) { return sojourn_beyond(arrival, 1.0, c, one.P_wait, t); });
}

void priorities(Bytes& bytes) {
    const auto classes = static_cast<std::size_t>(bytes.within(1, 6));
    std::vector<double> arrival(classes), mean(classes), second(classes), wait(classes), time(classes);
    for (std::size_t k = 0; k < classes; ++k) {
        mean[k] = size(bytes, 1e-100, 1e100);
        arrival[k] = bytes.byte() % 8 ? std::min(bytes.real(0.0, 1.0) / mean[k], 1e100) : 0.0;
        second[k] = mean[k] * mean[k] * (1.0 + (bytes.byte() % 8 ? size(bytes, 1e-100, 1e100) : bytes.flip() ? 0.0 : kInfinite));
    }
    const Classes all{arrival, mean, second};
    non_preemptive(all, wait);
    preemptive_resume(all, time);
    for (std::size_t k = 0; k < classes; ++k) {
        HOLDS(wait[k] >= 0.0 && time[k] >= mean[k]);
        if (k > 0) HOLDS(wait[k] >= wait[k - 1]);
    }
}

void gammas(Bytes& bytes) {
    const double shape = size(bytes, 1e-3, 1e12), x = bytes.flip() ? size(bytes, 1e-300, 1e300) : shape * bytes.real(0.5, 2.0);
    const double tail = gamma_tail(shape, x), head = gamma_head(shape, x);
    HOLDS(share(tail) && share(head) && std::fabs(tail + head - 1.0) <= 1e-7);
    HOLDS(share(poisson(std::floor(shape), x)));
}

}  // namespace

void fuzz::target(Bytes bytes) {
    switch (bytes.byte() % 6) {
        case 0: return stations(bytes);
        case 1: return sizing(bytes);
        case 2: return waits(bytes);
        case 3: return sojourn(bytes);
        case 4: return priorities(bytes);
        default: return gammas(bytes);
    }
}
