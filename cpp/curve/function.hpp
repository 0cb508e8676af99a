// Functions of t >= 0 that repeat in the end: f(t + d) = f(t) + c for all t > T; in one form for each function.
#pragma once

#include "curve/pieces.hpp"

namespace easterly::curve {

// What is asked of a function that it has not: no bug, but an answer.
struct Undefined : std::domain_error {
    explicit Undefined(const std::string& what) : std::domain_error(what) {}
};

enum class Tail { finite, top, bottom };

template <class Q>
struct Function {
    Seq<Q> base;  // over [0, T + d]
    Q T, d, c;

    bool operator==(const Function&) const = default;

    Q slope() const { return c / d; }
    Tail tail() const {
        const Q& last = base[base.size() - 2].r;
        return last.top() ? Tail::top : last.bottom() ? Tail::bottom : Tail::finite;
    }
    // Whether it is one line behind T.
    bool straight() const {
        const Piece<Q>& last = base[base.size() - 2];
        return last.x <= T && last.r.finite() && last.s * d == c && base.back().v == last.at(base.back().x);
    }
    Q end() const { return base.back().x; }
};

template <class Q>
Q common_multiple(const Q& a, const Q& b) {
    return a / common(a, b) * b;
}

inline void refuse_pieces(double wanted, const char* what) {
    if (!(wanted < static_cast<double>(kMost)))
        throw TooLarge(std::string(what) + " takes more than " + std::to_string(kMost) + " pieces");
}

// Pieces from 0 to `end`, beyond its own, when they repeat, roughly; refused where that is too many.
template <class Q>
std::size_t affordable(const Function<Q>& f, const Q& end, const char* what) {
    const auto periods = static_cast<double>(((end - f.T) / f.d).floor().whole()) + 1.0;
    const auto each = static_cast<double>(f.base.size() - piece_after(f.base, f.T));
    const double made = static_cast<double>(f.base.size()) + (f.straight() ? 0.0 : periods * each);
    refuse_pieces(made, what);
    return static_cast<std::size_t>(made);
}

// The function on [0, end].
template <class Q>
Seq<Q> stretch(const Function<Q>& f, const Q& end, const char* what = "a curve, unrolled,") {
    if (end <= f.end()) return part(f.base, Q(0), end);
    Build<Q> made;
    made.reserve(affordable(f, end, what));
    append(made, f.base, f.base[0].v);
    if (f.tail() != Tail::finite || f.straight()) {
        const Piece<Q>& last = f.base[f.base.size() - 2];
        return made.end(end, last.at(end));
    }
    const Seq<Q> period = part(f.base, f.T, f.end(), true);
    Q v = f.base.back().v, up(0);
    for (Q from = f.end(); from < end; from = from + f.d) {
        beat();
        up = up + f.c;
        Seq<Q> next = moved(period, from - f.T, up);
        if (end < next.back().x) next = part(next, from, end, true);
        append(made, next, v);
        v = next.back().v;
    }
    return made.end(end, v);
}

// The same tail with another period: a multiple, or any where it is straight.
template <class Q>
Function<Q> with_period(const Function<Q>& f, const Q& d) {
    if (f.d == d) return f;
    const Q slope = f.c / f.d;
    return {stretch(f, f.T + d), f.T, d, slope * d};
}

// What distinguishes a break from others, wherever it lies: the smallest period is that of these.
template <class Q>
struct Mark {
    Q step, jump, leap, slope;
    bool operator==(const Mark&) const = default;
};

template <class Q>
std::size_t smallest_period(const std::vector<Mark<Q>>& marks) {  // of a circle (Knuth, Morris, Pratt)
    std::vector<std::size_t> border(marks.size(), 0);
    for (std::size_t i = 1, k = 0; i < marks.size(); ++i) {
        while (k > 0 && !(marks[i] == marks[k])) k = border[k - 1];
        if (marks[i] == marks[k]) ++k;
        border[i] = k;
    }
    const std::size_t shortest = marks.size() - border.back();
    return marks.size() % shortest == 0 ? shortest : marks.size();
}

// The shortest period, of a tail that is finite: 0 where it is one line.
template <class Q>
Q shortest_period(const Seq<Q>& base, const Q& T, const Q& d, const Q& c) {
    std::vector<Mark<Q>> marks;
    std::vector<Q> at;
    const std::size_t first = piece_after(base, T);
    for (std::size_t i = first; i < base.size(); ++i) {
        const bool last = i + 1 == base.size();
        const Piece<Q>& before = base[i - 1];
        const Q left = before.at(base[i].x);
        // Behind the end comes what is behind T, raised.
        const Q r = last ? base[first - 1].at(T) + c : base[i].r, s = last ? base[first - 1].s : base[i].s;
        if (left == base[i].v && base[i].v == r && before.s == s) continue;
        at.push_back(base[i].x);
        marks.push_back({Q(0), base[i].v - left, r - base[i].v, s});
    }
    if (marks.empty()) return Q(0);
    for (std::size_t i = 0; i + 1 < marks.size(); ++i) marks[i].step = at[i + 1] - at[i];
    marks.back().step = at.front() + d - at.back();
    const std::size_t shortest = smallest_period(marks);
    Q length(0);
    for (std::size_t i = 0; i < shortest; ++i) length = length + marks[i].step;
    return length;
}

// The least T behind which f(t + d) = f(t) + c, of a function for which that holds behind T. What differs is looked for
// from the end: of long transients most last until T.
template <class Q>
Q least_rank(const Function<Q>& f) {
    Q rank(0);
    for (Q span = f.d; !f.T.zero(); span = span + span) {
        const Q from = std::max(Q(0), f.T - span);
        const Seq<Q> before = part(f.base, from, f.T);
        const Seq<Q> after = moved(part(f.base, from + f.d, f.end()), -f.d, -f.c);
        bool differs = false, found = false;
        walk(before, after, [&](const Q& x, const Side<Q>& a, const Side<Q>& b) {
                 if (a.v != b.v || differs) rank = x, found = true;
                 differs = false;
             },
             [&](const Q&, const Q&, const Side<Q>& a, const Side<Q>& b) { differs = a.r != b.r || a.s != b.s; });
        if (found || from.zero()) break;
    }
    return rank;
}

// Whether all is infinite behind T; refuses what is so here and there.
template <class Q>
bool infinite_tail(const Seq<Q>& base, const Q& T) {
    const std::size_t first = piece_after(base, T) - 1;
    bool tops = false, bottoms = false, finite = false;
    const auto see = [&](const Q& value) {
        tops |= value.top();
        bottoms |= value.bottom();
        finite |= value.finite();
    };
    for (std::size_t i = first; i < base.size(); ++i) {
        if (i > first) see(base[i].v);
        if (i + 1 < base.size()) see(base[i].r);
    }
    if (tops + bottoms + finite > 1)
        throw Undefined(
            "the part that repeats is infinite here and not there; it must be finite, or infinite, as a whole");
    return !finite;
}

// The one form of a function whose base is joined: the shortest period (1 where it is a line, or infinite), the least T,
// no break where nothing changes.
template <class Q>
Function<Q> normal(Function<Q> f) {
    if (infinite_tail(f.base, f.T)) {
        f.c = Q(0);
        f.base = stretch(f, f.T + Q(1));
        f.d = Q(1);
    } else {
        const Q shortest = shortest_period(f.base, f.T, f.d, f.c);
        const Q period = shortest.zero() ? Q(1) : shortest;
        if (period != f.d) {
            const Q slope = f.c / f.d;
            if (shortest.zero() && f.d < period) f.base = stretch(f, f.T + period);
            else shorten(f.base, f.T + period);
            f.d = period;
            f.c = slope * period;
        }
    }
    const Q rank = least_rank(f);
    if (rank != f.T) {
        shorten(f.base, rank + f.d);
        f.T = rank;
    }
    return f;
}

// The one form of the function that is `base` on [0, T + d] and repeats by (d, c) behind T.
template <class Q>
Function<Q> function(const Seq<Q>& base, const Q& T, const Q& d, const Q& c) {
    return normal(Function<Q>{part(base, Q(0), base.back().x), T, d, c});
}

// A stretch from 0 on, +inf behind it.
template <class Q>
Function<Q> until(const Seq<Q>& of) {
    const Q T = of.back().x;
    return function(padded(of, Q(0), T + Q(1)), T, Q(1), Q(0));
}

// The lowest of all copies of a stretch over [low, high], moved by (d, c) again and again; +inf before.
template <class Q>
Function<Q> spread(const Seq<Q>& of, const Q& low, const Q& high, const Q& d, const Q& c) {
    const Seq<Q> all = repeated(padded(of, low, high), d, c);
    return function(padded(all, Q(0), high), high - d, d, c);
}

}  // namespace easterly::curve
