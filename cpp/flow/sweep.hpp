// Max-min fairness over all paths at once: one sweep of the fair share instead of one linear programme per level.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace easterly::flow {

// What rows want: each a curve, piecewise linear from (0, 0), of what it may have at a fair share.
struct Wants {
    std::int32_t nodes = 0;
    std::span<const std::int32_t> src, dst;  // links
    std::span<const double> capacity;        // above 0
    std::span<const bool> transit;           // nodes that may be passed through
    std::span<const std::int32_t> from, to;  // rows, sorted by `to`
    std::span<const std::int64_t> ptr;       // points of each row
    std::span<const double> share, rate;     // ascending; not falling
    std::span<const std::int32_t> stage;     // rows of stage 0 are filled first
};

struct Filled {
    std::vector<std::int32_t> path_row, path_link;
    std::vector<std::int64_t> path_ptr{0};
    std::vector<double> path_rate;
    std::vector<double> row_rate, row_share;  // share at which it was frozen; infinite if it has all it wants
    std::vector<std::int32_t> row_level;      // level that froze it; -1 if it has all it wants
    std::vector<double> level_share;
    std::vector<std::int32_t> level_stage;
    std::vector<double> price;  // (levels, links): what proves each level
    std::int64_t pivots = 0;
};

// A parametric dual simplex method on the path form, with paths generated when they are needed. All rows grow with the
// fair share s; x(s) moves in a straight line until a link is full or a path is empty. A row of the inverse of the
// basis then says which other path or link can give way; where none can, that row is the proof (Farkas 1902) that
// whoever pays a price in it cannot have more, and they are frozen.
// `going` is asked from time to time; the sweep ends early where it says no.
Filled sweep(const Wants& wants, const std::function<bool()>& going);

}  // namespace easterly::flow
