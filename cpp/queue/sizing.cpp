#include "queue/sizing.hpp"

#include <algorithm>
#include <cmath>

#include "maths/elementary.hpp"
#include "queue/erlang.hpp"

namespace easterly::queue {

namespace {

// (1 - e^-x) / x, at 0 one.
double relative_loss(double x) {
    if (std::abs(x) > 0.5) return (1.0 - maths::exp(-x)) / x;
    double sum = 1.0, term = 1.0;
    for (int k = 2; k < 20; ++k) term *= -x / k, sum += term;
    return sum;
}

// One aim, from the sum of states: `states` is one over Erlang's loss.
double value(Aim aim, double arrival, double rate, std::int64_t servers, double at, double states) {
    if (aim == Aim::loss) return 1.0 / states;
    const double c = static_cast<double>(servers), capacity = c * rate, spare = capacity - arrival;
    const double rho = arrival / rate / c;
    if (!(spare > 0.0) || rho >= 1.0) return aim == Aim::wait || aim == Aim::time ? kInfinite : 1.0;
    const double P_wait = 1.0 / (rho + states * (spare / capacity));
    switch (aim) {
        case Aim::wait: return P_wait / spare;
        case Aim::time: return P_wait / spare + 1.0 / rate;
        case Aim::wait_beyond: return P_wait * maths::exp(-spare * at);
        case Aim::time_beyond: return sojourn_beyond(arrival, rate, servers, P_wait, at);
        default: return P_wait;
    }
}

}  // namespace

double sojourn_beyond(double arrival, double rate, std::int64_t servers, double P_wait, double at) {
    // Service and, with P_wait, an exponential wait of rate s: e^-mt + P mu (e^-mt - e^-st) / (s - mu).
    const double spare = static_cast<double>(servers) * rate - arrival;
    const double low = std::min(spare, rate), gap = std::abs(spare - rate);
    const double both = rate * at * maths::exp(-low * at) * relative_loss(gap * at);
    return maths::exp(-rate * at) + P_wait * both;
}

double measure(Aim aim, double arrival, double rate, std::int64_t servers, double at) {
    const double load = arrival / rate;
    const double states = load > 0.0 ? below(servers, load).states : kInfinite;
    return value(aim, arrival, rate, servers, at, states);
}

std::int64_t fewest_servers(Aim aim, double arrival, double rate, double target, double at) {
    const double load = arrival / rate;
    // No fewer can do: the queue must be stable; of a loss system, what is carried is at most the servers.
    const double least = aim == Aim::loss ? std::floor(load * (1.0 - target)) : std::floor(load);
    auto c = std::max<std::int64_t>(1, static_cast<std::int64_t>(least));
    double states = load > 0.0 ? below(c, load).states : kInfinite;
    for (;; ++c, states = 1.0 + states * (static_cast<double>(c) / load)) {
        if (value(aim, arrival, rate, c, at, states) <= target) return c;
        if (states == kInfinite) return 0;  // nobody waits any more, and it is still too long
    }
}

double most_load(Aim aim, double rate, std::int64_t servers, double target, double at) {
    const auto good = [&](double arrival) { return measure(aim, arrival, rate, servers, at) <= target; };
    const double capacity = static_cast<double>(servers) * rate;
    double low = 0.0, high = capacity;
    if (!good(0.0)) return 0.0;
    if (aim == Aim::loss) {  // may be overloaded: carried <= capacity
        if (target >= 1.0) return kInfinite;
        high = capacity / (1.0 - target);
    }
    if (good(high)) return high;
    for (int i = 0; i < 200 && high - low > 0x1p-51 * high; ++i) {
        const double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high) break;
        (good(middle) ? low : high) = middle;
    }
    return low;
}

}  // namespace easterly::queue
