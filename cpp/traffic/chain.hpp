// Markov chains in continuous time that set a rate: their stationary law, the variance of what they bring, its moments.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "traffic/matrix.hpp"

namespace easterly::traffic {

// Stationary law of an irreducible generator, without a subtraction (Grassmann, Taksar & Heyman 1985); empty where
// some state cannot be reached from some other.
Vector stationary(const Matrix& generator);

struct Modulator {
    Matrix generator;
    Vector rate;
    Vector law;  // stationary
};

// Mean of the rate.
double mean_rate(const Modulator& m);

// Variance of the integral of the rate over a window of each length, in the stationary chain.
void variances(const Modulator& m, std::span<const double> window, std::span<double> variance);

// Its growth per unit of time over long windows.
double long_run_variance(const Modulator& m);

// ln E exp(s X(t)), X(t) the integral of the rate over a window t: ln of law exp((Q + s R) t) 1.
double log_moment(const Modulator& m, double s, double t);

// Eigenvalue of largest real part of a matrix with entries of at least 0 beside the diagonal, between two bounds:
// inverse iteration by Noda 1971, the bounds by Collatz and Wielandt.
std::pair<double, double> growth(const Matrix& matrix);

}  // namespace easterly::traffic
