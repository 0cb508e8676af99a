// Discrete Fourier transforms whose bits depend on nothing but the input.
#pragma once

#include <complex>
#include <cstddef>
#include <span>
#include <vector>

namespace easterly::traffic {

using Complex = std::complex<double>;

// e^(2 pi i k / n) for k in 0 .. n: the angle is brought within an eighth of a turn exactly, then Taylor's series.
Complex on_circle(std::size_t k, std::size_t n);

// Real x[j] = sum over k of c[k] e^(2 pi i j k / n) for n = 2 (size - 1) a power of two from 4 on, where `half` holds
// c[0] .. c[n / 2] and the rest are their conjugates; c[0] and c[n / 2] are taken for real.
std::vector<double> real_values(std::span<const Complex> half);

}  // namespace easterly::traffic
