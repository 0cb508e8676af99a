#include "traffic/matrix.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace easterly::traffic {

Matrix Matrix::identity(std::size_t size) {
    Matrix made(size);
    for (std::size_t i = 0; i < size; ++i) made(i, i) = 1.0;
    return made;
}

void Matrix::scale(double by) {
    for (double& x : cell_) x *= by;
}

double Matrix::largest() const {
    double most = 0.0;
    for (const double x : cell_) most = std::max(most, std::fabs(x));
    return most;
}

Matrix operator*(const Matrix& a, const Matrix& b) {
    const std::size_t n = a.size_;
    Matrix made(n);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t k = 0; k < n; ++k) {
            const double by = a(i, k);
            for (std::size_t j = 0; j < n; ++j) made(i, j) += by * b(k, j);
        }
    return made;
}

Matrix operator+(Matrix a, const Matrix& b) {
    for (std::size_t i = 0; i < a.cell_.size(); ++i) a.cell_[i] += b.cell_[i];
    return a;
}

Vector operator*(const Matrix& a, const Vector& x) {
    Vector made(a.size_);
    for (std::size_t i = 0; i < a.size_; ++i)
        for (std::size_t j = 0; j < a.size_; ++j) made[i] += a(i, j) * x[j];
    return made;
}

Vector solve(Matrix a, Vector b) {
    const std::size_t n = a.size();
    for (std::size_t k = 0; k < n; ++k) {
        std::size_t pivot = k;
        for (std::size_t i = k + 1; i < n; ++i)
            if (std::fabs(a(i, k)) > std::fabs(a(pivot, k))) pivot = i;
        if (a(pivot, k) == 0.0) return {};
        if (pivot != k) {
            for (std::size_t j = k; j < n; ++j) std::swap(a(k, j), a(pivot, j));
            std::swap(b[k], b[pivot]);
        }
        for (std::size_t i = k + 1; i < n; ++i) {
            const double by = a(i, k) / a(k, k);
            if (by == 0.0) continue;
            for (std::size_t j = k; j < n; ++j) a(i, j) -= by * a(k, j);
            b[i] -= by * b[k];
        }
    }
    for (std::size_t k = n; k-- > 0;) {
        for (std::size_t j = k + 1; j < n; ++j) b[k] -= a(k, j) * b[j];
        b[k] /= a(k, k);
    }
    return b;
}

}  // namespace easterly::traffic
