// Shapes from numbers, and what all shapes share.
#include <stdexcept>
#include <string>

#include "fabric/shape.hpp"

namespace easterly::fabric {

namespace {

constexpr std::int64_t kMost = 1LL << 30;  // switches or links; beyond it their numbers do not fit

[[noreturn]] void wrong(const std::string& text) { throw std::invalid_argument(text); }

void check(bool fine, const char* text) {
    if (!fine) wrong(text);
}

std::int64_t product(std::int64_t a, std::int64_t b) {
    check(a == 0 || b <= kMost / a, "the numbers make more switches or links than can be numbered");
    return a * b;
}

std::unique_ptr<Shape> clos(std::span<const std::int32_t> numbers) {
    check(numbers.size() == 11, "a clos has 11 numbers");
    ClosNumbers n{numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], {}, {}};
    check(n.tiers >= 1 && n.tiers <= 4, "a clos has one to four tiers");
    check(n.planes >= 1 && n.leaves >= 1 && n.pod_leaves >= 1 && n.zone_pods >= 1, "a clos has at least one of each");
    check(n.tiers > 2 || n.pod_leaves >= n.leaves, "a clos of two tiers has one pod");
    check(n.tiers > 3 || n.zone_pods >= n.pods(), "a clos of three tiers has one zone");
    check(n.planes == 1 || n.tiers <= 2, "planes have at most two tiers");
    std::int64_t below = product(n.planes, n.leaves);
    for (int t = 0; t < n.tiers - 1; ++t) {
        n.width[t] = numbers[5 + 2 * t];
        n.links[t] = numbers[6 + 2 * t];
        check(n.width[t] >= 1 && n.links[t] >= 1, "every tier above the leaves has switches and links");
        product(2 * below, product(n.width[t], n.links[t]));
        const std::int64_t group = t == 0 ? product(n.planes, n.pods()) : t == 1 ? n.zones() : 1;
        std::int64_t wide = group;
        for (int k = 0; k <= t; ++k) wide = product(wide, n.width[k]);
        below = wide;
    }
    return std::make_unique<Clos>(n);
}

std::unique_ptr<Shape> torus(std::span<const std::int32_t> numbers) {
    check(numbers.size() >= 2 && numbers[0] >= 1 && numbers[0] <= 30, "a torus has 1 to 30 dimensions");
    check(numbers.size() == 2 + 2 * static_cast<std::size_t>(numbers[0]), "a torus has two numbers for each dimension");
    TorusNumbers n;
    n.parallel = numbers[1];
    check(n.parallel >= 1, "a torus has at least one link between neighbours");
    std::int64_t all = 1;
    for (std::size_t d = 0; d < static_cast<std::size_t>(numbers[0]); ++d) {
        const std::int32_t size = numbers[2 + 2 * d], wrap = numbers[3 + 2 * d];
        check(size >= 1 && (wrap == 0 || wrap == 1), "a dimension has a size and a wrap of 0 or 1");
        check(wrap == 0 || size > 2, "a dimension that wraps has at least three switches");
        n.size.push_back(size);
        n.wrap.push_back(static_cast<char>(wrap));
        all = product(all, size);
    }
    product(product(all, 2LL * numbers[0]), n.parallel);
    return std::make_unique<Torus>(std::move(n));
}

std::unique_ptr<Shape> dragonfly(std::span<const std::int32_t> numbers) {
    check(numbers.size() == 5, "a dragonfly has 5 numbers");
    const DragonflyNumbers n{numbers[0], numbers[1], numbers[2], numbers[3], numbers[4] == 1};
    check(n.groups >= 1 && n.routers >= 1 && n.global >= 1 && n.parallel >= 1, "a dragonfly has at least one of each");
    check(numbers[4] == 0 || numbers[4] == 1, "the arrangement is 0 (palmtree) or 1 (consecutive)");
    const std::int64_t ports = product(n.routers, n.global);
    check(n.groups - 1 <= ports, "a dragonfly has at most one group more than a group has global ports");
    product(product(n.groups, n.routers), 2 * (product(n.routers, n.parallel) + n.global));
    return std::make_unique<Dragonfly>(n);
}

}  // namespace

void Shape::next_hops(std::int32_t at, std::int32_t to, std::vector<Hop>& out) const {
    const std::int32_t hops = distance(at, to);
    if (hops <= 0) return;
    std::vector<Hop> near;
    neighbours(at, near);
    for (const Hop& hop : near)
        if (distance(hop.node, to) == hops - 1) out.push_back(hop);
}

std::unique_ptr<Shape> make(Family family, std::span<const std::int32_t> numbers) {
    switch (family) {
        case Family::clos: return clos(numbers);
        case Family::torus: return torus(numbers);
        case Family::dragonfly: return dragonfly(numbers);
    }
    wrong("the family is 0 (clos), 1 (torus) or 2 (dragonfly)");
}

}  // namespace easterly::fabric
