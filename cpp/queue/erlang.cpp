#include "queue/erlang.hpp"

#include <algorithm>
#include <cmath>

namespace easterly::queue {

namespace {

// Sums over the first m powers of x in [0, 1], by doubling: every term is positive, and there are log2 m steps.
struct Powers {
    double power = 1.0;   // x^m
    double sum = 0.0;     // x^0 + ... + x^(m-1)
    double rising = 0.0;  // 0 x^0 + 1 x^1 + ... + (m-1) x^(m-1)
    double falling = 0.0; // m x^0 + (m-1) x^1 + ... + 1 x^(m-1)
};

Powers powers(double x, std::int64_t m) {
    Powers at;
    double count = 0.0;
    for (int bit = 62; bit >= 0; --bit) {
        at.rising += at.power * (at.rising + count * at.sum);
        at.falling += count * at.sum + at.power * at.falling;
        at.sum += at.power * at.sum;
        at.power *= at.power;
        count *= 2.0;
        if ((m >> bit) & 1) {
            at.falling += at.sum + at.power;
            at.rising += count * at.power;
            at.sum += at.power;
            at.power *= x;
            count += 1.0;
        }
    }
    return at;
}

}  // namespace

Below below(std::int64_t servers, double load) {
    // What came before so many states is forgotten: the error of the start shrinks by k / a each step.
    const double reach = 64.0 + 10.0 * std::sqrt(load), top = std::min(static_cast<double>(servers), load);
    auto k = static_cast<std::int64_t>(std::max(0.0, std::floor(top - reach)));
    const auto start = static_cast<double>(k);
    Below at{1.0, 0.0};
    if (k > 0) at = {load / (load - start), start * (load / (load - start))};
    while (k < servers && at.busy < kInfinite) {
        ++k;
        const auto now = static_cast<double>(k);
        const double ratio = now / load;
        at = {1.0 + at.states * ratio, now + at.busy * ratio};
    }
    return at;
}

namespace {

// The same without the mean: half of the work.
double states_below(std::int64_t servers, double load) {
    const double reach = 64.0 + 10.0 * std::sqrt(load), top = std::min(static_cast<double>(servers), load);
    auto k = static_cast<std::int64_t>(std::max(0.0, std::floor(top - reach)));
    double states = k > 0 ? load / (load - static_cast<double>(k)) : 1.0;
    while (k < servers && states < kInfinite) {
        ++k;
        states = 1.0 + states * (static_cast<double>(k) / load);
    }
    return states;
}

}  // namespace

Station mmc(double arrival, double rate, std::int64_t servers) {
    if (arrival == 0.0) return {0.0, 0.0, 0.0, 0.0, 0.0, 1.0 / rate, 0.0, 0.0};
    const auto c = static_cast<double>(servers);
    const double capacity = c * rate, load = arrival / rate, rho = load / c, spare = capacity - arrival;
    if (!(spare > 0.0) || rho >= 1.0)
        return {rho, 1.0, kInfinite, kInfinite, kInfinite, kInfinite, 0.0, arrival};
    const double states = states_below(servers, load);
    const double idle = spare / capacity;
    const double P_wait = 1.0 / (rho + states * idle);
    const double Lq = P_wait * rho / idle, Wq = P_wait / spare;
    return {rho, P_wait, Lq, Wq, Lq + load, Wq + 1.0 / rate, 0.0, arrival};
}

namespace {

// All states relative to state c (`low`) or, under overload, to the full station.
struct Weights {
    double under, wait, queue, last;  // below c; c to the last but one; the mean queue; the full station
};

Weights weights(double under, double rho, std::int64_t room) {
    if (rho <= 1.0) {
        const Powers at = powers(rho, room);
        return {under, at.sum, at.rising + static_cast<double>(room) * at.power, at.power};
    }
    const double down = 1.0 / rho;
    const Powers at = powers(down, room);  // from the full station downwards; x^m belongs to state c
    return {under * at.power, room > 0 ? at.sum * down : 0.0, at.falling, 1.0};
}

}  // namespace

Station mmck(double arrival, double rate, std::int64_t servers, std::int64_t places) {
    const double load = arrival / rate, c = static_cast<double>(servers), offered = load / c;
    if (arrival == 0.0) return {0.0, 0.0, 0.0, 0.0, 0.0, 1.0 / rate, 0.0, 0.0};
    const Below low = below(servers, load);
    const std::int64_t room = places - servers;
    if (low.states >= kInfinite || low.busy >= kInfinite)  // state c is out of reach
        return {offered, 0.0, 0.0, 0.0, load, 1.0 / rate, 0.0, arrival};
    // Below state c alone: states - 1 without its rounding, for a station that is nearly always full.
    const Below less = servers > 1 ? below(servers - 1, load) : Below{1.0, 0.0};
    const double under = less.states * (c / load);
    const Weights w = weights(under, offered, room);
    const double scale = under > 0.0 ? w.under / under : 1.0;
    const double all = w.under + w.wait + w.last, admitted = (w.under + w.wait) / all;
    const double carried = arrival * admitted, Lq = w.queue / all;
    const double busy = (less.busy * (c / load) * scale + c * (w.wait + w.last)) / all;
    return {busy / c, w.wait / (w.under + w.wait), Lq, Lq / carried, Lq + busy, Lq / carried + 1.0 / rate,
            w.last / all, carried};
}

Station erlang_a(double arrival, double rate, std::int64_t servers, double patience) {
    const double load = arrival / rate, c = static_cast<double>(servers);
    if (arrival == 0.0) return {0.0, 0.0, 0.0, 0.0, 0.0, 1.0 / rate, 0.0, 0.0};
    const Below low = below(servers, load);
    if (low.states >= kInfinite || low.busy >= kInfinite)
        return {load / c, 0.0, 0.0, 0.0, load, 1.0 / rate, 0.0, arrival};
    // Queue i relative to the likeliest queue, outwards; t_i / t_(i-1) = arrival / (c rate + i patience).
    const double peak = std::max(0.0, std::floor((arrival - c * rate) / patience));
    const auto fraction = [&](double i) { return arrival / (c * rate + i * patience); };
    double sum = 1.0, first = peak, term = 1.0;
    for (double i = peak + 1.0;; ++i) {
        term *= fraction(i);
        if (!(term * i > 0x1p-60 * (first + term))) break;
        sum += term, first += i * term;
    }
    double zero = 1.0;
    for (double i = peak; i > 0.0; --i) {
        zero /= fraction(i);
        if (zero < 1e-290) {
            zero = 0.0;
            break;
        }
        sum += zero, first += (i - 1.0) * zero;
    }
    const double under = (low.states - 1.0) * zero, all = under + sum;
    const double Lq = first / all, lost = patience * Lq, busy = ((low.busy - c) * zero + c * sum) / all;
    const double carried = busy * rate, W = Lq / arrival + carried / arrival / rate;
    return {busy / c, sum / all, Lq, Lq / arrival, Lq + busy, W, lost / arrival, carried};
}

Station mg1(double arrival, double mean, double scv) {
    const double rho = arrival * mean;
    if (rho >= 1.0) return {rho, 1.0, kInfinite, kInfinite, kInfinite, kInfinite, 0.0, arrival};
    const double spare = 1.0 - rho;
    if (arrival == 0.0) return {0.0, 0.0, 0.0, 0.0, 0.0, mean, 0.0, 0.0};
    const double Wq = rho * mean * (1.0 + scv) / (2.0 * spare);
    const double Lq = arrival * Wq;  // rho^2 may be nothing
    return {rho, rho, Lq, Wq, rho + Lq, mean + Wq, 0.0, arrival};
}

}  // namespace easterly::queue
