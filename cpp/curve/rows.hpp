// The (min,+) convolution of one open segment with a stretch: the minimum over a window that slides along it.
#pragma once

#include "curve/pieces.hpp"

namespace easterly::curve {

// From a to a + length; `first` is its limit at a. Ends that are closed belong to it, with their limits.
template <class Q>
struct Segment {
    Q a, length, first, slope;
    bool closed_left, closed_right;
};

// What rows over the same stretch share.
template <class Q>
struct Slid {
    const Seq<Q>& of;
    std::vector<Q> left;  // limit at the end of each segment

    explicit Slid(const Seq<Q>& stretch) : of(stretch) {
        left.reserve(of.size());
        for (std::size_t k = 0; k + 1 < of.size(); ++k) left.push_back(of[k].at(of[k + 1].x));
        left.push_back(Q::infinity(1));
    }
};

// inf over u in the segment of G(t - u) + first + slope (u - a), for all t: with the slope taken away from G, the least
// of what lies in the window (t - length, t). Points are numbered 2k, the segments behind them 2k + 1.
template <class Q>
class Row {
public:
    Row(const Slid<Q>& slid, const Segment<Q>& segment) : slid_(slid), of_(slid.of), by_(segment), n_(of_.size()) {
        level_.reserve(n_ + 1);
        for (const Piece<Q>& each : of_) level_.push_back(by_.slope * each.x);
        level_.push_back(Q(0));
    }

    // Up to `most` only.
    Seq<Q> run(const Q& most) {
        std::size_t right = 0, left = 0;  // the next break that each end of the window meets
        Q t = of_[0].x, v;
        for (;;) {
            const bool meets_right = right < n_ && of_[right].x == t;
            const bool meets_left = left < n_ && of_[left].x + by_.length == t;
            v = at_break(t, right, left, meets_right, meets_left);
            if (meets_left) drop(2 * left++ + 1);
            if (meets_right) keep(2 * right, of_[right].v - level_[right]), ++right;
            if (left == n_ || (most.finite() && t + by_.a >= most)) break;
            Q next = of_[left].x + by_.length;
            if (right < n_ && of_[right].x < next) next = of_[right].x;
            between(t, next, v, right, left);
            t = next;
        }
        return made_.end(t + by_.a, risen(t, v));
    }

private:
    struct Kept {
        std::size_t number;
        Q value;
    };

    Q slope(std::size_t k) const { return of_[k].r.finite() ? of_[k].s - by_.slope : Q(0); }
    Q start(std::size_t k) const { return of_[k].r - level_[k]; }
    Q ending(std::size_t k) const { return slid_.left[k] - level_[k + 1]; }
    Q within(std::size_t k, const Q& x) const { return of_[k].at(x) - by_.slope * x; }
    Q risen(const Q& t, const Q& v) const { return by_.first + v + by_.slope * t; }

    void keep(std::size_t number, const Q& value) {
        while (kept_.size() > head_ && !(kept_.back().value < value)) kept_.pop_back();
        kept_.push_back({number, value});
    }
    void drop(std::size_t number) {
        gone_ = number + 1;
        while (head_ < kept_.size() && kept_[head_].number <= number) ++head_;
    }
    Q least() const { return head_ < kept_.size() ? kept_[head_].value : Q::infinity(1); }

    // Where the window (t - length, t) has an end on a break.
    Q at_break(const Q& t, std::size_t right, std::size_t left, bool meets_right, bool meets_left) {
        if (meets_left) drop(2 * left);
        if (meets_right && right > 0 && 2 * right - 1 >= gone_)
            keep(2 * right - 1, std::min(start(right - 1), ending(right - 1)));
        Q v = least();
        if (!meets_left && left > 0 && left - 1 < n_ - 1) {
            const std::size_t k = left - 1;
            v = std::min(v, slope(k).sign() > 0 ? within(k, t - by_.length) : ending(k));
        }
        if (!meets_right && right > 0 && right < n_) {
            const std::size_t k = right - 1;
            v = std::min(v, slope(k).sign() < 0 ? within(k, t) : start(k));
        }
        if (by_.closed_left && meets_right) v = std::min(v, of_[right].v - level_[right]);
        if (by_.closed_right && meets_left) v = std::min(v, of_[left].v - level_[left]);
        return v;
    }

