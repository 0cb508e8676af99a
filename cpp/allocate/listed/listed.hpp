// Paths with rates as a list, CSR over links: what is done to an answer of many paths, one pass each.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace easterly::allocate {

struct Listed {
    std::span<const std::int64_t> ptr;
    std::span<const std::int32_t> link;

    std::size_t paths() const { return ptr.size() - 1; }
    std::span<const std::int32_t> path(std::size_t p) const {
        return link.subspan(static_cast<std::size_t>(ptr[p]), static_cast<std::size_t>(ptr[p + 1] - ptr[p]));
    }
};

// What all paths together put on each link, added up in their order.
std::vector<double> path_loads(const Listed& listed, std::span<const double> rate, std::size_t links);

// The least of the values of each path's links; infinity for a path without any.
std::vector<double> path_least(const Listed& listed, std::span<const double> value);

struct Picked {
    std::vector<std::int64_t> ptr;
    std::vector<std::int32_t> link;
};

// Some of the paths, in the order given, with each link by its name.
Picked path_pick(const Listed& listed, std::span<const std::int64_t> path, std::span<const std::int32_t> name);

// Rates where paths that carry at most `dust` of their row carry nothing: the largest path of the row, the first among
// equals, carries it instead. Negative rates are 0.
std::vector<double> path_sweep(std::span<const std::int32_t> row, std::span<const double> rate, std::size_t rows, double dust);

struct Shares {
    std::vector<std::int64_t> ptr;
    std::vector<std::int32_t> link;
    std::vector<double> share;
};

// Share of each flow on each link. `flow` ascends; `total` is what a flow sends over all of its paths.
Shares path_shares(const Listed& listed, std::span<const std::int32_t> flow, std::span<const double> rate,
                   std::span<const double> total, std::size_t links);

}  // namespace easterly::allocate
