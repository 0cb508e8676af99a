// Small dense matrices by rows: what Markov chains of a few dozen states need, in a fixed order of operations.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace easterly::traffic {

using Vector = std::vector<double>;

class Matrix {
  public:
    explicit Matrix(std::size_t size) : size_(size), cell_(size * size) {}
    Matrix(std::size_t size, std::span<const double> cells) : size_(size), cell_(cells.begin(), cells.end()) {}
    static Matrix identity(std::size_t size);

    std::size_t size() const { return size_; }
    double& operator()(std::size_t i, std::size_t j) { return cell_[i * size_ + j]; }
    double operator()(std::size_t i, std::size_t j) const { return cell_[i * size_ + j]; }
    void scale(double by);
    double largest() const;  // magnitude of the largest entry

    friend Matrix operator*(const Matrix& a, const Matrix& b);
    friend Matrix operator+(Matrix a, const Matrix& b);
    friend Vector operator*(const Matrix& a, const Vector& x);

  private:
    std::size_t size_;
    Vector cell_;
};

// x with a x = b by elimination with the largest pivot of each column; empty where a is singular.
Vector solve(Matrix a, Vector b);

}  // namespace easterly::traffic
