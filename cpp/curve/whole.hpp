// Whole numbers of any length: sign and magnitude, 32 bits a digit, the lowest first.
#pragma once

#include <algorithm>
#include <bit>
#include <compare>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace easterly::curve {

class Whole {
public:
    using Digits = std::vector<std::uint32_t>;

    Whole(std::int64_t value = 0) : negative_(value < 0) {
        auto size = negative_ ? -static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
        for (; size != 0; size >>= 32) digits_.push_back(static_cast<std::uint32_t>(size));
    }
    Whole(bool negative, Digits digits) : negative_(negative), digits_(std::move(digits)) { trim(); }

    bool negative() const { return negative_; }
    bool zero() const { return digits_.empty(); }
    bool odd() const { return !digits_.empty() && (digits_[0] & 1) != 0; }
    const Digits& digits() const { return digits_; }

    // Whether it fits into 64 bits, and its opposite as well.
    bool small() const { return digits_.size() < 2 || (digits_.size() == 2 && (digits_[1] >> 31) == 0); }
    std::int64_t value() const {
        std::uint64_t size = 0;
        for (std::size_t i = digits_.size(); i-- > 0;) size = size << 32 | digits_[i];
        return negative_ ? -static_cast<std::int64_t>(size) : static_cast<std::int64_t>(size);
    }

    Whole operator-() const { return {!negative_, digits_}; }

    friend Whole operator+(const Whole& a, const Whole& b) {
        if (a.negative_ == b.negative_) return {a.negative_, sum(a.digits_, b.digits_)};
        const bool less = below(a.digits_, b.digits_);
        return less ? Whole(b.negative_, difference(b.digits_, a.digits_))
                    : Whole(a.negative_, difference(a.digits_, b.digits_));
    }
    friend Whole operator-(const Whole& a, const Whole& b) { return a + -b; }
    friend Whole operator*(const Whole& a, const Whole& b) {
        Digits made(a.digits_.size() + b.digits_.size(), 0);
        for (std::size_t i = 0; i < a.digits_.size(); ++i) {
            std::uint64_t carry = 0;
            for (std::size_t j = 0; j < b.digits_.size(); ++j) {
                carry += static_cast<std::uint64_t>(a.digits_[i]) * b.digits_[j] + made[i + j];
                made[i + j] = static_cast<std::uint32_t>(carry);
                carry >>= 32;
            }
            made[i + b.digits_.size()] = static_cast<std::uint32_t>(carry);
        }
        return {a.negative_ != b.negative_, std::move(made)};
    }

    // Towards zero; the divisor is not 0.
    friend Whole operator/(const Whole& a, const Whole& b) { return divide(a, b).first; }
    friend Whole operator%(const Whole& a, const Whole& b) { return divide(a, b).second; }
    // Quotient towards zero, and what is left, with the sign of the dividend (Knuth, volume 2, 4.3.1, algorithm D).
    static std::pair<Whole, Whole> divide(const Whole& a, const Whole& b) {
        if (below(a.digits_, b.digits_)) return {Whole(), a};
        auto [quotient, rest] = b.digits_.size() == 1 ? short_division(a.digits_, b.digits_[0])
                                                      : long_division(a.digits_, b.digits_);
        return {Whole(a.negative_ != b.negative_, std::move(quotient)), Whole(a.negative_, std::move(rest))};
    }
    friend Whole gcd(Whole a, Whole b) {
        while (!b.zero()) {
            Whole rest = a % b;
            a = std::move(b);
            b = std::move(rest);
        }
        a.negative_ = false;
        return a;
    }

