// Fractional Gaussian noise: the increments of fractional Brownian motion.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace easterly::traffic {

// Covariance of two values `lag` apart, each of variance 1: (|k + 1|^2H - 2 |k|^2H + |k - 1|^2H) / 2, without
// cancellation at long lags (Mandelbrot & Van Ness 1968). 0 < hurst < 1.
double noise_covariance(double hurst, std::int64_t lag);

// Exact samples by circulant embedding (Davies & Harte 1987): the covariance, mirrored, is a circulant matrix, whose
// eigenvalues are its Fourier transform and never negative for this process (Craigmile 2003).
class Noise {
  public:
    Noise(double hurst, std::size_t count);
    // `count` values of one stream.
    void draw(std::uint64_t stream, std::span<double> values) const;

  private:
    std::vector<double> amplitude_;  // sqrt(eigenvalue / length), by frequency from 0 to the highest
};

}  // namespace easterly::traffic
