#include <algorithm>

#include "allocate/listed/listed.hpp"

namespace easterly::allocate {

namespace {

// What all paths of a row carry, what those without the dust do not, and the largest of them.
struct Row {
    double whole = 0.0;
    double moved = 0.0;
    std::size_t largest = 0;
    double most = -1.0;
};

}  // namespace

Swept path_sweep(std::span<const std::int32_t> row, std::span<const double> rate, std::size_t rows, double dust) {
    std::vector<Row> of(rows);
    for (std::size_t p = 0; p < row.size(); ++p) {
        Row& r = of[row[p]];
        const double carried = std::max(rate[p], 0.0);
        r.whole += carried;
        if (carried > r.most) r.largest = p, r.most = carried;
    }
    const auto stays = [&](std::size_t p) { return rate[p] > dust * of[row[p]].whole || of[row[p]].largest == p; };
    Swept out;
    for (std::size_t p = 0; p < row.size(); ++p)
        if (stays(p))
            out.path.push_back(static_cast<std::int64_t>(p));
        else
            of[row[p]].moved += std::max(rate[p], 0.0);
    for (const std::int64_t p : out.path) {
        const Row& r = of[row[p]];
        const double carried = std::max(rate[p], 0.0);
        out.rate.push_back(r.largest == static_cast<std::size_t>(p) ? carried + r.moved : carried);
    }
    return out;
}

}  // namespace easterly::allocate
