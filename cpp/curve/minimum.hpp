// Two functions point by point: minimum, sum, order, the largest difference.
#pragma once

#include "curve/function.hpp"

namespace easterly::curve {

// Least and largest of f(t) - rho t behind T.
template <class Q>
struct Band {
    Q low, high;
};

template <class Q>
Band<Q> band(const Function<Q>& f, const Q& rho) {
    Band<Q> made{Q::infinity(1), Q::infinity(-1)};
    const auto see = [&](const Q& x, const Q& y) {
        const Q level = y - rho * x;
        made.low = std::min(made.low, level);
        made.high = std::max(made.high, level);
    };
    const std::size_t first = piece_after(f.base, f.T);
    see(f.T, f.base[first - 1].at(f.T));
    for (std::size_t i = first; i < f.base.size(); ++i) {
        see(f.base[i].x, f.base[i - 1].at(f.base[i].x));
        see(f.base[i].x, f.base[i].v);
        if (i + 1 < f.base.size()) see(f.base[i].x, f.base[i].r);
    }
    return made;
}

// A period of both tails; a straight one has the other's.
template <class Q>
Q shared_period(const Function<Q>& f, const Function<Q>& g) {
    if (f.straight() || f.tail() != Tail::finite) return g.d;
    if (g.straight() || g.tail() != Tail::finite) return f.d;
    return common_multiple(f.d, g.d);
}

// Behind which the tail of `low`, whose slope is the smaller one or equal, lies below that of `high`; +inf if never.
template <class Q>
Q parting(const Function<Q>& low, const Function<Q>& high) {
    const Q T = std::max(low.T, high.T), rho = low.slope(), steeper = high.slope() - rho;
    const Q lowest = band(high, high.slope()).low, highest = band(low, rho).high;
    if (steeper.zero()) return highest <= lowest ? T : Q::infinity(1);
    return std::max(T, (highest - lowest) / steeper);
}

template <class Q>
Function<Q> lower(const Function<Q>& f, const Function<Q>& g) {
    const auto made = [&](const Q& T, const Q& d, const Q& c) {
        const Q end = T + d;
        return function(lower(stretch(f, end, "a minimum"), stretch(g, end, "a minimum")), T, d, c);
    };
    const Q T = std::max(f.T, g.T);
    if (g.tail() == Tail::top || f.tail() == Tail::bottom) return made(T, f.d, f.c);
    if (f.tail() == Tail::top || g.tail() == Tail::bottom) return made(T, g.d, g.c);
    const bool first = f.slope() <= g.slope();
    const Function<Q>&low = first ? f : g, &high = first ? g : f;
    if (const Q part = parting(low, high); part.finite()) return made(part, low.d, low.c);
    if (const Q part = parting(high, low); low.slope() == high.slope() && part.finite())
        return made(part, high.d, high.c);
    const Q d = shared_period(f, g);
    return made(T, d, low.slope() * d);
}

template <class Q>
Function<Q> opposite(const Function<Q>& f) {
    return {opposite(f.base), f.T, f.d, -f.c};
}

template <class Q>
Function<Q> upper(const Function<Q>& f, const Function<Q>& g) {
    return opposite(lower(opposite(f), opposite(g)));
}

template <class Q>
Function<Q> sum(const Function<Q>& f, const Function<Q>& g) {
    const Q T = std::max(f.T, g.T), d = shared_period(f, g), end = T + d;
    const Seq<Q> one = stretch(f, end, "a sum"), two = stretch(g, end, "a sum");
    const auto clash = [](const Q& a, const Q& b) {
        if ((a.top() && b.bottom()) || (a.bottom() && b.top()))
            throw Undefined("one is +inf where the other is -inf: the sum is not defined");
    };
    walk(one, two, [&](const Q&, const Side<Q>& a, const Side<Q>& b) { clash(a.v, b.v); },
         [&](const Q&, const Q&, const Side<Q>& a, const Side<Q>& b) { clash(a.r, b.r); });
    const bool finite = f.tail() == Tail::finite && g.tail() == Tail::finite;
    return function(sum(one, two), T, d, finite ? (f.slope() + g.slope()) * d : Q(0));
}

// sup of f - g, where f = +inf beside g = +inf counts as nothing, and so does -inf beside -inf.
template <class Q>
Q difference(const Function<Q>& f, const Function<Q>& g) {
    const bool both = f.tail() == Tail::finite && g.tail() == Tail::finite;
    if (both && f.slope() > g.slope()) return Q::infinity(1);
    Q end = std::max(f.T, g.T) + shared_period(f, g), most = Q::infinity(-1);
    const auto see = [&](const Q& a, const Q& b) {
        if (a.finite() || b.finite() || a != b) most = std::max(most, a.finite() || !b.top() ? a - b : -b);
    };
    const auto search = [&](const Q& until) {
        const Seq<Q> one = stretch(f, until, "a deviation"), two = stretch(g, until, "a deviation");
        walk(one, two, [&](const Q&, const Side<Q>& a, const Side<Q>& b) { see(a.v, b.v); },
             [&](const Q&, const Q&, const Side<Q>& a, const Side<Q>& b) {
                 see(a.r, b.r);
                 see(a.left, b.left);
             });
    };
    if (both && f.slope() < g.slope()) {
        // Beyond, f - g stays below what it is on the way.
        const Q near = std::max(f.T, g.T) + std::min(f.d, g.d);
        if (near < end) {
            search(near);
            const Q high = band(f, f.slope()).high, low = band(g, g.slope()).low;
            end = std::min(end, std::max(near, (high - low - most) / (g.slope() - f.slope())));
        }
    }
    search(end);
    return most;
}

template <class Q>
bool at_most(const Function<Q>& f, const Function<Q>& g) {
    return difference(f, g).sign() <= 0;
}

}  // namespace easterly::curve
