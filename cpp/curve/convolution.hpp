// (min,+) convolution and deconvolution of functions. Only pairs of pieces of one period each are formed: what further
// periods add are copies of that, moved by i d_f + j d_g and raised by i c_f + j c_g, so that no operand is unrolled to
// the common multiple of the periods. (Bouillard, Thierry 2008, for what is formed; Zippo, Stea 2022-2026, for the
// periods that result.)
#pragma once

#include "curve/minimum.hpp"
#include "curve/rows.hpp"

namespace easterly::curve {

template <class Q>
Seq<Q> head(const Function<Q>& f) {
    return part(f.base, Q(0), f.T);
}
template <class Q>
Seq<Q> cycle(const Function<Q>& f) {
    return part(f.base, f.T, f.end(), true);
}

// Head and cycle, the point at T on one side: with the cycle where, moved by whole periods, it is nowhere below the
// function. Then nothing else is left of the head of a function that repeats from 0 on.
template <class Q>
struct Split {
    Seq<Q> head, cycle;  // the head is empty where it is +inf

    explicit Split(const Function<Q>& f) : head(curve::head(f)) {
        const Q at = head.back().v;
        const bool closes = f.tail() == Tail::finite && at.finite() && !(at + f.c < f.base.back().v);
        cycle = part(f.base, f.T, f.end(), !closes);
        if (closes) head.back().v = Q::infinity(1);
        if (head.size() == 1 && head.back().v.top()) head.clear();
    }
};

template <class Q>
bool endless(const Function<Q>& f) {  // there is something behind T
    return f.tail() != Tail::top;
}

// How many steps of d_g are of use where one of d_f is cheaper, or as cheap: those that reach all phases, and no more
// than pay off against the height of the band.
template <class Q>
std::int64_t useful_steps(const Q& d_f, const Q& c_f, const Q& d_g, const Q& c_g, const Band<Q>& band) {
    const Q phases = d_f / common(d_f, d_g) - Q(1), dearer = c_g - c_f / d_f * d_g, height = band.high - band.low;
    if (dearer.sign() <= 0 || !height.finite()) return phases.whole();
    return std::min(phases, (height / dearer).floor() + Q(1)).whole();
}

// The largest of f(t) - rho t behind the first point of a stretch.
template <class Q>
Q highest(const Seq<Q>& of, const Q& rho) {
    Q most = Q::infinity(-1);
    for (std::size_t i = 0; i + 1 < of.size(); ++i) {
        const Q &x = of[i].x, &next = of[i + 1].x;
        most = std::max({most, of[i].r - rho * x, of[i].at(next) - rho * next, of[i + 1].v - rho * next});
    }
    return most;
}

// Points and segments that are below rho t + level somewhere; +inf in place of the others.
template <class Q>
Seq<Q> below(const Seq<Q>& of, const Q& rho, const Q& level) {
    const Q top = Q::infinity(1);
    Build<Q> made;
    for (std::size_t i = 0; i + 1 < of.size(); ++i) {
        const Q &x = of[i].x, &next = of[i + 1].x, most = rho * x + level;
        const bool some = of[i].r < most || of[i].at(next) < rho * next + level;
        made.push(x, of[i].v < most ? of[i].v : top, some ? of[i].r : top, some ? of[i].s : Q(0));
    }
    return made.end(of.back().x, of.back().v);
}

// R(t) = min(f(t), R(t - d) + c) on [low, end], of a function that is +inf before `low`: by windows of d, each of them a
// part of one period of f beside the window before. Where both grow alike, the windows come to lie deeper and deeper
// within the band of f, and most of f is above whatever they may still become.
template <class Q>
Seq<Q> rolled(const Function<Q>& f, const Q& low, const Q& end, const Q& d, const Q& c) {
    Seq<Q> wide = stretch(f, std::max(f.T, low) + f.d + d, "a convolution");
    const bool alike = f.tail() == Tail::finite && f.slope() * d == c;
    std::size_t done = 0, look_at = 4;
    const double windows = static_cast<double>(((end - low) / d).floor().whole()) + 1.0;
    refuse_pieces(windows, "a convolution");
    Build<Q> made;
    Seq<Q> before;
    Q v = value(wide, low);
    for (Q a = low; a < end; a = a + d) {
        beat();
        const Q b = std::min(a + d, end), turns = a < f.T ? Q(0) : ((a - f.T) / f.d).floor(), back = turns * f.d;
        Seq<Q> window = moved(part(wide, a - back, b - back, true), back, turns * f.c);
        if (!before.empty()) {
            Seq<Q> again = moved(std::move(before), d, c);
            if (again.back().x != b) shorten(again, b);
            window = lower(window, again);
        }
        append(made, window, v);
        if (++done == look_at && alike) {
            look_at *= 2;
            wide = below(wide, f.slope(), highest(window, f.slope()));
        }
        if (a == low) made.reserve(static_cast<std::size_t>(windows) * 2 * window.size());
        v = window.back().v;
        before = std::move(window);
    }
    return made.end(end, v);
}

// Of the tails alone.
template <class Q>
Function<Q> of_tails(const Function<Q>& f, const Function<Q>& g) {
    if (g.slope() < f.slope()) return of_tails(g, f);
    const Q shared = f.straight() || f.tail() != Tail::finite ? g.d : f.d;
    const Function<Q> one = f.d == shared ? f : with_period(f, shared);
    const bool plain = g.straight() || g.tail() != Tail::finite;
    const Function<Q> two = plain && g.d != one.d ? with_period(g, one.d) : g;
    const Q low = one.T + two.T, high = one.end() + two.end();
    const Function<Q> all = spread(convolved(Split(one).cycle, Split(two).cycle), low, high, one.d, one.c);
    if (all.tail() != Tail::finite) return all;
    const std::int64_t steps = useful_steps(one.d, one.c, two.d, two.c, band(all, one.slope()));
    if (steps == 0) return all;
    const bool level = one.slope() == two.slope();
    const Q T = high - one.d + Q(steps) * two.d, d = level ? common(one.d, two.d) : one.d;
    Seq<Q> made = rolled(all, low, T + d, two.d, two.c);
    if (low.sign() > 0) made = padded(made, Q(0), T + d);
    return normal(Function<Q>{std::move(made), T, d, one.slope() * d});
}

template <class Q>
Function<Q> convolution(const Function<Q>& f, const Function<Q>& g) {
    const Split<Q> one(f), two(g);
    std::vector<Function<Q>> parts;
    if (!one.head.empty() && !two.head.empty())
        parts.push_back(until(padded(convolved(one.head, two.head), Q(0), f.T + g.T)));
    if (endless(g) && !one.head.empty())
        parts.push_back(spread(convolved(one.head, two.cycle), g.T, f.T + g.end(), g.d, g.c));
    if (endless(f) && !two.head.empty())
        parts.push_back(spread(convolved(one.cycle, two.head), f.T, g.T + f.end(), f.d, f.c));
    if (endless(f) && endless(g)) parts.push_back(of_tails(f, g));
    if (parts.empty()) parts.push_back(until(Seq<Q>{{Q(0), Q::infinity(1), Q::infinity(1), Q(0)}}));
    Function<Q> made = std::move(parts.back());  // of all phases: others end up above, as they are
    for (parts.pop_back(); !parts.empty(); parts.pop_back()) made = lower(std::move(made), parts.back());
    return made;
}

// Only [0, end] of it.
template <class Q>
Seq<Q> convolution(const Seq<Q>& f, const Seq<Q>& g, const Q& end) {
    return padded(convolved(f, g, end), Q(0), end);
}

// inf over j >= 0 of f(t + j d) + j c, for a tail that does not fall below that: for all t >= 0.
template <class Q>
Function<Q> folded(const Function<Q>& f, const Q& d, const Q& c) {
    const Function<Q> one = f.straight() ? with_period(f, d) : f;
    const std::int64_t steps = useful_steps(one.d, -one.c, d, c, band(one, one.slope()));
    refuse_pieces(static_cast<double>(steps) * static_cast<double>(one.base.size()), "a deconvolution");
    const Seq<Q> twice = stretch(one, one.T + one.d + one.d);
    Lowest<Q> all;
    for (std::int64_t j = 0; j <= steps; ++j) {
        const Q ahead = Q(j) * d, turns = (ahead / one.d).floor(), phase = ahead - turns * one.d;
        all.add(moved(part(twice, one.T + phase, one.T + phase + one.d, true), -phase, turns * one.c + Q(j) * c));
    }
    const Seq<Q> tail = padded(all.end(), one.T, one.T + one.d);
    // Before the tail, from right to left.
    const Function<Q> rest{padded(tail, Q(0), one.T + one.d), one.T, one.d, one.c};
    const Seq<Q> known = lower(part(one.base, Q(0), one.T), stretch(rest, one.T + d + one.d));
    const Seq<Q> made = mirrored(repeated(mirrored(known), d, c));
    return {part(made, Q(0), one.T + one.d), one.T, one.d, one.c};
}

// sup over s >= 0 of f(t + s) - g(s).
template <class Q>
Function<Q> deconvolution(const Function<Q>& f, const Function<Q>& g) {
    const Q top = Q::infinity(1), end = f.end();
    const Function<Q> always{{{Q(0), top, top, Q(0)}, {Q(1), top, top, Q(0)}}, Q(0), Q(1), Q(0)};
    const bool both = f.tail() == Tail::finite && g.tail() == Tail::finite;
    if (g.tail() == Tail::bottom && f.tail() != Tail::bottom) return always;
    if (g.tail() == Tail::finite && f.tail() == Tail::top) return always;
    if (both && f.slope() > g.slope()) return always;
    const Function<Q> down = opposite(f);
    Seq<Q> made = convolved(stretch(down, end + g.T), mirrored(head(g)), end);
    if (both) {
        const Function<Q> all = folded(down, g.d, g.c);
        made = lower(made, convolved(stretch(all, end + g.end()), mirrored(cycle(g)), end));
    } else if (endless(g)) {  // f is -inf in the end: what is before that may meet all of g
        const Q far = std::max(end, g.end());
        const Seq<Q> rest = part(stretch(g, far, "a deconvolution"), g.T, far, true);
        made = lower(made, convolved(stretch(down, end + far), mirrored(rest), end));
    }
    made = part(padded(made, std::min(-end, -g.end()), end), Q(0), end);
    return function(opposite(made), f.T, f.d, f.c);
}

}  // namespace easterly::curve
