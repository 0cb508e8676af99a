// Rationals of 64 bits, with either infinity: exact, or `Overflow`.
#pragma once

#include <compare>
#include <cstdint>
#include <exception>
#include <numeric>

namespace easterly::curve {

// A result does not fit into 64 bits: who computes begins again with numbers of any length.
struct Overflow : std::exception {
    const char* what() const noexcept override { return "a number does not fit into 64 bits"; }
};

class Fast {
public:
    Fast(std::int64_t whole = 0) : over_(kept(whole)), under_(1) {}

    // The fraction in lowest terms; under 0 stands for an infinity with the sign of `over`.
    static Fast of(std::int64_t over, std::int64_t under) {
        if (under == 0) return infinity(over < 0 ? -1 : 1);
        if (kept(under) < 0) return of(-kept(over), -under);
        const std::int64_t common = divisor(kept(over), under);
        return {over / common, under / common};
    }
    static Fast infinity(int sign) { return {sign < 0 ? -1 : 1, 0}; }

    std::int64_t over() const { return over_; }
    std::int64_t under() const { return under_; }
    bool finite() const { return under_ != 0; }
    bool top() const { return under_ == 0 && over_ > 0; }
    bool bottom() const { return under_ == 0 && over_ < 0; }
    bool zero() const { return over_ == 0; }
    int sign() const { return over_ < 0 ? -1 : over_ > 0 ? 1 : 0; }

    Fast operator-() const { return {-over_, under_}; }

    // +inf absorbs -inf, as the zero of the (min,+) dioid does.
    [[gnu::always_inline]] friend inline Fast operator+(const Fast& a, const Fast& b) {
        std::int64_t sum;
        if (a.under_ == 1 && b.under_ == 1) [[likely]] {
            if (__builtin_add_overflow(a.over_, b.over_, &sum)) throw Overflow();
            return {kept(sum), 1};
        }
        return slow_sum(a, b);
    }
    friend Fast operator-(const Fast& a, const Fast& b) { return a + -b; }

    // Of finite numbers.
    [[gnu::always_inline]] friend inline Fast operator*(const Fast& a, const Fast& b) {
        std::int64_t product;
        if (a.under_ == 1 && b.under_ == 1) [[likely]] {
            if (__builtin_mul_overflow(a.over_, b.over_, &product)) throw Overflow();
            return {kept(product), 1};
        }
        return slow_product(a, b);
    }
    friend Fast operator/(const Fast& a, const Fast& b) {
        return a * (b.over_ < 0 ? Fast{-b.under_, -b.over_} : Fast{b.under_, b.over_});
    }

    friend bool operator==(const Fast& a, const Fast& b) = default;
    friend std::strong_ordering operator<=>(const Fast& a, const Fast& b) {
        if (a.under_ == b.under_) return a.over_ <=> b.over_;
        if (a.under_ == 0 || b.under_ == 0) return a.rank() <=> b.rank();
        return static_cast<__int128>(a.over_) * b.under_ <=> static_cast<__int128>(b.over_) * a.under_;
    }

    // The largest number of which both are multiples; both above 0.
    friend Fast common(const Fast& a, const Fast& b) {
        return {std::gcd(a.over_, b.over_), product_of(a.under_ / std::gcd(a.under_, b.under_), b.under_)};
    }

    // The whole number below.
    Fast floor() const {
        const std::int64_t cut = over_ / under_;
        return {cut - (over_ % under_ < 0 ? 1 : 0), 1};
    }

    // Of a whole number; where it does not fit, the most that does.
    std::int64_t whole() const { return over_; }

private:
    Fast(std::int64_t over, std::int64_t under) : over_(over), under_(under) {}

    // The greatest common divisor of a number and a denominator, mostly a long one and a short one: one division makes
    // them two short ones.
    static std::int64_t divisor(std::int64_t over, std::int64_t under) {
        return under > 1 ? std::gcd(over % under, under) : under == 1 ? 1 : std::gcd(over, under);
    }

    // The most negative number has no opposite.
    static std::int64_t kept(std::int64_t value) {
        if (value == INT64_MIN) throw Overflow();
        return value;
    }
    static std::int64_t product_of(std::int64_t a, std::int64_t b) {
        std::int64_t made;
        if (__builtin_mul_overflow(a, b, &made)) throw Overflow();
        return kept(made);
    }
    static std::int64_t narrow(__int128 value) {
        if (value > INT64_MAX || value <= INT64_MIN) throw Overflow();
        return static_cast<std::int64_t>(value);
    }
    int rank() const { return under_ == 0 ? static_cast<int>(over_) : 0; }

    [[gnu::noinline]] static Fast slow_product(const Fast& a, const Fast& b) {
        if (a.over_ == 0 || b.over_ == 0) return {0, 1};
        const std::int64_t left = divisor(a.over_, b.under_), right = divisor(b.over_, a.under_);
        return {product_of(a.over_ / left, b.over_ / right), product_of(a.under_ / right, b.under_ / left)};
    }

    [[gnu::noinline]] static Fast slow_sum(const Fast& a, const Fast& b) {
        if (a.under_ == 0 || b.under_ == 0)
            return a.top() || b.top() ? infinity(1) : infinity(-1);
        if (a.under_ == 1) return slow_sum(b, a);
        if (b.under_ == 1)  // in lowest terms as `a` is
            return {narrow(static_cast<__int128>(a.over_) + static_cast<__int128>(b.over_) * a.under_), a.under_};
        const std::int64_t shared = std::gcd(a.under_, b.under_);
        const std::int64_t rest = a.under_ / shared;
        const __int128 sum =
            static_cast<__int128>(a.over_) * (b.under_ / shared) + static_cast<__int128>(b.over_) * rest;
        const std::int64_t again = shared == 1 ? 1 : std::gcd(static_cast<std::int64_t>(sum % shared), shared);
        return {narrow(sum / again), product_of(rest, b.under_ / again)};
    }

    std::int64_t over_, under_;
};

}  // namespace easterly::curve
