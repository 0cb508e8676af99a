// Rationals of any length, with either infinity: what `Fast` is, without a limit.
#pragma once

#include "curve/fast.hpp"
#include "curve/whole.hpp"

namespace easterly::curve {

class Large {
public:
    Large(std::int64_t whole = 0) : over_(whole), under_(1) {}
    explicit Large(const Fast& from) : over_(from.over()), under_(from.under()) {}

    static Large of(Whole over, Whole under) {
        if (under.zero()) return infinity(over.negative() ? -1 : 1);
        if (under.negative()) return of(-over, -under);
        const Whole common = gcd(over, under);
        return common == Whole(1) ? Large(std::move(over), std::move(under)) : Large(over / common, under / common);
    }
    static Large infinity(int sign) { return {Whole(sign < 0 ? -1 : 1), Whole(0)}; }

    const Whole& over() const { return over_; }
    const Whole& under() const { return under_; }
    bool finite() const { return !under_.zero(); }
    bool top() const { return !finite() && !over_.negative(); }
    bool bottom() const { return !finite() && over_.negative(); }
    bool zero() const { return over_.zero(); }
    int sign() const { return over_.negative() ? -1 : over_.zero() ? 0 : 1; }
    bool small() const { return over_.small() && under_.small(); }
    Fast narrow() const { return Fast::of(over_.value(), under_.value()); }

    Large operator-() const { return {-over_, under_}; }
    friend Large operator+(const Large& a, const Large& b) {
        if (!a.finite() || !b.finite()) return infinity(a.top() || b.top() ? 1 : -1);
        return of(a.over_ * b.under_ + b.over_ * a.under_, a.under_ * b.under_);
    }
    friend Large operator-(const Large& a, const Large& b) { return a + -b; }
    friend Large operator*(const Large& a, const Large& b) { return of(a.over_ * b.over_, a.under_ * b.under_); }
    friend Large operator/(const Large& a, const Large& b) { return of(a.over_ * b.under_, a.under_ * b.over_); }

    friend bool operator==(const Large& a, const Large& b) = default;
    friend std::strong_ordering operator<=>(const Large& a, const Large& b) {
        if (!a.finite() || !b.finite()) return a.rank() <=> b.rank();
        return a.over_ * b.under_ <=> b.over_ * a.under_;
    }
    friend Large common(const Large& a, const Large& b) {
        return of(gcd(a.over_ * b.under_, b.over_ * a.under_), a.under_ * b.under_);
    }
    Large floor() const {
        const auto [cut, rest] = Whole::divide(over_, under_);
        return {rest.negative() ? cut - Whole(1) : cut, Whole(1)};
    }
    std::int64_t whole() const { return over_.small() ? over_.value() : over_.negative() ? -INT64_MAX : INT64_MAX; }

private:
    Large(Whole over, Whole under) : over_(std::move(over)), under_(std::move(under)) {}
    int rank() const { return finite() ? 0 : over_.negative() ? -1 : 1; }

    Whole over_, under_;
};

}  // namespace easterly::curve
