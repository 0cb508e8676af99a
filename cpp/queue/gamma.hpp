// Tails of Poisson and gamma distributions: what waiting times behind many exponential phases are made of.
#pragma once

namespace easterly::queue {

// ln (1 + x), accurate for small x; x > -1.
double log1p(double x);

// P(N = k) of a Poisson variable with this mean, k >= 0: saddle point (Loader 2000), accurate in its relative error.
double poisson(double k, double mean);

// Q(a, x) = P(a gamma variable of shape a > 0 and rate 1 exceeds x); for whole a, P(N < a) of a Poisson mean x.
double gamma_tail(double shape, double x);

// P(a, x) = 1 - Q(a, x), of full relative accuracy where it is small.
double gamma_head(double shape, double x);

}  // namespace easterly::queue
