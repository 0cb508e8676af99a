// Piecewise linear curves of time in floating point: concave for what arrives, convex for what is served.
#pragma once

#include <limits>
#include <vector>

namespace easterly::calculus {

inline constexpr double kInf = std::numeric_limits<double>::infinity();

struct Bend {
    double at;      // s
    double change;  // of the slope there
};

// `start` just after 0, then `slope`, which changes at each bend, in the order of time.
struct Curve {
    double start = 0.0;
    double slope = 0.0;
    std::vector<Bend> bends;

    void clear();
    bool is_nothing() const { return start == 0.0 && slope == 0.0 && bends.empty(); }
    double last_slope() const;
};

// rate * (t - latency) from `latency` on.
Curve rate_latency(double rate, double latency);

Curve sum(const Curve& a, const Curve& b);

// `arrival(t + delay)`: what leaves of it where nothing waits longer. The delay is finite.
Curve later(const Curve& arrival, double delay);

// max(0, service - arrival - block), which is convex; nothing where it never grows.
Curve residual(const Curve& service, const Curve& arrival, double block);

// `share` of max(0, service - block).
Curve part(const Curve& service, double share, double block);

// The service followed by a shaper: no slope above `rate`.
Curve capped(const Curve& service, double rate);

// Largest horizontal distance from an arrival to a service: the delay in a first-in-first-out queue. May be infinite.
double delay(const Curve& arrival, const Curve& service);

// Largest vertical distance: the backlog. May be infinite.
double backlog(const Curve& arrival, const Curve& service);

}  // namespace easterly::calculus
