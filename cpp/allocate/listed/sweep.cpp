#include <algorithm>

#include "allocate/listed/listed.hpp"

namespace easterly::allocate {

namespace {

// What the paths of a row carry, what of it is dust, and the largest of them.
struct Row {
    double whole = 0.0;
    double moved = 0.0;
    std::size_t largest = 0;
    double most = -1.0;
};

}  // namespace

std::vector<double> path_sweep(std::span<const std::int32_t> row, std::span<const double> rate, std::size_t rows,
                               double dust) {
    std::vector<Row> of(rows);
    std::vector<double> left(row.size());
    for (std::size_t p = 0; p < row.size(); ++p) {
        Row& r = of[row[p]];
        left[p] = std::max(rate[p], 0.0);
        r.whole += left[p];
        if (left[p] > r.most) r.largest = p, r.most = left[p];
    }
    for (std::size_t p = 0; p < row.size(); ++p) {
        Row& r = of[row[p]];
        if (left[p] > dust * r.whole || r.largest == p) continue;
        r.moved += left[p];
        left[p] = 0.0;
    }
    for (const Row& r : of)
        if (r.most >= 0.0) left[r.largest] += r.moved;
    return left;
}

}  // namespace easterly::allocate
