// Stretches of functions: points and open segments in turn, and what is done with two of them side by side.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "paths/pulse.hpp"

namespace easterly::curve {

// More pieces than these are refused rather than made.
constexpr std::size_t kMost = std::size_t{1} << 22;

struct TooLarge : std::length_error {
    explicit TooLarge(const std::string& what) : std::length_error(what) {}
};

// What a computation is allowed to do beside computing: look up, so that it can be ended.
inline thread_local paths::Pulse* pulse = nullptr;
inline void beat() {
    if (pulse != nullptr) pulse->beat();
}

// The value at x, and the open segment behind it: its limit at x, and its slope (0 where infinite).
template <class Q>
struct Piece {
    Q x, v, r, s;

    Q at(const Q& where) const { return s.zero() ? r : r + s * (where - x); }
    bool operator==(const Piece&) const = default;
};

// From the first x to the last, both included; +inf outside. What the last piece has behind it is +inf.
template <class Q>
using Seq = std::vector<Piece<Q>>;

// Pieces one after the other, joined where nothing changes between them.
template <class Q>
class Build {
public:
    // `left` is the limit of what was pushed so far at x.
    void push(const Q& x, const Q& left, const Q& v, const Q& r, const Q& s) {
        if (!made_.empty() && made_.back().s == s && v == r && left == v) return;
        if (made_.size() >= kMost)
            throw TooLarge("more than " + std::to_string(kMost) + " pieces");
        made_.push_back({x, v, r, s});
    }
    void push(const Q& x, const Q& v, const Q& r, const Q& s) {
        push(x, made_.empty() ? r : made_.back().at(x), v, r, s);
    }
    bool empty() const { return made_.empty(); }
    void reserve(std::size_t pieces) { made_.reserve(std::min(pieces, kMost)); }
    // The last point; nothing behind it.
    Seq<Q> end(const Q& x, const Q& v) {
        made_.push_back({x, v, Q::infinity(1), Q(0)});
        return std::move(made_);
    }

private:
    Seq<Q> made_;
};

template <class Q>
std::size_t piece_after(const Seq<Q>& of, const Q& x) {  // the first that begins beyond x
    const auto after = [](const Q& a, const Piece<Q>& b) { return a < b.x; };
    return static_cast<std::size_t>(std::upper_bound(of.begin(), of.end(), x, after) - of.begin());
}

template <class Q>
Q value(const Seq<Q>& of, const Q& x) {
    const std::size_t i = piece_after(of, x);
    if (i == 0) return Q::infinity(1);
    return of[i - 1].x == x ? of[i - 1].v : of[i - 1].at(x);
}

// What lies in [a, b] of a stretch that covers it, or in (a, b] where `open`: then +inf at a.
template <class Q>
Seq<Q> part(const Seq<Q>& of, const Q& a, const Q& b, bool open = false) {
    Build<Q> made;
    std::size_t i = piece_after(of, a) - 1;
    const Q at = open ? Q::infinity(1) : of[i].x == a ? of[i].v : of[i].at(a);
    if (a == b) return made.end(a, at);
    made.reserve(piece_after(of, b) - i + 1);
    made.push(a, of[i].at(a), at, of[i].at(a), of[i].s);
    for (++i; i < of.size() && of[i].x < b; ++i) made.push(of[i].x, of[i].v, of[i].r, of[i].s);
    return made.end(b, i < of.size() && of[i].x == b ? of[i].v : of[i - 1].at(b));
}

// The same in place, from where it begins up to b.
template <class Q>
void shorten(Seq<Q>& of, const Q& b) {
    const std::size_t i = piece_after(of, b) - 1;
    const Piece<Q>& last = of[i];
    const Piece<Q> end{b, last.x == b ? last.v : last.at(b), Q::infinity(1), Q(0)};
    of.resize(last.x == b ? i : i + 1);
    of.push_back(end);
}

template <class Q>
Seq<Q> moved(Seq<Q> of, const Q& x, const Q& y) {
    for (Piece<Q>& each : of) {
        each.x = each.x + x;
        each.v = each.v + y;
        each.r = each.r + y;
    }
    return of;
}

template <class Q>
Seq<Q> opposite(Seq<Q> of) {  // what is behind the last stays +inf
    for (Piece<Q>& each : of) {
        each.v = -each.v;
        each.r = -each.r;
        each.s = -each.s;
    }
    of.back().r = Q::infinity(1);
    return of;
}

// The stretch with +inf around it, up to both ends.
template <class Q>
Seq<Q> padded(const Seq<Q>& of, const Q& low, const Q& high) {
    const Q top = Q::infinity(1);
    Build<Q> made;
    made.reserve(of.size() + 3);
    if (of.empty() || low < of.front().x) made.push(low, top, top, Q(0));
    Q v = top;
    if (!of.empty()) {
        for (std::size_t i = 0; i + 1 < of.size(); ++i) made.push(of[i].x, of[i].v, of[i].r, of[i].s);
        v = of.back().v;
        if (of.back().x < high) made.push(of.back().x, v, top, Q(0)), v = top;
    }
    return made.end(high, v);
}

// f(-x).
template <class Q>
Seq<Q> mirrored(const Seq<Q>& of) {
    Seq<Q> made;
    made.reserve(of.size());
    for (std::size_t i = of.size(); i-- > 0;) {
        if (i == 0)
            made.push_back({-of[0].x, of[0].v, Q::infinity(1), Q(0)});
        else
            made.push_back({-of[i].x, of[i].v, of[i - 1].at(of[i].x), -of[i - 1].s});
    }
    return made;
}

// Appends all but the last point of a stretch, with v where it begins.
template <class Q>
void append(Build<Q>& to, const Seq<Q>& more, const Q& v) {
    to.push(more[0].x, v, more[0].r, more[0].s);
    for (std::size_t i = 1; i + 1 < more.size(); ++i) to.push(more[i].x, more[i].v, more[i].r, more[i].s);
}

// One line of two, at a point and over the open interval behind it.
template <class Q>
struct Side {
    Q v, r, s, left;  // value at x, limits at both ends of the interval, slope between
};

// Walks along two stretches: `point(x, a, b)` for every x where either begins a piece, then `between(x, to, a, b)` for
// the open interval up to the next. Outside of its stretch, either is +inf.
template <class Q, class Point, class Between>
void walk(const Seq<Q>& a, const Seq<Q>& b, Point&& point, Between&& between) {
    const Q top = Q::infinity(1);
    Side<Q> one{top, top, Q(0), top}, two = one;
    std::size_t i = 0, j = 0;
    Q x;
    bool first = true;
    const auto onto = [&](Side<Q>& side, const Seq<Q>& of, std::size_t& k) {
        if (k < of.size() && of[k].x == x) {
            side.v = of[k].v;
            side.r = of[k].r;
            side.s = of[k].s;
            ++k;
        } else {
            side.v = side.r = side.left;
        }
    };
    while (i < a.size() || j < b.size()) {
        const Q& next = j == b.size() || (i < a.size() && a[i].x < b[j].x) ? a[i].x : b[j].x;
        if (!first) {
            const Q step = next - x;
            one.left = one.s.zero() ? one.r : one.r + one.s * step;
            two.left = two.s.zero() ? two.r : two.r + two.s * step;
            between(x, next, one, two);
        }
        first = false;
        x = next;
        onto(one, a, i);
        onto(two, b, j);
        point(x, one, two);
    }
}

// The lower of two, everywhere.
template <class Q>
Seq<Q> lower(const Seq<Q>& a, const Seq<Q>& b) {
    if (a.empty()) return b;
    if (b.empty()) return a;
    Build<Q> made;
    made.reserve(a.size() + b.size());
    Q v, left = Q::infinity(1);
    const auto point = [&](const Q&, const Side<Q>& f, const Side<Q>& g) { v = std::min(f.v, g.v); };
    walk(a, b, point, [&](const Q& x, const Q&, const Side<Q>& f, const Side<Q>& g) {
        const bool begins = f.r < g.r || (f.r == g.r && f.left <= g.left);
        const Side<Q>&low = begins ? f : g, &high = begins ? g : f;
        made.push(x, left, v, low.r, low.s);
        left = low.left;
        if (high.left < low.left) {
            const Q cross = x + (high.r - low.r) / (low.s - high.s), y = low.r + low.s * (cross - x);
            made.push(cross, y, y, y, high.s);
            left = high.left;
        }
    });
    const Q end = std::max(a.back().x, b.back().x);
    return made.end(end, v);
}

// The lowest of many, two of about the same number of them at a time.
template <class Q>
class Lowest {
public:
    void add(Seq<Q>&& next) {
        std::size_t of = 1;
        for (; !waiting_.empty() && waiting_.back().of == of; of *= 2) next = meet(std::move(next));
        waiting_.push_back({of, std::move(next)});
    }
    Seq<Q> end() {
        Seq<Q> made;
        while (!waiting_.empty()) made = meet(std::move(made));
        return made;
    }

private:
    struct Waiting {
        std::size_t of;
        Seq<Q> seq;
    };

