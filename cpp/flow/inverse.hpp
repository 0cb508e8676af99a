// The inverse of a small dense matrix that changes by one row or column at a time.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace easterly::flow {

// Rows of the inverse belong to the columns of the matrix, and the other way round.
class Inverse {
public:
    std::size_t size() const { return size_; }
    double at(std::size_t i, std::size_t j) const { return cells_[i * stride_ + j]; }
    std::span<const double> row(std::size_t i) const { return {&cells_[i * stride_], size_}; }

    // out = y^T inverse.
    void left(std::span<const double> y, std::vector<double>& out) const;
    // out = inverse x.
    void right(std::span<const double> x, std::vector<double>& out) const;

    // The matrix gets a last column d and a last row v, c where they meet; w = inverse d, u = v^T inverse, pivot = c - v^T w.
    void grow(std::span<const double> w, std::span<const double> u, double pivot);
    // Row j of the matrix becomes v; u = v^T inverse.
    void replace_row(std::size_t j, std::span<const double> u);
    // Column i of the matrix becomes d; w = inverse d.
    void replace_column(std::size_t i, std::span<const double> w);
    // Column i and row j of the matrix go; the last ones take their places.
    void shrink(std::size_t i, std::size_t j);
    // Column i becomes what is left of it when it is taken from the others: c_i = -c_i, c_r -= c_i for r of `rest`.
    void exchange(std::size_t i, std::span<const std::size_t> rest);
    // From the matrix itself, by rows; false if it is singular.
    bool renew(std::size_t size, std::vector<double> matrix);

private:
    double* cells(std::size_t i) { return &cells_[i * stride_]; }
    void reserve(std::size_t size);

    std::size_t size_ = 0, stride_ = 0;
    std::vector<double> cells_, scratch_;
};

}  // namespace easterly::flow
