#include "traffic/fourier.hpp"

namespace easterly::traffic {

namespace {

constexpr double kTwoPi = 6.283185307179586476925;

// Quotients of neighbouring terms of the series of sine and cosine: up to an eighth of a turn nine are enough.
constexpr std::size_t kTerms = 9;
struct Series {
    double sine[kTerms] = {}, cosine[kTerms] = {};
    constexpr Series() {
        for (int j = 1; j <= static_cast<int>(kTerms); ++j) {
            sine[j - 1] = 1.0 / (2 * j * (2 * j + 1));
            cosine[j - 1] = 1.0 / (2 * j * (2 * j - 1));
        }
    }
};
constexpr Series kSeries;

// Products written out: those of std::complex look for infinities first.
inline Complex times(Complex a, Complex b) {
    return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

// x[j] = sum of c[k] e^(2 pi i j k / n), n a power of two; `circle` holds e^(2 pi i k / (2 n)) for k < n.
// Stockham's order: each pass reads one buffer in order and writes the other, and none is reversed.
std::vector<Complex> transform(std::vector<Complex> from, const std::vector<Complex>& circle) {
    const std::size_t n = from.size();
    std::vector<Complex> to(n);
    for (std::size_t half = n / 2, stride = 1; half >= 1; half /= 2, stride *= 2) {
        for (std::size_t p = 0; p < half; ++p) {
            const Complex turn = circle[2 * p * stride];
            const Complex *a = &from[stride * p], *b = &from[stride * (p + half)];
            Complex *even = &to[stride * 2 * p], *odd = even + stride;
            for (std::size_t q = 0; q < stride; ++q) {
                even[q] = a[q] + b[q];
                odd[q] = times(a[q] - b[q], turn);
            }
        }
        from.swap(to);
    }
    return from;
}

}  // namespace

Complex on_circle(std::size_t k, std::size_t n) {
    const std::size_t eighth = 8 * k / n;  // octants are told apart by whole numbers
    const std::size_t quarter = (eighth + 1) / 2;
    const bool back = quarter * n > 4 * k;
    const std::size_t rest = back ? quarter * n - 4 * k : 4 * k - quarter * n;  // in fourths of a step
    const double x = kTwoPi * static_cast<double>(rest) / (4.0 * static_cast<double>(n)), z = x * x;
    double sine = 0.0, cosine = 0.0;
    for (std::size_t j = kTerms; j-- > 0;) {
        sine = z * kSeries.sine[j] * (1.0 - sine);
        cosine = z * kSeries.cosine[j] * (1.0 - cosine);
    }
    const double s = (back ? -1.0 : 1.0) * (x - x * sine), c = 1.0 - cosine;
    switch (quarter % 4) {
        case 0: return {c, s};
        case 1: return {-s, c};
        case 2: return {-c, -s};
        default: return {s, -c};
    }
}

std::vector<double> real_values(std::span<const Complex> half) {
    const std::size_t n = half.size() - 1;
    std::vector<Complex> circle(n), packed(n);
    for (std::size_t k = 0; k < n; ++k) circle[k] = on_circle(k, 2 * n);
    // Even and odd values as the two parts of one complex transform of half the length.
    for (std::size_t k = 0; k < n; ++k) {
        const Complex low = k == 0 ? Complex{half[0].real(), 0.0} : half[k];
        const Complex high = k == 0 ? Complex{half[n].real(), 0.0} : std::conj(half[n - k]);
        const Complex odd = times(low - high, circle[k]);
        packed[k] = low + high + Complex{-odd.imag(), odd.real()};
    }
    packed = transform(std::move(packed), circle);
    std::vector<double> made(2 * n);
    for (std::size_t j = 0; j < n; ++j) {
        made[2 * j] = packed[j].real();
        made[2 * j + 1] = packed[j].imag();
    }
    return made;
}

}  // namespace easterly::traffic