    // Over (t, next), where no end of the window meets a break: a rising line where its left end moves, a constant,
    // and a falling line where its right end moves.
    void between(const Q& t, const Q& next, const Q& v, std::size_t right, std::size_t left) {
        const Q top = Q::infinity(1);
        Q rise = top, level = least(), fall = top, up(0), down(0);
        const bool same = left == right && left > 0;
        if (left > 0) {
            const std::size_t k = left - 1;
            const int sign = slope(k).sign();
            if (sign > 0) rise = within(k, t - by_.length), up = slope(k);
            else if (!same) level = std::min(level, ending(k));
            else if (sign == 0) level = start(k);
        }
        if (right > 0 && right < n_) {
            const std::size_t k = right - 1;
            const int sign = slope(k).sign();
            if (sign < 0) fall = within(k, t), down = slope(k);
            else if (!same) level = std::min(level, start(k));
        }
        emit(t, next, v, {rise, up}, level, {fall, down});
    }

    struct Line {
        Q at, slope;
    };

    void emit(const Q& t, const Q& next, Q v, const Line& rise, const Q& level, const Line& fall) {
        Q x = t;
        const Q step = next - t;
        const auto put = [&](const Q& y, const Q& slope) {
            const Q r = by_.first + y + by_.slope * x;
            made_.push(x + by_.a, risen(x, v), r, r.finite() ? slope + by_.slope : Q(0));
        };
        // A rising line gives way to the constant or to the falling line, whichever it meets first.
        const Q y = std::min({rise.at, level, fall.at});
        if (!y.finite()) return put(y, Q(0));
        const Line now = fall.at == y ? fall : level == y ? Line{level, Q(0)} : rise;
        put(now.at, now.slope);
        if (now.slope.sign() > 0) {
            const Q to_level = level.finite() ? (level - now.at) / now.slope : step;
            const Q to_fall = fall.at.finite() ? (fall.at - now.at) / (now.slope - fall.slope) : step;
            const Q done = std::min(to_level, to_fall);
            if (done >= step) return;
            x = t + done;
            v = now.at + now.slope * done;
            if (to_fall <= to_level) return put(v, fall.slope);
            put(v, Q(0));
        }
        if (now.slope.sign() < 0 || !fall.at.finite()) return;
        const Q to_fall = (level - fall.at) / fall.slope;
        if (to_fall >= step) return;
        x = t + to_fall;
        v = level;
        put(v, fall.slope);
    }

    const Slid<Q>& slid_;
    const Seq<Q>& of_;
    const Segment<Q>& by_;
    std::size_t n_, head_ = 0, gone_ = 0;
    std::vector<Q> level_;  // slope times x of each break
    std::vector<Kept> kept_;
    Build<Q> made_;
};

// More pairs of pieces than these are refused: they take a minute.
constexpr double kPairs = 0x1p28;

// The convolution of two stretches, for t up to `most`; either is +inf outside of itself.
template <class Q>
Seq<Q> convolved(const Seq<Q>& f, const Seq<Q>& g, const Q& most = Q::infinity(1)) {
    const Seq<Q>&by = f.size() < g.size() ? f : g, &of = f.size() < g.size() ? g : f;
    const Slid<Q> slid(of);
    Lowest<Q> rows;
    const auto add = [&](Seq<Q>&& row) { rows.add(std::move(row)); };
    if (static_cast<double>(f.size()) * static_cast<double>(g.size()) > kPairs)
        throw TooLarge("a convolution of " + std::to_string(f.size()) + " with " + std::to_string(g.size()) + " pieces");
    for (std::size_t k = 0; k < by.size(); ++k) {
        beat();
        if (most < by[k].x + of[0].x) break;
        const Q before = k > 0 ? by[k - 1].at(by[k].x) : Q::infinity(1);
        if (!by[k].v.top() && by[k].v != by[k].r && by[k].v != before) add(moved(of, by[k].x, by[k].v));
        if (k + 1 == by.size() || by[k].r.top()) continue;
        const Q end = by[k].at(by[k + 1].x);
        const Segment<Q> segment{by[k].x, by[k + 1].x - by[k].x, by[k].r, by[k].s, by[k].v == by[k].r,
                                 by[k + 1].v == end};
        add(Row<Q>(slid, segment).run(most));
    }
    Seq<Q> made = rows.end();
    if (made.empty()) return made;
    return most.finite() && most < made.back().x ? part(made, made.front().x, most) : made;
}

}  // namespace easterly::curve
