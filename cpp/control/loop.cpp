#include "control/loop.hpp"

#include <limits>
#include <utility>
#include <vector>

namespace easterly::control {

namespace {

// Gaussian elimination, the largest pivot of each column; returns the determinant and leaves the solution in `right`.
Complex eliminate(std::vector<Complex>& table, std::vector<Complex>& right) {
    const std::size_t n = right.size();
    Complex det{1.0, 0.0};
    for (std::size_t k = 0; k < n; ++k) {
        std::size_t best = k;
        for (std::size_t i = k + 1; i < n; ++i)
            if (size(table[i * n + k]) > size(table[best * n + k])) best = i;
        if (size(table[best * n + k]) == 0.0) return {0.0, 0.0};
        if (best != k) {
            for (std::size_t j = k; j < n; ++j) std::swap(table[k * n + j], table[best * n + j]);
            std::swap(right[k], right[best]);
            det = -1.0 * det;
        }
        det = det * table[k * n + k];
        for (std::size_t i = k + 1; i < n; ++i) {
            const Complex part = table[i * n + k] / table[k * n + k];
            for (std::size_t j = k + 1; j < n; ++j) table[i * n + j] = table[i * n + j] - part * table[k * n + j];
            right[i] = right[i] - part * right[k];
        }
    }
    for (std::size_t k = n; k-- > 0;) {
        for (std::size_t j = k + 1; j < n; ++j) right[k] = right[k] - table[k * n + j] * right[j];
        right[k] = right[k] / table[k * n + k];
    }
    return det;
}

std::vector<Complex> shifted(const Linear& system, Complex s, Complex late) {
    const std::size_t n = system.states();
    std::vector<Complex> table(n * n);
    for (std::size_t i = 0; i < n * n; ++i)
        table[i] = Complex{i % (n + 1) == 0 ? s.re : 0.0, i % (n + 1) == 0 ? s.im : 0.0} -
                   Complex{system.now[i], 0.0} - system.past[i] * late;
    return table;
}

}  // namespace

Complex response(const Linear& system, Complex s) {
    const Complex late = exp(-system.delay * s);
    std::vector<Complex> table = shifted(system, s, late), right;
    for (const double value : system.into) right.push_back({value, 0.0});
    const Complex det = eliminate(table, right);
    const double none = std::numeric_limits<double>::quiet_NaN();
    if (det.re == 0.0 && det.im == 0.0) return {none, none};
    Complex sum;
    for (std::size_t i = 0; i < right.size(); ++i) sum = sum + system.out[i] * right[i];
    return sum * late;
}

Complex determinant(const Linear& system, Complex s) {
    std::vector<Complex> table = shifted(system, s, exp(-system.delay * s)), right(system.states());
    return eliminate(table, right);
}

}  // namespace easterly::control
