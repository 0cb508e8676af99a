#include "allocate/schur.hpp"

#include <algorithm>
#include <utility>

namespace easterly::allocate {

void Schur::gather(const Columns& columns, std::size_t links) {
    visits_.clear();
    blocks_.clear();
    mask_.clear();
    class_ptr_.assign(1, 0);
    rows_of_.clear();
    const std::size_t pairs = columns.ptr.size() - 1, nodes = columns.up.size();

    std::vector<char> wanted(nodes, 0);
    for (std::size_t k = 0; k < pairs; ++k)
        if (columns.ptr[k + 1] == columns.ptr[k] + 1) wanted[columns.leaf[columns.ptr[k]]] = 1;
    for (std::size_t v = nodes; v-- > 0;)
        if (wanted[v] && columns.up[v] >= 0) wanted[columns.up[v]] = 1;
    for (std::size_t v = 0; v < nodes; ++v)
        if (wanted[v] && columns.up[v] >= 0) visits_.push_back({static_cast<std::int32_t>(v), columns.link[v], columns.up[v]});

    std::vector<std::int32_t> seen(links, -1);
    std::vector<std::pair<std::uint64_t, std::int32_t>> entries;  // columns that use a link, the link
    std::vector<std::int32_t> kind, start;
    for (std::size_t k = 0; k < pairs; ++k) {
        const std::int32_t first = columns.ptr[k], last = columns.ptr[k + 1];
        if (last - first < 2) continue;
        entries.clear();
        for (std::int32_t p = first; p < last; ++p) {
            const std::uint64_t bit = std::uint64_t{1} << (p - first);
            for (std::int32_t v = columns.leaf[p]; columns.up[v] >= 0; v = columns.up[v]) {
                const std::int32_t l = columns.link[v];
                if (seen[l] < 0) {
                    seen[l] = static_cast<std::int32_t>(entries.size());
                    entries.emplace_back(0, l);
                }
                entries[seen[l]].first |= bit;
            }
        }
        // Few classes: a list of them is searched faster than entries are sorted.
        const std::size_t begin = mask_.size();
        kind.resize(entries.size());
        start.assign(1, 0);
        for (std::size_t i = 0; i < entries.size(); ++i) {
            seen[entries[i].second] = -1;
            std::size_t c = mask_.size();
            while (c > begin && mask_[c - 1] != entries[i].first) --c;
            if (c == begin) {
                mask_.push_back(entries[i].first);
                start.push_back(0);
                c = mask_.size();
            }
            kind[i] = static_cast<std::int32_t>(c - 1 - begin);
            ++start[c - begin];
        }
        const std::size_t base = rows_of_.size();
        rows_of_.resize(base + entries.size());
        for (std::size_t c = 1; c < start.size(); ++c) {
            start[c] += start[c - 1];
            class_ptr_.push_back(static_cast<std::int32_t>(base) + start[c]);
        }
        for (std::size_t i = 0; i < entries.size(); ++i)
            rows_of_[base + static_cast<std::size_t>(start[kind[i]]++)] = entries[i].second;
        blocks_.push_back({static_cast<std::int32_t>(k), static_cast<std::int32_t>(begin), static_cast<std::int32_t>(mask_.size())});
    }
}

void Schur::worst(const Columns& columns, std::span<const double> limit, std::span<double> most) {
    std::fill(most.begin(), most.end(), 0.0);
    weight_.assign(columns.up.size(), 0.0);
    for (std::size_t k = 0; k < limit.size(); ++k)
        if (columns.ptr[k + 1] == columns.ptr[k] + 1) weight_[columns.leaf[columns.ptr[k]]] = limit[k];
    for (std::size_t v = columns.up.size(); v-- > 0;)
        if (columns.up[v] >= 0) {
            weight_[columns.up[v]] += weight_[v];
            most[columns.link[v]] += weight_[v];
        }
    for (const Block& block : blocks_)
        for (std::int32_t i = class_ptr_[block.first]; i < class_ptr_[block.last]; ++i) most[rows_of_[i]] += limit[block.pair];
}

void Schur::shape(std::span<const std::int32_t> row, std::size_t rows) {
    rows_ = rows;
    stride_ = (rows + 7) / 8 * 8;
    // Depth counts rows above a node; nodes come after their parents, and -1 - depth marks those off the rows.
    std::vector<std::int32_t> below(visits_.empty() ? 0 : static_cast<std::size_t>(visits_.back().node) + 1, 0);
    std::int32_t deepest = 0;
    std::size_t kept = 0;
    for (const Visit visit : visits_) {
        const std::int32_t above = below[visit.depth], r = row[visit.row];
        below[visit.node] = above + (r >= 0);
        deepest = std::max(deepest, below[visit.node]);
        if (r >= 0) visits_[kept++] = {visit.node, r, above};
    }
    visits_.resize(kept);
    stack_.resize(static_cast<std::size_t>(deepest) + 1);
    std::size_t blocks = 0, classes = 0, place = 0;
    std::int32_t from = 0;
    for (Block block : blocks_) {
        const std::size_t first = classes;
        for (std::int32_t c = block.first; c < block.last; ++c) {
            const std::size_t begin = place;
            const std::int32_t end = class_ptr_[c + 1];
            for (std::int32_t i = from; i < end; ++i)
                if (row[rows_of_[i]] >= 0) rows_of_[place++] = row[rows_of_[i]];
            from = end;
            if (place == begin) continue;
            mask_[classes++] = mask_[c];
            class_ptr_[classes] = static_cast<std::int32_t>(place);
        }
        if (classes > first) blocks_[blocks++] = {block.pair, static_cast<std::int32_t>(first), static_cast<std::int32_t>(classes)};
    }
    blocks_.resize(blocks);
    mask_.resize(classes);
    class_ptr_.resize(classes + 1);
    rows_of_.resize(place);
}

std::size_t Schur::merge_twins(const Columns& columns, std::span<double> x, std::span<char> keep) const {
    std::size_t merged = 0, next = 0;
    const auto pairs = static_cast<std::int32_t>(columns.ptr.size() - 1);
    for (std::int32_t k = 0; k < pairs; ++k) {
        const std::int32_t first = columns.ptr[k], count = columns.ptr[k + 1] - first;
        if (count < 2) continue;
        std::span<const std::uint64_t> masks;  // none where no column of the pair is on a row
        if (next < blocks_.size() && blocks_[next].pair == k) {
            masks = std::span(mask_).subspan(blocks_[next].first, blocks_[next].last - blocks_[next].first);
            ++next;
        }
        for (std::int32_t q = 1; q < count; ++q)
            for (std::int32_t p = 0; p < q; ++p) {
                if (!keep[first + p]) continue;
                const bool same = std::all_of(masks.begin(), masks.end(),
                                              [&](std::uint64_t m) { return (m >> p & 1) == (m >> q & 1); });
                if (!same) continue;
                x[first + p] += x[first + q];
                keep[first + q] = 0;
                ++merged;
                break;
            }
    }
    return merged;
}

void Schur::singles(const Columns& columns, std::span<const double> theta, std::span<const double> kappa) {
    weight_.assign(columns.up.size(), 0.0);
    for (std::size_t k = 0; k < kappa.size(); ++k) {
        const std::int32_t p = columns.ptr[k];
        if (columns.ptr[k + 1] != p + 1) continue;
        weight_[columns.leaf[p]] = kappa[k] == kRigid ? 0.0 : theta[p] / (1.0 + kappa[k] * theta[p]);
    }
    for (std::size_t v = columns.up.size(); v-- > 0;)
        if (columns.up[v] >= 0) weight_[columns.up[v]] += weight_[v];
    for (const Visit& visit : visits_) {
        double* line = matrix_.data() + static_cast<std::size_t>(visit.row) * stride_;
        const double w = weight_[visit.node];
        stack_[visit.depth] = visit.row;
        for (std::int32_t d = 0; d <= visit.depth; ++d) line[stack_[d]] += w;
    }
}

void Schur::blocks(const Columns& columns, std::span<const double> theta, std::span<const double> kappa) {
    for (const Block& block : blocks_) {
        const std::int32_t first = columns.ptr[block.pair];
        const std::int32_t count = columns.ptr[block.pair + 1] - first;
        const double k = kappa[block.pair];
        const double* const x = theta.data() + first;
        double total = 0.0;
        for (std::int32_t p = 0; p < count; ++p) total += x[p];
        const auto classes = static_cast<std::size_t>(block.last - block.first);
        if (part_.size() < classes) part_.resize(classes);
        for (std::size_t i = 0; i < classes; ++i) {
            const std::uint64_t mi = mask_[block.first + i];
            for (std::size_t j = 0; j <= i; ++j) {
                // [both (1 + kappa out) - kappa only_i only_j] / (1 + kappa total): no difference of near equals.
                const std::uint64_t mj = mask_[block.first + j];
                double both = 0.0, only_i = 0.0, only_j = 0.0, out = 0.0;
                for (std::int32_t p = 0; p < count; ++p) {
                    const bool a = mi >> p & 1, b = mj >> p & 1;
                    (a ? (b ? both : only_i) : (b ? only_j : out)) += x[p];
                }
                part_[j] = k == kRigid ? (both * out - only_i * only_j) / total
                                       : (both * (1.0 + k * out) - k * only_i * only_j) / (1.0 + k * total);
            }
            const std::int32_t begin = class_ptr_[block.first + i], end = class_ptr_[block.first + i + 1];
            for (std::int32_t r = begin; r < end; ++r) {
                double* line = matrix_.data() + static_cast<std::size_t>(rows_of_[r]) * stride_;
                for (std::size_t j = 0; j < i; ++j) {
                    const double value = part_[j];
                    const std::int32_t stop = class_ptr_[block.first + j + 1];
                    for (std::int32_t c = class_ptr_[block.first + j]; c < stop; ++c) line[rows_of_[c]] += value;
                }
                const double value = part_[i];
                for (std::int32_t c = begin; c <= r; ++c) line[rows_of_[c]] += value;
            }
        }
    }
}

std::vector<double>& Schur::fill(const Columns& columns, std::span<const double> theta,
                                 std::span<const double> kappa, std::span<const double> diagonal) {
    matrix_.assign(rows_ * stride_, 0.0);
    singles(columns, theta, kappa);
    blocks(columns, theta, kappa);
    for (std::size_t i = 0; i < rows_; ++i) {
        double* line = matrix_.data() + i * stride_;
        line[i] += diagonal[i];
        for (std::size_t j = 0; j < i; ++j) line[j] += matrix_[j * stride_ + i];
    }
    return matrix_;
}

}  // namespace easterly::allocate
