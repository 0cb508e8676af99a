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

// The break behind which a function lies at or below rho t + level up to the end of its base; the second at least.
template <class Q>
Q settled(const Function<Q>& f, const Q& rho, const Q& level) {
    std::size_t i = f.base.size() - 1;
    for (; i > 1; --i) {
        const Piece<Q>&before = f.base[i - 1], &next = f.base[i];
        const Q most = rho * next.x + level;
        if (before.at(next.x) > most || next.v > most || before.r > rho * before.x + level) break;
    }
    return f.base[i].x;
}

// The lower of two, of which `low` stays at or below `high` behind T: side by side only as far as it does not yet, and
// in place from there on.
template <class Q>
Function<Q> lower_until(Function<Q> low, const Function<Q>& high, const Q& T) {
    const Q end = T + low.d, rho = low.slope();
    const Q until = T == low.T ? std::max(high.T, settled(low, rho, band(high, rho).low)) : end;
    if (!(until < end))
        return function(lower(stretch(low, end, "a minimum"), stretch(high, end, "a minimum")), T, low.d, low.c);
    const std::size_t begin = piece_after(low.base, until);
    const Piece<Q>& on = low.base[begin - 1];
    const Seq<Q> both = lower(part(low.base, Q(0), until), stretch(high, until, "a minimum"));
    Build<Q> made;
    append(made, both, both[0].v);
    made.push(until, both.back().v, on.at(until), on.s);
    Seq<Q> front = made.end(until, Q(0));
    front.pop_back();
    const std::size_t shared = std::min(front.size(), begin);
    const auto at = [](Seq<Q>& of, std::size_t i) { return of.begin() + static_cast<std::ptrdiff_t>(i); };
    std::move(front.begin(), at(front, shared), low.base.begin());
    low.base.erase(at(low.base, shared), at(low.base, begin));
    low.base.insert(at(low.base, shared), at(front, shared), front.end());
    return normal(std::move(low));
}

template <class Q>
Function<Q> lower(Function<Q> f, Function<Q> g) {
    const auto made = [&](const Q& T, const Q& d, const Q& c) {
        const Q end = T + d;
        return function(lower(stretch(f, end, "a minimum"), stretch(g, end, "a minimum")), T, d, c);
    };
    const Q T = std::max(f.T, g.T);
    if (f.tail() == Tail::bottom) return made(T, f.d, f.c);
    if (g.tail() == Tail::bottom) return made(T, g.d, g.c);
    if (g.tail() == Tail::top) return lower_until(std::move(f), g, T);
    if (f.tail() == Tail::top) return lower_until(std::move(g), f, T);
    if (g.slope() < f.slope()) std::swap(f, g);
    if (const Q part = parting(f, g); part.finite()) return lower_until(std::move(f), g, part);
    if (const Q part = parting(g, f); f.slope() == g.slope() && part.finite())
        return lower_until(std::move(g), f, part);
    const Q d = shared_period(f, g);
    return made(T, d, f.slope() * d);
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
