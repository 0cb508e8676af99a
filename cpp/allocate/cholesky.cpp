#include "allocate/cholesky.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "allocate/vectors.hpp"

namespace easterly::allocate {

namespace {

constexpr std::size_t kWide = 48;  // columns of a panel

typedef double Lane __attribute__((vector_size(64), aligned(8), may_alias));

// Rows i .. i+R-1: C[r][0..8) -= sum_k A[r][k] B[k][0..8), in the order of k.
template <int R>
inline __attribute__((always_inline)) void tile(double* c, std::size_t stride, const double* a, const double* b,
                                                std::size_t depth) {
    Lane sum[R];
    for (int r = 0; r < R; ++r) sum[r] = *reinterpret_cast<const Lane*>(c + r * stride);
    for (std::size_t k = 0; k < depth; ++k) {
        const Lane row = *reinterpret_cast<const Lane*>(b + k * kWide);
        for (int r = 0; r < R; ++r) sum[r] -= a[r * stride + k] * row;
    }
    for (int r = 0; r < R; ++r) *reinterpret_cast<Lane*>(c + r * stride) = sum[r];
}

// Subtracts what the columns left of `from` contribute to the panel of columns from .. from+width of all rows.
EASTERLY_WIDE void update(double* m, std::size_t n, std::size_t stride, std::size_t from, std::size_t width,
                          const double* packed) {
    const std::size_t lanes = (width + 7) / 8 * 8;
    for (std::size_t j = 0; j < lanes; j += 8) {
        std::size_t i = from;
        for (; i + 6 <= n; i += 6) tile<6>(m + i * stride + from + j, stride, m + i * stride, packed + j, from);
        for (; i < n; ++i) tile<1>(m + i * stride + from + j, stride, m + i * stride, packed + j, from);
    }
}

// Factorises the panel's own triangle and divides the rows below by it.
EASTERLY_WIDE void finish(double* m, std::size_t n, std::size_t stride, std::size_t from, std::size_t width,
                          double* triangle) {
    // triangle[k][j] = L[from + j][from + k]: rows below then take whole lanes of it.
    std::memset(triangle, 0, kWide * kWide * sizeof(double));
    for (std::size_t i = from; i < n; ++i) {
        double* row = m + i * stride + from;
        const std::size_t inside = std::min(width, i - from);
        for (std::size_t k = 0; k < inside; ++k) {
            const double* t = triangle + k * kWide;
            const double value = row[k] / t[k];
            row[k] = value;
            for (std::size_t j = k + 1; j < width; ++j) row[j] -= value * t[j];
            if (inside < width) row[inside] -= value * value;
        }
        if (i - from < width) {
            const std::size_t d = i - from;
            double pivot = row[d];
            if (!(pivot > 0.0)) pivot = 1e200;
            row[d] = std::sqrt(pivot);
            for (std::size_t k = 0; k <= d; ++k) triangle[k * kWide + d] = row[k];
        }
    }
}

}  // namespace

void Cholesky::factorise(std::vector<double>& matrix, std::size_t n, std::size_t stride) {
    matrix_ = matrix.data();
    n_ = n;
    stride_ = stride;
    panel_.resize((n + kWide) * kWide);
    double* m = matrix.data();
    for (std::size_t from = 0; from < n; from += kWide) {
        const std::size_t width = std::min(kWide, n - from);
        if (from > 0) {
            for (std::size_t k = 0; k < from; ++k)
                for (std::size_t j = 0; j < kWide; ++j)
                    panel_[k * kWide + j] = j < width ? m[(from + j) * stride + k] : 0.0;
            update(m, n, stride, from, width, panel_.data());
        }
        finish(m, n, stride, from, width, panel_.data());
    }
}

void Cholesky::solve(std::span<double> b) const {
    for (std::size_t i = 0; i < n_; ++i) {
        const double* row = matrix_ + i * stride_;
        double sum = b[i];
        for (std::size_t k = 0; k < i; ++k) sum -= row[k] * b[k];
        b[i] = sum / row[i];
    }
    for (std::size_t i = n_; i-- > 0;) {
        const double* row = matrix_ + i * stride_;
        const double value = b[i] / row[i];
        b[i] = value;
        for (std::size_t k = 0; k < i; ++k) b[k] -= row[k] * value;
    }
}

}  // namespace easterly::allocate
