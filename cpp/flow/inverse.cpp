#include "flow/inverse.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace easterly::flow {

namespace {

void add(double factor, const double* from, double* to, std::size_t count) {
    for (std::size_t j = 0; j < count; ++j) to[j] += factor * from[j];
}

}  // namespace

void Inverse::left(std::span<const double> y, std::vector<double>& out) const {
    out.assign(size_, 0.0);
    for (std::size_t i = 0; i < size_; ++i)
        if (y[i] != 0.0) add(y[i], &cells_[i * stride_], out.data(), size_);
}

void Inverse::right(std::span<const double> x, std::vector<double>& out) const {
    std::vector<std::size_t> used;
    for (std::size_t j = 0; j < size_; ++j)
        if (x[j] != 0.0) used.push_back(j);
    out.assign(size_, 0.0);
    for (std::size_t i = 0; i < size_; ++i) {
        double sum = 0.0;
        for (const std::size_t j : used) sum += cells_[i * stride_ + j] * x[j];
        out[i] = sum;
    }
}

void Inverse::reserve(std::size_t size) {
    if (size <= stride_) return;
    const std::size_t stride = std::max<std::size_t>(16, 2 * size);
    std::vector<double> cells(stride * stride);
    for (std::size_t i = 0; i < size_; ++i) std::copy_n(&cells_[i * stride_], size_, &cells[i * stride]);
    cells_ = std::move(cells);
    stride_ = stride;
}

void Inverse::grow(std::span<const double> w, std::span<const double> u, double pivot) {
    reserve(size_ + 1);
    for (std::size_t i = 0; i < size_; ++i) {
        if (w[i] != 0.0) add(w[i] / pivot, u.data(), cells(i), size_);
        cells(i)[size_] = -w[i] / pivot;
    }
    for (std::size_t j = 0; j < size_; ++j) cells(size_)[j] = -u[j] / pivot;
    cells(size_)[size_] = 1.0 / pivot;
    ++size_;
}

void Inverse::replace_row(std::size_t j, std::span<const double> u) {
    scratch_.assign(u.begin(), u.end());
    scratch_[j] -= 1.0;
    for (std::size_t i = 0; i < size_; ++i) {
        const double factor = cells(i)[j] / u[j];
        if (factor != 0.0) add(-factor, scratch_.data(), cells(i), size_);
    }
}

void Inverse::replace_column(std::size_t i, std::span<const double> w) {
    for (std::size_t j = 0; j < size_; ++j) cells(i)[j] /= w[i];
    for (std::size_t a = 0; a < size_; ++a)
        if (a != i && w[a] != 0.0) add(-w[a], cells(i), cells(a), size_);
}

void Inverse::shrink(std::size_t i, std::size_t j) {
    const double pivot = cells(i)[j];
    for (std::size_t a = 0; a < size_; ++a) {
        const double factor = cells(a)[j] / pivot;
        if (a != i && factor != 0.0) add(-factor, cells(i), cells(a), size_);
    }
    const std::size_t last = size_ - 1;
    if (i != last) std::copy_n(cells(last), size_, cells(i));
    if (j != last)
        for (std::size_t a = 0; a < size_; ++a) cells(a)[j] = cells(a)[last];
    size_ = last;
}

void Inverse::exchange(std::size_t i, std::span<const std::size_t> rest) {
    for (std::size_t j = 0; j < size_; ++j) cells(i)[j] = -cells(i)[j];
    for (const std::size_t r : rest) add(-1.0, cells(r), cells(i), size_);
}

bool Inverse::renew(std::size_t size, std::vector<double> matrix) {
    reserve(size);
    size_ = size;
    for (std::size_t i = 0; i < size; ++i) {
        std::fill_n(cells(i), size, 0.0);
        cells(i)[i] = 1.0;
    }
    // Gauss and Jordan with the largest entry of each column as pivot.
    for (std::size_t c = 0; c < size; ++c) {
        std::size_t best = c;
        for (std::size_t r = c + 1; r < size; ++r)
            if (std::abs(matrix[r * size + c]) > std::abs(matrix[best * size + c])) best = r;
        const double pivot = matrix[best * size + c];
        if (std::abs(pivot) < 1e-11) return false;
        if (best != c) {
            std::swap_ranges(&matrix[c * size], &matrix[c * size] + size, &matrix[best * size]);
            std::swap_ranges(cells(c), cells(c) + size, cells(best));
        }
        for (std::size_t j = c; j < size; ++j) matrix[c * size + j] /= pivot;
        for (std::size_t j = 0; j < size; ++j) cells(c)[j] /= pivot;
        for (std::size_t r = 0; r < size; ++r) {
            const double factor = matrix[r * size + c];
            if (r == c || factor == 0.0) continue;
            add(-factor, &matrix[c * size + c], &matrix[r * size + c], size - c);
            add(-factor, cells(c), cells(r), size);
        }
    }
    return true;
}

}  // namespace easterly::flow
