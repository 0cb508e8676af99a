// Fluid models of congestion control at one port, and of Kelly's controls on a network: slopes for `integrate`.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "control/past.hpp"
#include "maths/elementary.hpp"

namespace easterly::control {

using State = std::vector<double>;

inline double within(double x, double low, double high) { return x < low ? low : x > high ? high : x; }

// A state as it was `delay` ago; as it is where there is no delay.
inline double ago(const State& x, const Past& past, double time, double delay, std::size_t i) {
    return delay > 0.0 ? past.at(time - delay, i) : x[i];
}

// TCP Reno at a port with queue management (Misra, Gong and Towsley 2000): window, queue, smoothed queue, integral.
// Marks: gain (smoothed - from) + integral, within 0..1. RED: no integral; PI (Hollot et al. 2001): nothing smoothed.
struct Reno {
    double flows, rate, path;                   // packets per second, seconds
    double gain, from, smooth, integral, target;  // smooth: 1/s, 0 for none

    double marks(double smoothed, double sum) const { return within(gain * (smoothed - from) + sum, 0.0, 1.0); }

    void slope(double t, const State& x, const Past& past, State& out) const {
        const double rtt = path + x[1] / rate;
        const double then_queue = ago(x, past, t, rtt, 1), then_rtt = path + then_queue / rate;
        const double seen = smooth > 0.0 ? ago(x, past, t, rtt, 2) : then_queue;
        const double p = marks(seen, ago(x, past, t, rtt, 3));
        out[0] = 1.0 / rtt - x[0] * ago(x, past, t, rtt, 0) / (2.0 * then_rtt) * p;
        out[1] = flows * x[0] / rtt - rate;
        if (x[1] <= 0.0 && out[1] < 0.0) out[1] = 0.0;
        out[2] = smooth * (x[1] - x[2]);
        out[3] = integral * (x[1] - target);
        if ((x[3] <= 0.0 && out[3] < 0.0) || (x[3] >= 1.0 && out[3] > 0.0)) out[3] = 0.0;
    }
    void keep(State& x) const {
        x[0] = std::max(x[0], 0.0);
        x[1] = std::max(x[1], 0.0);
        x[3] = within(x[3], 0.0, 1.0);
    }
};

// DCTCP (Alizadeh, Javanmard and Prabhakar 2011): window, alpha, queue; marks above a threshold, a round trip ago.
struct Dctcp {
    double flows, rate, path, gain, threshold;

    void slope(double t, const State& x, const Past& past, State& out) const {
        const double rtt = path + x[2] / rate;
        const double p = ago(x, past, t, path + threshold / rate, 2) > threshold ? 1.0 : 0.0;
        out[0] = (1.0 - x[0] * x[1] / 2.0 * p) / rtt;
        out[1] = gain / rtt * (p - x[1]);
        out[2] = flows * x[0] / rtt - rate;
        if (x[2] <= 0.0 && out[2] < 0.0) out[2] = 0.0;
    }
    void keep(State& x) const {
        x[0] = std::max(x[0], 0.0);
        x[1] = within(x[1], 0.0, 1.0);
        x[2] = std::max(x[2], 0.0);
    }
};

// log(1 - p) and e^x - 1 without what is lost near 0.
inline double log_miss(double p) {
    if (p >= 1.0) return -1e3;
    if (p > 0.02) return maths::log(1.0 - p);
    double sum = 0.0;
    for (int k = 9; k >= 1; --k) sum = 1.0 / k + p * sum;
    return -p * sum;
}
inline double less_one(double x) {
    if (std::fabs(x) > 0.02) return maths::exp(within(x, -700.0, 700.0)) - 1.0;
    double made = 1.0;
    for (int k = 9; k >= 2; --k) made = 1.0 + x * made / k;
    return x * made;
}

// DCQCN (Zhu et al. 2015): alpha, target and rate of each group of equal flows, then the queue; packets and seconds.
struct Dcqcn {
    double rate, delay;
    double from, to, most;                           // marks: Kmin, Kmax, Pmax
    double gain, cnp, update, timer, count, stages, add;  // g, tau, tau', T, B, F, R_AI
    std::span<const double> flows;                   // of each group

