// A stream of random numbers read one after the other: draw i is mix(stream, i), as `_kernel.random.uniform` gives it.
#pragma once

#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "maths/elementary.hpp"
#include "random/mix.hpp"

namespace easterly::robust {

class Draws {
public:
    explicit Draws(std::uint64_t stream) : name_(random::mix(0, stream)) {}

    std::uint64_t bits() { return random::mix(name_, count_++); }
    double unit() { return random::unit(bits()); }

    // A whole number below `limit`, each equally likely (Lemire 2019, ACM TOMACS 29:1).
    std::uint64_t below(std::uint64_t limit) {
        auto wide = static_cast<unsigned __int128>(bits()) * limit;
        if (static_cast<std::uint64_t>(wide) < limit) {
            const std::uint64_t least = (0 - limit) % limit;
            while (static_cast<std::uint64_t>(wide) < least) wide = static_cast<unsigned __int128>(bits()) * limit;
        }
        return static_cast<std::uint64_t>(wide >> 64);
    }

    double exponential(double rate) { return -maths::log(1.0 - unit()) / rate; }

    template <class T>
    void shuffle(std::vector<T>& values) {
        for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[below(i)]);
    }

private:
    std::uint64_t name_, count_ = 0;
};

}  // namespace easterly::robust
