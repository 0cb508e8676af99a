// Torus and mesh of any number of dimensions: coordinates are the digits of a switch in mixed radix, lowest first.
#include <algorithm>

#include "fabric/shape.hpp"

namespace easterly::fabric {

namespace {

void by_link(std::vector<Hop>& out, std::size_t begin) {
    std::sort(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(),
              [](const Hop& x, const Hop& y) { return x.link < y.link; });
}

}  // namespace

Torus::Torus(TorusNumbers numbers) : n_(std::move(numbers)) {
    for (const std::int32_t size : n_.size) {
        stride_.push_back(switches_);
        switches_ *= size;
    }
    link_.push_back(0);
    for (std::size_t d = 0; d < n_.size.size(); ++d) {
        const std::int64_t low = n_.wrap[d] ? switches_ : switches_ / n_.size[d] * (n_.size[d] - 1);
        link_.push_back(link_.back() + 2 * low * n_.parallel);
    }
}

// Steps from one switch to another along a dimension; none where they agree.
Torus::Way Torus::way(std::int32_t at, std::int32_t to, std::size_t d) const {
    const std::int32_t gap = coordinate(to, d) - coordinate(at, d);
    if (gap == 0) return {};
    if (!n_.wrap[d]) return gap > 0 ? Way{gap, -1} : Way{-1, -gap};
    const std::int32_t forth = gap > 0 ? gap : gap + n_.size[d], back = n_.size[d] - forth;
    return {forth <= back ? forth : -1, back <= forth ? back : -1};
}

// Appends the parallel links of one step.
void Torus::step(std::int32_t at, std::size_t d, bool forth, std::vector<Hop>& out) const {
    const std::int32_t size = n_.size[d], c = coordinate(at, d), s = stride_[d];
    const std::int32_t other = forth ? (c + 1 < size ? at + s : at - c * s) : (c > 0 ? at - s : at + (size - 1) * s);
    const std::int32_t low = forth ? at : other, extent = n_.wrap[d] ? size : size - 1;
    const std::int64_t rank = low % s + static_cast<std::int64_t>(s) * (low / s % size + extent * (low / s / size));
    for (std::int32_t l = 0; l < n_.parallel; ++l) {
        const std::int64_t link = link_[d] + 2 * (rank * n_.parallel + l) + (forth ? 0 : 1);
        out.push_back({other, static_cast<std::int32_t>(link)});
    }
}

bool Torus::symmetric() const {
    for (std::size_t d = 0; d < n_.size.size(); ++d)
        if (n_.size[d] > 2 && !n_.wrap[d]) return false;
    return true;
}

void Torus::ways(std::int32_t at, std::vector<Hop>& out) const {
    for (std::size_t d = 0; d < n_.size.size(); ++d) {
        const std::int32_t c = coordinate(at, d);
        if (c + 1 < n_.size[d] || n_.wrap[d]) step(at, d, true, out);
        if (c > 0 || n_.wrap[d]) step(at, d, false, out);
    }
}

std::int32_t Torus::shifted(std::int32_t at, std::int32_t by) const {
    std::int32_t place = 0;
    for (std::size_t d = 0; d < n_.size.size(); ++d) {
        const std::int32_t sum = coordinate(at, d) + coordinate(by, d);
        place += (sum < n_.size[d] ? sum : sum - n_.size[d]) * stride_[d];
    }
    return place;
}

void Torus::neighbours(std::int32_t at, std::vector<Hop>& out) const {
    const std::size_t begin = out.size();
    ways(at, out);
    by_link(out, begin);
}

std::int32_t Torus::distance(std::int32_t at, std::int32_t to) const {
    std::int32_t hops = 0;
    for (std::size_t d = 0; d < n_.size.size(); ++d) {
        const Way w = way(at, to, d);
        if (w.forth >= 0 || w.back >= 0) hops += w.forth >= 0 ? w.forth : w.back;
    }
    return hops;
}

void Torus::next_hops(std::int32_t at, std::int32_t to, std::vector<Hop>& out) const {
    const std::size_t begin = out.size();
    for (std::size_t d = 0; d < n_.size.size(); ++d) {
        const Way w = way(at, to, d);
        if (w.forth >= 0) step(at, d, true, out);
        if (w.back >= 0) step(at, d, false, out);
    }
    by_link(out, begin);
}

void Torus::ordered_hops(std::int32_t at, std::int32_t to, std::vector<Hop>& out) const {
    for (std::size_t d = 0; d < n_.size.size(); ++d) {
        const Way w = way(at, to, d);
        if (w.forth < 0 && w.back < 0) continue;
        step(at, d, w.forth >= 0, out);
        return;
    }
}

// Steps of all dimensions in any order (a multinomial), either way round where both are as long.
double Torus::paths(std::int32_t at, std::int32_t to) const {
    double count = 1.0;
    std::int32_t before = 0;
    for (std::size_t d = 0; d < n_.size.size(); ++d) {
        const Way w = way(at, to, d);
        const std::int32_t steps = std::max({w.forth, w.back, 0});
        if (w.forth >= 0 && w.back >= 0) count *= 2.0;
        for (std::int32_t k = 1; k <= steps; ++k) count = count * (before + k) / k * n_.parallel;
        before += steps;
    }
    return count;
}

}  // namespace easterly::fabric