    Seq<Q> meet(Seq<Q>&& next) {
        beat();
        const Seq<Q> other = std::move(waiting_.back().seq);
        waiting_.pop_back();
        return lower(next, other);
    }

    std::vector<Waiting> waiting_;
};

// The sum of two stretches over the same interval; +inf absorbs -inf.
template <class Q>
Seq<Q> sum(const Seq<Q>& a, const Seq<Q>& b) {
    Build<Q> made;
    Q v;
    walk(a, b, [&](const Q&, const Side<Q>& f, const Side<Q>& g) { v = f.v + g.v; },
         [&](const Q& x, const Q&, const Side<Q>& f, const Side<Q>& g) {
             const Q r = f.r + g.r;
             made.push(x, v, r, r.finite() ? f.s + g.s : Q(0));
         });
    return made.end(a.back().x, v);
}

// R(t) = min(f(t), R(t - d) + c), for all t that f spans.
template <class Q>
Seq<Q> repeated(const Seq<Q>& f, const Q& d, const Q& c) {
    Build<Q> made;
    Q a = f.front().x;
    const Q end = f.back().x;
    if (const Q windows = ((end - a) / d).floor(); windows > Q(static_cast<std::int64_t>(kMost)))
        throw TooLarge("a period that is " + std::to_string(kMost) + " times as long as the other");
    Seq<Q> before;
    Q v = f.front().v;
    while (a < end) {
        beat();
        const Q b = std::min(a + d, end);
        Seq<Q> window = part(f, a, b, true);
        if (!before.empty()) {
            Seq<Q> again = moved(std::move(before), d, c);
            window = lower(window, again.back().x == b ? again : part(again, a, b, true));
        }
        append(made, window, v);
        v = window.back().v;
        before = std::move(window);
        a = b;
    }
    return made.end(end, v);
}

}  // namespace easterly::curve
