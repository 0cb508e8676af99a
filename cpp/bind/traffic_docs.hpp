// What the functions of the room `traffic` say of themselves.
#pragma once

namespace easterly::bind {

#define EASTERLY_RAISES "\n\nRaises\n------\nValueError\n    Lengths that differ, numbers out of range."
#define EASTERLY_CHAIN                                                                                      \
    "generator : (N, N) float64\n    Rates of changing between states; the diagonal is not read.\nrate : (N,) float64\n"

inline constexpr const char* kRealValues =
    "Real values whose Fourier transform is given: x[j] = sum of c[k] e^(2 pi i j k / n), the same bits everywhere.\n\n"
    "Parameters\n----------\nreal, imaginary : (n / 2 + 1,) float64\n    c[0] to c[n / 2]; the rest are their "
    "conjugates. n is a power of two from 4 on.\n\nReturns\n-------\n(n,) float64" EASTERLY_RAISES;
inline constexpr const char* kNoiseCovariance =
    "Covariance of fractional Gaussian noise of variance 1 at lags 0 to count - 1 (Mandelbrot & Van Ness 1968).\n\n"
    "Parameters\n----------\nhurst : float\ncount : int\n\nReturns\n-------\n(count,) float64" EASTERLY_RAISES;
inline constexpr const char* kNoise =
    "Fractional Gaussian noise of variance 1, exactly, by circulant embedding (Davies & Harte 1987).\n\n"
    "Parameters\n----------\nhurst : float\ncount : int\nstream : (R,) uint64\n    One row each.\n\n"
    "Returns\n-------\n(R, count) float64" EASTERLY_RAISES;
inline constexpr const char* kOctaves =
    "Mean squares of Daubechies wavelet details, octave by octave, ends left out (Abry & Veitch 1998).\n\n"
    "Parameters\n----------\nvalues : (T,) float64\nmoments : int\n    Vanishing moments: 1, 2 or 3.\nleast : int\n"
    "    Details that an octave needs to be counted.\n\n"
    "Returns\n-------\ncount : (J,) int64\nenergy : (J,) float64" EASTERLY_RAISES;
inline constexpr const char* kLogGamma =
    "Mean and variance of the natural logarithm of gamma variables of rate 1: digamma and trigamma of the shape.\n\n"
    "Parameters\n----------\nshape : (N,) float64\n\nReturns\n-------\nmean, variance : (N,) float64" EASTERLY_RAISES;
inline constexpr const char* kPoissonCounts =
    "Poisson variables; entry i is drawn from (stream, i) alone (Hoermann 1993).\n\n"
    "Parameters\n----------\nmean : (N,) float64\nstream : int\n\nReturns\n-------\n(N,) int64" EASTERLY_RAISES;
inline constexpr const char* kModulated =
    "Integral of a rate that follows a stationary Markov chain, interval by interval.\n\n"
    "Parameters\n----------\n" EASTERLY_CHAIN "interval : float\ncount : int\nstream : int\n\n"
    "Returns\n-------\n(count,) float64" EASTERLY_RAISES;
inline constexpr const char* kOnOff =
    "Time that stationary sources are on, summed over sources, interval by interval.\n\n"
    "Parameters\n----------\non_mean, on_shape, off_mean, off_shape : float\n    Pareto times of these means and "
    "shapes above 1; exponential ones where a shape is infinite.\ninterval : float\ncount : int\n"
    "stream : (S,) uint64\n    One for each source.\n\nReturns\n-------\n(count,) float64" EASTERLY_RAISES;
inline constexpr const char* kStationary =
    "Stationary law of an irreducible Markov chain in continuous time (Grassmann, Taksar & Heyman 1985).\n\n"
    "Parameters\n----------\ngenerator : (N, N) float64\n    The diagonal is not read.\n\n"
    "Returns\n-------\n(N,) float64" EASTERLY_RAISES;
inline constexpr const char* kVariances =
    "Variance of the integral of the rate over windows, and its growth per unit of time over long ones.\n\n"
    "Parameters\n----------\n" EASTERLY_CHAIN "window : (K,) float64\n\n"
    "Returns\n-------\nvariance : (K,) float64\nlong_run : float" EASTERLY_RAISES;
inline constexpr const char* kLogMoments =
    "ln E exp(s X(t)), X(t) the integral of the rate over a window t of the stationary chain.\n\n"
    "Parameters\n----------\n" EASTERLY_CHAIN "s, t : (K,) float64\n\nReturns\n-------\n(K,) float64" EASTERLY_RAISES;
inline constexpr const char* kGrowths =
    "Largest eigenvalue of generator + s rates, for each s: between two bounds (Noda 1971; Collatz and Wielandt).\n\n"
    "Parameters\n----------\n" EASTERLY_CHAIN "s : (K,) float64\n\n"
    "Returns\n-------\nlow, high : (K,) float64" EASTERLY_RAISES;

#undef EASTERLY_CHAIN
#undef EASTERLY_RAISES

}  // namespace easterly::bind