    friend bool operator==(const Whole& a, const Whole& b) = default;
    friend std::strong_ordering operator<=>(const Whole& a, const Whole& b) {
        if (a.negative_ != b.negative_) return a.negative_ ? std::strong_ordering::less : std::strong_ordering::greater;
        if (a.digits_ == b.digits_) return std::strong_ordering::equal;
        return below(a.digits_, b.digits_) != a.negative_ ? std::strong_ordering::less : std::strong_ordering::greater;
    }

private:
    void trim() {
        while (!digits_.empty() && digits_.back() == 0) digits_.pop_back();
        if (digits_.empty()) negative_ = false;
    }
    static bool below(const Digits& a, const Digits& b) {
        if (a.size() != b.size()) return a.size() < b.size();
        return std::lexicographical_compare(a.rbegin(), a.rend(), b.rbegin(), b.rend());
    }
    static Digits sum(const Digits& a, const Digits& b) {
        Digits made;
        std::uint64_t carry = 0;
        for (std::size_t i = 0; i < std::max(a.size(), b.size()) || carry != 0; ++i) {
            carry += static_cast<std::uint64_t>(i < a.size() ? a[i] : 0) + (i < b.size() ? b[i] : 0);
            made.push_back(static_cast<std::uint32_t>(carry));
            carry >>= 32;
        }
        return made;
    }
    // Of a number that is at least the other.
    static Digits difference(const Digits& a, const Digits& b) {
        Digits made(a.size());
        std::int64_t borrow = 0;
        for (std::size_t i = 0; i < a.size(); ++i) {
            borrow += static_cast<std::int64_t>(a[i]) - (i < b.size() ? b[i] : 0);
            made[i] = static_cast<std::uint32_t>(borrow);
            borrow >>= 32;
        }
        return made;
    }
    static std::pair<Digits, Digits> short_division(const Digits& a, std::uint32_t by) {
        Digits made(a.size());
        std::uint64_t rest = 0;
        for (std::size_t i = a.size(); i-- > 0;) {
            rest = rest << 32 | a[i];
            made[i] = static_cast<std::uint32_t>(rest / by);
            rest %= by;
        }
        return {std::move(made), Digits{static_cast<std::uint32_t>(rest)}};
    }
    static Digits raised(const Digits& a, int bits) {  // one digit longer
        Digits made(a.size() + 1, 0);
        for (std::size_t i = 0; i < a.size(); ++i) {
            const std::uint64_t wide = static_cast<std::uint64_t>(a[i]) << bits;
            made[i] |= static_cast<std::uint32_t>(wide);
            made[i + 1] = static_cast<std::uint32_t>(wide >> 32);
        }
        return made;
    }
    static std::pair<Digits, Digits> long_division(const Digits& a, const Digits& b) {
        const int bits = std::countl_zero(b.back());
        Digits rest = raised(a, bits), by = raised(b, bits);
        by.pop_back();
        const std::size_t n = by.size();
        Digits made(a.size() - n + 1, 0);
        for (std::size_t j = made.size(); j-- > 0;) {
            const std::uint64_t front = static_cast<std::uint64_t>(rest[j + n]) << 32 | rest[j + n - 1];
            std::uint64_t guess = front / by[n - 1], left = front % by[n - 1];
            while (guess >> 32 != 0 || guess * by[n - 2] > (left << 32 | rest[j + n - 2])) {
                --guess;
                left += by[n - 1];
                if (left >> 32 != 0) break;
            }
            if (take(rest, by, j, guess)) {
                --guess;
                give(rest, by, j);
            }
            made[j] = static_cast<std::uint32_t>(guess);
        }
        rest.resize(n);
        if (bits != 0)
            for (std::size_t i = 0; i < n; ++i)
                rest[i] = rest[i] >> bits | (i + 1 < n ? rest[i + 1] << (32 - bits) : 0);
        return {std::move(made), std::move(rest)};
    }
    // rest -= guess x by, from digit j on; whether that was too much.
    static bool take(Digits& rest, const Digits& by, std::size_t j, std::uint64_t guess) {
        std::uint64_t carry = 0;
        std::int64_t borrow = 0;
        for (std::size_t i = 0; i < by.size(); ++i) {
            carry += guess * by[i];
            borrow += static_cast<std::int64_t>(rest[j + i]) - static_cast<std::int64_t>(carry & 0xffffffff);
            rest[j + i] = static_cast<std::uint32_t>(borrow);
            borrow >>= 32;
            carry >>= 32;
        }
        borrow += static_cast<std::int64_t>(rest[j + by.size()]) - static_cast<std::int64_t>(carry);
        rest[j + by.size()] = static_cast<std::uint32_t>(borrow);
        return borrow < 0;
    }
    static void give(Digits& rest, const Digits& by, std::size_t j) {
        std::uint64_t carry = 0;
        for (std::size_t i = 0; i < by.size(); ++i) {
            carry += static_cast<std::uint64_t>(rest[j + i]) + by[i];
            rest[j + i] = static_cast<std::uint32_t>(carry);
            carry >>= 32;
        }
        rest[j + by.size()] += static_cast<std::uint32_t>(carry);
    }

    bool negative_ = false;
    Digits digits_;
};

}  // namespace easterly::curve
