#include "calculus/curve.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace easterly::calculus {

namespace {

// A walk along a curve: where it is, and how it goes on.
struct Walk {
    explicit Walk(const Curve& curve) : bends(curve.bends), y(curve.start), slope(curve.slope) {}

    double ahead() const { return next < bends.size() ? bends[next].at - t : kInf; }

    void bend() {
        t = bends[next].at;
        slope += bends[next++].change;
        if (slope < 0.0) slope = 0.0;  // what rounding leaves of a difference that is none
    }

    // Goes on by so much; over the next bend if that is it.
    void by(double time) {
        y += slope * time;
        if (next < bends.size() && time >= bends[next].at - t)
            bend();
        else
            t += time;
    }

    // First time at which the height is above `height`, if it is lower now; infinite if it never is.
    double reach(double height) {
        while (true) {
            const double left = ahead();
            const double needs = slope > 0.0 ? (height - y) / slope : (y > height ? 0.0 : kInf);
            if (needs < left) {
                by(needs);
                y = height;
                return t;
            }
            if (left == kInf) return kInf;
            by(left);
        }
    }

    const std::vector<Bend>& bends;
    std::size_t next = 0;
    double t = 0.0, y, slope;
};

// Bends of both, the second's times `sign`, in the order of time.
std::vector<Bend> merged(const std::vector<Bend>& a, const std::vector<Bend>& b, double sign) {
    std::vector<Bend> made(a.size() + b.size());
    std::size_t i = 0, j = 0;
    for (Bend& next : made) {
        if (j == b.size() || (i < a.size() && a[i].at <= b[j].at))
            next = a[i++];
        else
            next = {b[j].at, sign * b[j].change}, ++j;
    }
    return made;
}

// The part above 0 of a convex curve that begins at or below it.
Curve positive(const Curve& whole) {
    double t = 0.0, y = whole.start, slope = whole.slope;
    std::size_t next = 0;
    const auto& bends = whole.bends;
    while (true) {
        const double until = next < bends.size() ? bends[next].at : kInf;
        const double crossing = slope > 0.0 ? t - y / slope : kInf;
        if (crossing < until) {
            Curve made;
            made.bends.reserve(bends.size() - next + 1);
            made.bends.push_back({std::max(crossing, t), slope});
            made.bends.insert(made.bends.end(), bends.begin() + static_cast<std::ptrdiff_t>(next), bends.end());
            return made;
        }
        if (until == kInf) return {};
        y += slope * (until - t);
        t = until;
        slope += bends[next++].change;
    }
}

}  // namespace

void Curve::clear() {
    start = slope = 0.0;
    bends.clear();
}

double Curve::last_slope() const {
    double last = slope;
    for (const Bend& bend : bends) last += bend.change;
    return last;
}

Curve rate_latency(double rate, double latency) {
    Curve made;
    made.bends.push_back({latency, rate});
    return made;
}

Curve sum(const Curve& a, const Curve& b) {
    if (a.is_nothing() || b.is_nothing()) return a.is_nothing() ? b : a;
    return {a.start + b.start, a.slope + b.slope, merged(a.bends, b.bends, 1.0)};
}

Curve later(const Curve& arrival, double delay) {
    Walk walk(arrival);
    while (walk.ahead() <= delay - walk.t) walk.by(walk.ahead());
    Curve made{walk.y + walk.slope * (delay - walk.t), walk.slope, {}};
    for (std::size_t i = walk.next; i < arrival.bends.size(); ++i)
        made.bends.push_back({arrival.bends[i].at - delay, arrival.bends[i].change});
    return made;
}

Curve residual(const Curve& service, const Curve& arrival, double block) {
    return positive({service.start - arrival.start - block, service.slope - arrival.slope,
                     merged(service.bends, arrival.bends, -1.0)});
}

Curve part(const Curve& service, double share, double block) {
    Curve made = positive({service.start - block, service.slope, service.bends});
    for (Bend& bend : made.bends) bend.change *= share;
    return made;
}

Curve capped(const Curve& service, double rate) {
    Curve made{service.start, std::min(service.slope, rate), {}};
    double slope = service.slope, allowed = made.slope;
    for (const Bend& bend : service.bends) {
        slope += bend.change;
        const double now = std::min(slope, rate);
        if (now > allowed) made.bends.push_back({bend.at, now - allowed});
        allowed = std::max(allowed, now);
    }
    return made;
}

double delay(const Curve& arrival, const Curve& service) {
    if (arrival.is_nothing()) return 0.0;
    if (std::isinf(arrival.start)) return kInf;
    Walk in(arrival), out(service);
    if (out.reach(in.y) == kInf) return kInf;
    // The distance grows while the service rises slower than the arrival; both go on at equal heights.
    while (out.slope < in.slope) {
        const double to_in = in.ahead() * in.slope, to_out = out.ahead() * out.slope;
        if (to_in == kInf && to_out == kInf) return kInf;
        const double rise = std::min(to_in, to_out);
        const double in_s = to_in == rise ? in.ahead() : rise / in.slope;
        const double out_s = to_out == rise ? out.ahead() : rise / out.slope;
        in.by(in_s);
        out.by(out_s);
    }
    return std::max(out.t - in.t, 0.0);
}

double backlog(const Curve& arrival, const Curve& service) {
    if (arrival.is_nothing()) return 0.0;
    Walk in(arrival), out(service);
    while (in.slope > out.slope) {
        const double time = std::min(in.ahead(), out.ahead());
        if (time == kInf) return kInf;
        in.by(time);
        out.by(time);
    }
    return std::max(in.y - out.y, 0.0);
}

}  // namespace easterly::calculus
