#include "allocate/columns.hpp"

#include <algorithm>

namespace easterly::allocate {

Columns::Columns(const Problem& problem) : ptr(problem.pairs() + 1, 0), problem_(problem), root_(problem.nodes, -1) {
    for (const std::int32_t destination : problem.pair_dst) {
        if (root_[destination] >= 0) continue;
        root_[destination] = static_cast<std::int32_t>(up.size());
        up.push_back(-1);
        link.push_back(-1);
    }
    child_.assign(up.size(), -1);
    sibling_.assign(up.size(), -1);
    column_.assign(up.size(), -1);
}

std::int32_t Columns::node(std::int32_t parent, std::int32_t first) {
    for (std::int32_t c = child_[parent]; c >= 0; c = sibling_[c])
        if (link[c] == first) return c;
    const auto made = static_cast<std::int32_t>(up.size());
    up.push_back(parent);
    link.push_back(first);
    child_.push_back(-1);
    column_.push_back(-1);
    sibling_.push_back(child_[parent]);
    child_[parent] = made;
    return made;
}

bool Columns::add(std::int32_t node, std::int32_t owner) {
    if (column_[node] != -1) return false;
    column_[node] = -2 - owner;
    return true;
}

std::vector<std::int32_t> Columns::settle(std::span<const char> keep) {
    for (std::size_t p = 0; p < leaf.size(); ++p)
        if (!keep.empty() && !keep[p]) column_[leaf[p]] = -1;
    // Nodes without a column at or below them go.
    std::vector<char> alive(up.size(), 0);
    for (std::size_t v = 0; v < up.size(); ++v)
        if (column_[v] != -1 || up[v] < 0)
            for (auto a = static_cast<std::int32_t>(v); a >= 0 && !alive[a]; a = up[a]) alive[a] = 1;

    std::vector<std::int32_t> new_up, new_link, new_column, stack;
    place_.assign(up.size(), -1);
    new_up.reserve(up.size());
    new_link.reserve(up.size());
    new_column.reserve(up.size());
    std::int32_t previous = -1;
    for (const std::int32_t destination : problem_.pair_dst) {
        if (destination == previous) continue;
        previous = destination;
        stack.push_back(root_[destination]);
        while (!stack.empty()) {
            const std::int32_t v = stack.back();
            stack.pop_back();
            place_[v] = static_cast<std::int32_t>(new_up.size());
            new_up.push_back(up[v] < 0 ? -1 : place_[up[v]]);
            new_link.push_back(link[v]);
            new_column.push_back(column_[v]);
            for (std::int32_t c = child_[v]; c >= 0; c = sibling_[c])
                if (alive[c]) stack.push_back(c);
        }
        root_[destination] = place_[root_[destination]];
    }

    const std::size_t pairs = problem_.pairs();
    const auto owner = [&](std::int32_t c) { return c >= 0 ? pair[c] : -2 - c; };
    std::fill(ptr.begin(), ptr.end(), 0);
    for (const std::int32_t c : new_column)
        if (c != -1) ++ptr[owner(c) + 1];
    for (std::size_t k = 0; k < pairs; ++k) ptr[k + 1] += ptr[k];
    std::vector<std::int32_t> fill(ptr.begin(), ptr.end() - 1), former(ptr[pairs]), new_pair(ptr[pairs]);
    leaf.assign(ptr[pairs], 0);
    for (std::size_t v = 0; v < new_up.size(); ++v) {
        const std::int32_t c = new_column[v];
        if (c == -1) continue;
        const std::int32_t slot = fill[owner(c)]++;
        leaf[slot] = static_cast<std::int32_t>(v);
        former[slot] = c >= 0 ? c : -1;
        new_pair[slot] = owner(c);
    }
    pair = std::move(new_pair);
    up = std::move(new_up);
    link = std::move(new_link);
    column_.assign(up.size(), -1);
    for (std::size_t p = 0; p < leaf.size(); ++p) column_[leaf[p]] = static_cast<std::int32_t>(p);
    child_.assign(up.size(), -1);
    sibling_.assign(up.size(), -1);
    for (std::size_t v = 0; v < up.size(); ++v)
        if (up[v] >= 0) {
            sibling_[v] = child_[up[v]];
            child_[up[v]] = static_cast<std::int32_t>(v);
        }
    return former;
}

void Columns::lengths(std::span<const double> value, std::span<double> out) const {
    for (std::size_t v = 0; v < up.size(); ++v) out[v] = up[v] < 0 ? 0.0 : out[up[v]] + value[link[v]];
}

void Columns::loads(std::span<const double> rate, std::span<double> load, std::span<double> work) const {
    std::fill(work.begin(), work.end(), 0.0);
    std::fill(load.begin(), load.end(), 0.0);
    for (std::size_t p = 0; p < leaf.size(); ++p) work[leaf[p]] += rate[p];
    for (std::size_t v = up.size(); v-- > 0;) {
        if (up[v] < 0) continue;
        work[up[v]] += work[v];
        load[link[v]] += work[v];
    }
}

}  // namespace easterly::allocate