    double marks(double queue) const {
        return queue <= from ? 0.0 : queue > to ? 1.0 : (queue - from) / (to - from) * most;
    }
    void slope(double t, const State& x, const Past& past, State& out) const {
        const std::size_t groups = flows.size(), q = 3 * groups;
        const double p = marks(ago(x, past, t, delay, q)), miss = log_miss(p);
        double sum = 0.0;
        for (std::size_t k = 0; k < groups; ++k) {
            const double alpha = x[3 * k], target = x[3 * k + 1], now = x[3 * k + 2];
            const double then = ago(x, past, t, delay, 3 * k + 2);
            const double told = -less_one(cnp * then * miss), by_time = timer * then;
            const double counted = p > 0.0 ? p / less_one(-count * miss) : 1.0 / count;
            const double timed = p > 0.0 ? p / less_one(-by_time * miss) : 1.0 / by_time;
            const double late = 1.0 + less_one(stages * count * miss), soon = 1.0 + less_one(stages * by_time * miss);
            out[3 * k] = gain / update * (-less_one(update * then * miss) - alpha);
            out[3 * k + 1] = -(target - now) / cnp * told + add * then * (late * counted + soon * timed);
            out[3 * k + 2] = -now * alpha / (2.0 * cnp) * told + (target - now) / 2.0 * then * (counted + timed);
            sum += flows[k] * now;
        }
        out[q] = sum - rate;
        if (x[q] <= 0.0 && out[q] < 0.0) out[q] = 0.0;
    }
    void keep(State& x) const {
        const std::size_t groups = flows.size();
        for (std::size_t k = 0; k < groups; ++k) {
            x[3 * k] = within(x[3 * k], 0.0, 1.0);
            x[3 * k + 1] = within(x[3 * k + 1], 1e-9 * rate, rate);
            x[3 * k + 2] = within(x[3 * k + 2], 1e-9 * rate, rate);
        }
        x[3 * groups] = std::max(x[3 * groups], 0.0);
    }
};

// Links by rows, flows by columns; what a flow hears and answers is as old as its round trip.
struct Network {
    std::span<const double> routes, capacity, weight, delay;
    double alpha;
    std::size_t links() const { return capacity.size(); }
    std::size_t flows() const { return weight.size(); }
    double share(std::size_t l, std::size_t f) const { return routes[l * flows() + f]; }
};

constexpr double kDearest = 1e100;

// Primal (Kelly, Maulloo and Tan 1998): x' = gain (w - x^alpha q), with prices (load / capacity)^steep of links.
struct Primal {
    Network net;
    std::span<const double> gain;
    double steep;

    void slope(double t, const State& x, const Past& past, State& out) const {
        for (std::size_t f = 0; f < net.flows(); ++f) {
            double q = 0.0;
            for (std::size_t l = 0; l < net.links(); ++l) {
                if (net.share(l, f) == 0.0) continue;
                double load = 0.0;
                for (std::size_t g = 0; g < net.flows(); ++g)
                    if (net.share(l, g) > 0.0) load += net.share(l, g) * heard(t, x, past, f, g);
                q += net.share(l, f) * std::min(maths::pow(load / net.capacity[l], steep), kDearest);
            }
            const double then = heard(t, x, past, f, f);
            out[f] = gain[f] * (net.weight[f] - (net.alpha == 1.0 ? then : maths::pow(then, net.alpha)) * q);
        }
    }
    void keep(State& x) const {
        for (double& rate : x) rate = within(rate, 0.0, most());
    }
    // What swings up stays in the range of numbers: a hundred times the largest capacity is no rate of anything.
    double most() const { return 100.0 * *std::max_element(net.capacity.begin(), net.capacity.end()); }
    double heard(double t, const State& x, const Past& past, std::size_t by, std::size_t flow) const {
        return within(ago(x, past, t, net.delay[by], flow), 0.0, most());
    }
};

// Dual (Low and Lapsley 1999): p' = gain (load - capacity), not below 0, and x = (w / q)^(1 / alpha), at most `most`.
struct Dual {
    Network net;
    double gain, most;

    double rate(double t, const State& p, const Past& past, std::size_t f) const {
        double q = 0.0;
        for (std::size_t l = 0; l < net.links(); ++l)
            if (net.share(l, f) > 0.0) q += net.share(l, f) * ago(p, past, t, net.delay[f], l);
        if (!(q > 0.0)) return most;
        return std::min(most, net.alpha == 1.0 ? net.weight[f] / q : maths::pow(net.weight[f] / q, 1.0 / net.alpha));
    }
    void slope(double t, const State& p, const Past& past, State& out) const {
        for (std::size_t l = 0; l < net.links(); ++l) out[l] = -net.capacity[l];
        for (std::size_t f = 0; f < net.flows(); ++f) {
            const double x = rate(t, p, past, f);
            for (std::size_t l = 0; l < net.links(); ++l) out[l] += net.share(l, f) * x;
        }
        for (std::size_t l = 0; l < net.links(); ++l) {
            out[l] *= gain;
            if (p[l] <= 0.0 && out[l] < 0.0) out[l] = 0.0;
        }
    }
    void keep(State& p) const {
        for (double& price : p) price = std::max(price, 0.0);
    }
};

}  // namespace easterly::control
