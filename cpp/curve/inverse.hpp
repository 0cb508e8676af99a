// Pseudo-inverses and composition, and the horizontal distance that they give.
#pragma once

#include "curve/minimum.hpp"

namespace easterly::curve {

template <class Q>
bool rises(const Seq<Q>& f) {  // nowhere falls
    for (std::size_t i = 0; i + 1 < f.size(); ++i) {
        const Q left = f[i].at(f[i + 1].x);
        if (f[i].r < f[i].v || f[i].s.sign() < 0 || f[i + 1].v < left) return false;
    }
    return true;
}

template <class Q>
bool rises(const Function<Q>& f) {
    return rises(stretch(f, f.end() + f.d));
}

template <class Q>
void must_rise(const Function<Q>& f, const char* what) {
    if (!rises(f)) throw Undefined(std::string(what) + " must not fall anywhere");
}

// Built from the lowest y to the highest, without a gap: x by y, over open intervals of y.
template <class Q>
class Swap {
public:
    explicit Swap(bool upper) : upper_(upper) {}

    // Over (from, to), from x on; only y >= 0 counts.
    void add(const Q& from, const Q& to, const Q& x, const Q& slope) {
        if (!(from < to)) return;
        if (to.top()) wall_ = from;
        const Q end = slope.zero() ? x : x + slope * (to - from);
        if (to.sign() > 0) {
            const bool inside = from.sign() < 0;
            const Q y = inside ? Q(0) : from, r = inside && !slope.zero() ? x - slope * from : x;
            made_.push(y, inside || upper_ ? r : before_, r, slope);
        }
        before_ = end;
    }
    const Q& before() const { return before_; }
    const Q& wall() const { return wall_; }  // from where on it stays
    Seq<Q> end(const Q& y, const Q& v) { return made_.end(y, v); }

private:
    bool upper_;
    Q before_{0}, wall_{0};
    Build<Q> made_;
};

// inf{t : f(t) >= y}, or where `upper` inf{t : f(t) > y}, for y >= 0; +inf where f never gets there.
template <class Q>
Function<Q> inverse(const Function<Q>& f, bool upper) {
    must_rise(f, "a curve to be inverted");
    const Q top = Q::infinity(1), last = f.base.back().v;
    const bool grows = f.tail() == Tail::finite && f.c.sign() > 0;
    const Q below = grows && last.sign() < 0 ? (-last / f.c).floor() + Q(1) : Q(0);  // periods until it is above 0
    const Q T = f.T + below * f.d;
    const Seq<Q> s = stretch(f, grows ? T + Q(3) * f.d : f.end(), "an inverse");
    Swap<Q> swap(upper);
    swap.add(Q::infinity(-1), s[0].v, Q(0), Q(0));
    for (std::size_t i = 0; i + 1 < s.size(); ++i) {
        const Q left = s[i].at(s[i + 1].x);
        swap.add(s[i].v, s[i].r, s[i].x, Q(0));
        if (s[i].s.sign() > 0) swap.add(s[i].r, left, s[i].x, Q(1) / s[i].s);
        swap.add(left, s[i + 1].v, s[i + 1].x, Q(0));
    }
    if (grows) {
        const Q from = value(s, T + f.d);
        return function(part(swap.end(s.back().v, swap.before()), Q(0), from + f.c), from, f.c, f.d);
    }
    if (f.tail() == Tail::top) {
        const Q from = std::max(Q(0), swap.wall());
        return function(swap.end(from + Q(1), swap.before()), from, Q(1), Q(0));
    }
    if (last.sign() < 0) return function(Seq<Q>{{Q(0), top, top, Q(0)}, {Q(1), top, top, Q(0)}}, Q(0), Q(1), Q(0));
    swap.add(last, last + Q(1), top, Q(0));
    return function(swap.end(last + Q(1), top), last, Q(1), Q(0));
}

// f(g(t)).
template <class Q>
class Composition {
public:
    Composition(const Function<Q>& f, const Function<Q>& g) : f_(f), g_(g) {}

    Function<Q> run() {
        must_rise(g_, "the inner curve");
        if (g_.base[0].v.sign() < 0) throw Undefined("the inner curve must not be below 0");
        Q T = g_.T, d = g_.d, c(0);
        if (g_.tail() == Tail::finite && g_.c.sign() > 0) {
            T = std::max(T, (f_.T - band(g_, g_.slope()).low) / g_.slope());
            if (f_.straight()) {
                c = f_.slope() * g_.c;
            } else if (f_.tail() == Tail::finite) {
                const Q up = g_.straight() ? f_.d : common_multiple(g_.c, f_.d);
                d = up / g_.slope();
                c = up * f_.slope();
            }
        }
        const Seq<Q> inner = stretch(g_, T + d, "a composition");
        Q reach(1);
        for (const Piece<Q>& each : inner) {
            if (each.v.finite()) reach = std::max(reach, each.v);
            if (each.r.finite()) reach = std::max(reach, each.r);
        }
        for (std::size_t i = 0; i + 1 < inner.size(); ++i)
            if (inner[i].r.finite()) reach = std::max(reach, inner[i].at(inner[i + 1].x));
        outer_ = stretch(f_, reach + Q(1), "a composition");
        for (std::size_t i = 0; i + 1 < inner.size(); ++i) segment(inner[i], inner[i + 1].x);
        return function(made_.end(T + d, at(inner.back().v)), T, d, c);
    }

private:
    Q at(const Q& y) const {
        if (y.finite()) return value(outer_, y);
        if (f_.tail() != Tail::finite) return f_.base[f_.base.size() - 2].r;
        if (f_.c.zero() && !f_.straight()) throw Undefined("the inner curve is +inf where the outer one has no limit");
        return f_.c.zero() ? f_.base.back().v : Q::infinity(f_.c.sign());
    }

    void segment(const Piece<Q>& of, const Q& to) {
        if (!of.r.finite() || of.s.zero()) return made_.push(of.x, at(of.v), at(of.r), Q(0));
        const Q end = of.at(to);
        std::size_t i = piece_after(outer_, of.r) - 1;
        const auto push = [&](const Q& x, const Q& v, const Q& r) {
            made_.push(x, v, r, r.finite() ? outer_[i].s * of.s : Q(0));
        };
        push(of.x, at(of.v), outer_[i].at(of.r));
        for (++i; i < outer_.size() && outer_[i].x < end; ++i)
            push(of.x + (outer_[i].x - of.r) / of.s, outer_[i].v, outer_[i].r);
    }

    const Function<Q>&f_, &g_;
    Seq<Q> outer_;
    Build<Q> made_;
};

template <class Q>
Function<Q> composition(const Function<Q>& f, const Function<Q>& g) {
    return Composition<Q>(f, g).run();
}

// The longest that f waits for g: sup over t of inf{s >= 0 : f(t) <= g(t + s)}; values below 0 count as 0.
template <class Q>
Q horizontal(const Function<Q>& f, const Function<Q>& g) {
    must_rise(f, "the arrivals");
    must_rise(g, "the service");
    const auto line = [](const Q& slope) {
        return Function<Q>{{{Q(0), Q(0), Q(0), slope}, {Q(1), slope, Q::infinity(1), Q(0)}}, Q(0), Q(1), slope};
    };
    const Function<Q> when = composition(inverse(g, false), upper(f, line(Q(0))));
    return std::max(Q(0), difference(when, line(Q(1))));
}

}  // namespace easterly::curve
