// Curves with numbers of 64 bits where these suffice, and of any length where not; the same curve always in one form.
#pragma once

#include <optional>
#include <variant>

#include "curve/function.hpp"
#include "curve/large.hpp"

namespace easterly::curve {

class Exact {
public:
    using Any = std::variant<Function<Fast>, Function<Large>>;

    // Of pieces from 0 on, the last of which is the point at T + d.
    Exact(Seq<Large> base, const Large& T, const Large& d, const Large& c);
    explicit Exact(Any any);

    bool operator==(const Exact&) const = default;
    Function<Large> large() const;
    std::size_t pieces() const;

    Exact lower(const Exact& other) const;
    Exact upper(const Exact& other) const;
    Exact sum(const Exact& other) const;
    Exact opposite() const;
    Exact scaled(const Large& x, const Large& y) const;       // y f(t / x)
    Exact moved(const Large& x, const Large& y, const Large& before) const;  // f(t - x) + y, `before` until x
    Exact convolution(const Exact& other) const;
    Exact deconvolution(const Exact& other) const;
    Exact closure() const;
    Exact inverse(bool upper) const;
    Exact composition(const Exact& inner) const;
    Large horizontal(const Exact& service) const;
    Large difference(const Exact& other) const;
    bool at_most(const Exact& other) const;
    bool rises() const;
    struct Around {
        Large left, value, right;
    };
    Around at(const Large& t) const;
    Seq<Large> stretch(const Large& end) const;

private:
    template <class Run>
    auto with(const Exact& other, Run&& run) const;

    Any any_;
};

}  // namespace easterly::curve
