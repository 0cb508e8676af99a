// Cholesky factors of dense symmetric positive definite matrices, the same bits at every vector width.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace easterly::allocate {

// Factorises the lower triangle of a row-major matrix in place: A = L L^T. A pivot that is lost to rounding
// is replaced by one so large that its unknown comes out as zero.
class Cholesky {
public:
    // `matrix` has `n` rows of `stride` entries, stride a multiple of 8.
    void factorise(std::vector<double>& matrix, std::size_t n, std::size_t stride);
    // Solves A x = b in place.
    void solve(std::span<double> b) const;

private:
    const double* matrix_ = nullptr;
    std::size_t n_ = 0, stride_ = 0;
    std::vector<double> panel_;
};

}  // namespace easterly::allocate
