// Frequency response of linear systems with one delay.
#pragma once

#include <span>

#include "control/complex.hpp"

namespace easterly::control {

// x' = now x + past x(t - delay) + into u, of `n` states, tables row by row; what comes back is out x(t - delay).
struct Linear {
    std::span<const double> now, past, into, out;
    double delay;
    std::size_t states() const { return into.size(); }
};

// out (s - now - past e^(-s delay))^-1 into e^(-s delay); not a number at a pole.
Complex response(const Linear& system, Complex s);

// Determinant of s - now - past e^(-s delay), whose roots are the modes of the system.
Complex determinant(const Linear& system, Complex s);

}  // namespace easterly::control
