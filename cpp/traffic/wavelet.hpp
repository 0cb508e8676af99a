// Energy of wavelet details by octave: what the estimation of scaling exponents starts from.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace easterly::traffic {

struct Octave {
    std::int64_t count = 0;  // details that no end of the series touches
    double energy = 0.0;     // their mean square
};

inline constexpr int kMostMoments = 3;

// Daubechies' wavelet with 1, 2 or 3 vanishing moments by the pyramid of Mallat; values stand for the finest
// approximation. Octaves that have at least `least` details; octave 1 first.
std::vector<Octave> octaves(std::span<const double> values, int moments, std::int64_t least);

// Psi and its derivative at x > 0: mean and variance of the logarithm of a gamma variable of shape x and rate 1.
double digamma(double x);
double trigamma(double x);

}  // namespace easterly::traffic
