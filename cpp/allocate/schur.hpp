// The Schur complement over the links that can bind: what is left of a Newton step once paths and demands are gone.
//
//   S = diag + sum_k [ sum_p theta_p a_p a_p^T - c_k b_k b_k^T ],   b_k = sum_p theta_p a_p,  c_k = kappa / (1 + kappa Theta)
//
// Pairs with one column contribute theta / (1 + kappa theta) a a^T, and all of one destination together a sum over
// the nodes of the forest and their ancestors. Pairs with several columns contribute a small block: links that lie on
// the same of its columns form a class, and an entry depends on the two classes alone.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "allocate/columns.hpp"

namespace easterly::allocate {

inline constexpr double kRigid = std::numeric_limits<double>::infinity();  // kappa of a total that is prescribed

class Schur {
public:
    // Finds classes of links for the columns as they are now.
    void gather(const Columns& columns, std::size_t links);
    // most[link] = sum of limit over the pairs with a column on the link.
    void worst(const Columns& columns, std::span<const double> limit, std::span<double> most);
    // row[link] is the row of a link, or -1; once after each `gather`.
    void shape(std::span<const std::int32_t> row, std::size_t rows);
    // Clears `keep` of columns that lie on the same rows as an earlier one of their pair, and adds their x to it.
    std::size_t merge_twins(const Columns& columns, std::span<double> x, std::span<char> keep) const;
    // Lower triangle of S, row-major with `stride()` entries per row.
    std::vector<double>& fill(const Columns& columns, std::span<const double> theta, std::span<const double> kappa,
                              std::span<const double> diagonal);
    std::size_t stride() const { return stride_; }

private:
    void singles(const Columns& columns, std::span<const double> theta, std::span<const double> kappa);
    void blocks(const Columns& columns, std::span<const double> theta, std::span<const double> kappa);

    struct Visit {  // a forest node on a row (a link, before `shape`), above columns that are their pair's only one
        std::int32_t node, row, depth;
    };
    struct Block {  // a pair with several columns: classes first .. last
        std::int32_t pair, first, last;
    };
    std::size_t rows_ = 0, stride_ = 0;
    std::vector<Visit> visits_;
    std::vector<Block> blocks_;
    std::vector<std::uint64_t> mask_;    // per class: columns of the pair (by position) that use its links
    std::vector<std::int32_t> class_ptr_;  // per class, into rows_of_
    std::vector<std::int32_t> rows_of_;
    std::vector<double> matrix_, weight_, values_, part_;
    std::vector<std::int32_t> stack_;
};

}  // namespace easterly::allocate
