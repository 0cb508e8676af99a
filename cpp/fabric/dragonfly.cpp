// Dragonfly (Kim et al. 2008): coordinates are (group, router of the group).
#include <algorithm>

#include "fabric/shape.hpp"

namespace easterly::fabric {

Dragonfly::Dragonfly(const DragonflyNumbers& numbers) : n_(numbers) {
    each_ = n_.groups > 1 ? n_.routers * n_.global / (n_.groups - 1) : 0;
    global_ = static_cast<std::int64_t>(n_.groups) * n_.routers * (n_.routers - 1) * n_.parallel;
}

// Global port of a group, in the first round, that leads to another, and back: Camarero et al. 2014, ACM TACO 11:4.
std::int32_t Dragonfly::port(std::int32_t group, std::int32_t far) const {
    if (n_.consecutive) return far < group ? far : far - 1;
    return group > far ? group - far - 1 : group - far - 1 + n_.groups;
}

std::int32_t Dragonfly::reached(std::int32_t group, std::int32_t port) const {
    if (n_.consecutive) return port < group ? port : port + 1;
    return group > port ? group - port - 1 : group - port - 1 + n_.groups;
}

// Cables are numbered from the lower group: groups before it have g - 1, g - 2, ... of them in each round.
std::int32_t Dragonfly::global_link(std::int32_t group, std::int32_t round, std::int32_t port) const {
    const std::int32_t far = reached(group, port);
    if (far < group) return global_link(far, round, this->port(far, group)) + 1;
    const std::int64_t g = n_.groups, below = group;
    const std::int64_t before = each_ * (below * (g - 1) - below * (below - 1) / 2);
    return static_cast<std::int32_t>(global_ + 2 * (before + round * (g - 1 - below) + port - below));
}

std::int32_t Dragonfly::local_link(std::int32_t group, std::int32_t from, std::int32_t to) const {
    const std::int64_t a = n_.routers, low = std::min(from, to), high = std::max(from, to);
    const std::int64_t pair = group * (a * (a - 1) / 2) + low * (2 * a - low - 1) / 2 + high - low - 1;
    return static_cast<std::int32_t>(2 * pair * n_.parallel + (from < to ? 0 : 1));
}

void Dragonfly::neighbours(std::int32_t at, std::vector<Hop>& out) const {
    const auto begin = static_cast<std::ptrdiff_t>(out.size());
    const std::int32_t g = group(at), i = at % n_.routers, others = n_.groups - 1;
    for (std::int32_t k = 0; k < n_.routers; ++k)
        for (std::int32_t l = 0; k != i && l < n_.parallel; ++l)
            out.push_back({g * n_.routers + k, local_link(g, i, k) + 2 * l});
    for (std::int32_t p = i * n_.global; p < std::min((i + 1) * n_.global, each_ * others); ++p) {
        const std::int32_t round = p / others, far = reached(g, p % others);
        const std::int32_t router = (round * others + port(far, g)) / n_.global;
        out.push_back({far * n_.routers + router, global_link(g, round, p % others)});
    }
    std::sort(out.begin() + begin, out.end(), [](const Hop& x, const Hop& y) { return x.link < y.link; });
}

std::int32_t Dragonfly::joined(std::int32_t at, std::int32_t to) const {
    const std::int32_t g = group(at), d = group(to);
    if (g == d) return at == to ? 0 : n_.parallel;
    std::int32_t count = 0;
    for (std::int32_t round = 0; round < each_; ++round)
        count += (round * (n_.groups - 1) + port(g, d)) / n_.global == at % n_.routers &&
                 (round * (n_.groups - 1) + port(d, g)) / n_.global == to % n_.routers;
    return count;
}

// At most 3, since every two groups are joined; two global links in a row may be shorter than the link between both.
std::int32_t Dragonfly::distance(std::int32_t at, std::int32_t to) const {
    if (at == to) return 0;
    if (joined(at, to) > 0) return 1;
    const std::int32_t others = n_.groups - 1, end = each_ * others, i = at % n_.routers, g = group(at), d = group(to);
    for (std::int32_t round = 0; g != d && round < each_; ++round) {  // one step inside either group
        if ((round * others + port(g, d)) / n_.global == i) return 2;
        if ((round * others + port(d, g)) / n_.global == to % n_.routers) return 2;
    }
    for (std::int32_t p = i * n_.global; p < std::min((i + 1) * n_.global, end); ++p) {
        const std::int32_t round = p / others, far = reached(g, p % others);
        const std::int32_t router = (round * others + port(far, g)) / n_.global;
        if (joined(far * n_.routers + router, to) > 0) return 2;
    }
    return 3;
}

// By the next hops: there are at most three of them in a row.
double Dragonfly::paths(std::int32_t at, std::int32_t to) const {
    if (at == to) return 1.0;
    std::vector<Hop> hops;
    next_hops(at, to, hops);
    double count = 0.0;
    for (std::size_t i = 0; i < hops.size();) {  // parallel links follow each other
        std::size_t same = i;
        while (same < hops.size() && hops[same].node == hops[i].node) ++same;
        count += static_cast<double>(same - i) * paths(hops[i].node, to);
        i = same;
    }
    return count;
}

void Dragonfly::spans(std::int32_t from, std::int32_t to, std::vector<Span>& out) const {
    for (std::int32_t round = 0; round < each_; ++round) {
        const std::int32_t there = round * (n_.groups - 1) + port(from, to);
        const std::int32_t here = round * (n_.groups - 1) + port(to, from);
        out.push_back({from * n_.routers + there / n_.global, to * n_.routers + here / n_.global,
                       global_link(from, round, port(from, to))});
    }
}

std::int32_t Dragonfly::minimal_distance(std::int32_t at, std::int32_t to) const {
    if (group(at) == group(to)) return at != to;
    std::vector<Span> all;
    spans(group(at), group(to), all);
    std::int32_t least = 3;
    for (const Span& s : all) least = std::min<std::int32_t>(least, (s.near != at) + 1 + (s.far != to));
    return least;
}

void Dragonfly::minimal_hops(std::int32_t at, std::int32_t to, std::vector<Hop>& out) const {
    if (at == to) return;
    const std::int32_t g = group(at), d = group(to);
    const auto inside = [&](std::int32_t far) {
        for (std::int32_t l = 0; l < n_.parallel; ++l)
            out.push_back({far, local_link(g, at % n_.routers, far % n_.routers) + 2 * l});
    };
    if (g == d) return inside(to);
    std::vector<Span> all;
    spans(g, d, all);
    const std::int32_t least = minimal_distance(at, to);
    const auto first = out.size();
    for (const Span& s : all) {
        if ((s.near != at) + 1 + (s.far != to) != least) continue;
        if (s.near == at)
            out.push_back({s.far, s.link});
        else if (std::none_of(out.begin() + static_cast<std::ptrdiff_t>(first), out.end(),
                              [&](const Hop& h) { return h.node == s.near; }))
            inside(s.near);
    }
    std::sort(out.begin() + static_cast<std::ptrdiff_t>(first), out.end(),
              [](const Hop& x, const Hop& y) { return x.link < y.link; });
}

}  // namespace easterly::fabric
