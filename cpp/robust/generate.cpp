#include "robust/generate.hpp"

#include <algorithm>
#include <cmath>

#include "robust/draws.hpp"
#include "robust/pairs.hpp"

namespace easterly::robust {

namespace {

std::uint64_t key(std::int64_t a, std::int64_t b) {
    return static_cast<std::uint64_t>(std::min(a, b)) << 32 | static_cast<std::uint64_t>(std::max(a, b));
}

// Pair number i of 0-1, 0-2, 1-2, 0-3, ...
void add_pair(Edges& edges, std::int64_t i) {
    auto v = static_cast<std::int64_t>((1.0 + std::sqrt(1.0 + 8.0 * static_cast<double>(i))) / 2.0);
    while (v * (v - 1) / 2 > i) --v;
    while ((v + 1) * v / 2 <= i) ++v;
    edges.add(i - v * (v - 1) / 2, v);
}

// ln (1 - p), without loss where p is small.
double log_without(double p) { return p < 1e-6 ? -p * (1.0 + p * (0.5 + p / 3.0)) : maths::log(1.0 - p); }

}  // namespace

Edges gnp(std::int32_t n, double p, std::uint64_t stream) {
    Edges edges;
    const std::int64_t pairs = std::int64_t{n} * (n - 1) / 2;
    if (p <= 0.0) return edges;
    if (p >= 1.0) {
        for (std::int64_t i = 0; i < pairs; ++i) add_pair(edges, i);
        return edges;
    }
    const auto expected = static_cast<std::size_t>(p * static_cast<double>(pairs) * 1.05) + 16;
    edges.a.reserve(expected);
    edges.b.reserve(expected);
    Draws draws(stream);
    const double scale = 1.0 / log_without(p);
    std::int64_t v = 1, w = -1;
    while (v < n) {
        const double gap = std::floor(maths::log(1.0 - draws.unit()) * scale);
        if (gap >= static_cast<double>(pairs)) break;
        w += 1 + static_cast<std::int64_t>(gap);
        while (v < n && w >= v) w -= v++;
        if (v < n) edges.add(w, v);
    }
    return edges;
}

Edges gnm(std::int32_t n, std::int64_t count, std::uint64_t stream) {
    Edges edges;
    Draws draws(stream);
    const std::int64_t pairs = std::int64_t{n} * (n - 1) / 2;
    const std::int64_t drawn = std::min(count, pairs - count);
    KeySet taken(static_cast<std::size_t>(drawn));
    for (std::int64_t i = 0; i < drawn;) {
        const std::uint64_t pair = draws.below(static_cast<std::uint64_t>(pairs));
        if (!taken.insert(pair)) continue;
        ++i;
        if (drawn == count) add_pair(edges, static_cast<std::int64_t>(pair));
    }
    if (drawn != count)  // all but those drawn
        for (std::int64_t i = 0; i < pairs; ++i)
            if (!taken.has(static_cast<std::uint64_t>(i))) add_pair(edges, i);
    return edges;
}

Edges preferential(std::int32_t n, std::int32_t m, std::uint64_t stream) {
    Edges edges;
    Draws draws(stream);
    std::vector<std::int32_t> ends, chosen;  // every node as often as it has edges
    const auto add = [&](std::int32_t a, std::int32_t b) {
        edges.add(a, b);
        ends.push_back(a);
        ends.push_back(b);
    };
    for (std::int32_t v = 1; v <= m; ++v)
        for (std::int32_t u = 0; u < v; ++u) add(u, v);
    for (std::int32_t v = m + 1; v < n; ++v) {
        chosen.clear();
        while (chosen.size() < static_cast<std::size_t>(m)) {
            const std::int32_t to = ends[draws.below(ends.size())];
            if (std::find(chosen.begin(), chosen.end(), to) == chosen.end()) chosen.push_back(to);
        }
        for (const std::int32_t u : chosen) add(u, v);
    }
    return edges;
}

Edges configuration(std::span<const std::int32_t> degree, std::uint64_t stream) {
    std::vector<std::int32_t> stubs;
    for (std::size_t v = 0; v < degree.size(); ++v)
        stubs.insert(stubs.end(), static_cast<std::size_t>(degree[v]), static_cast<std::int32_t>(v));
    Draws draws(stream);
    draws.shuffle(stubs);
    Edges edges;
    for (std::size_t i = 0; i + 1 < stubs.size(); i += 2) edges.add(stubs[i], stubs[i + 1]);
    return edges;
}

namespace {

// Whether two of the stubs that are left may still be joined.
bool goes_on(const std::vector<std::int32_t>& stubs, const KeySet& made) {
    for (std::size_t i = 0; i < stubs.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (stubs[i] != stubs[j] && !made.has(key(stubs[i], stubs[j]))) return true;
    return false;
}

bool match(std::vector<std::int32_t> stubs, Edges& edges, Draws& draws) {
    KeySet made(stubs.size() / 2);
    std::vector<std::int32_t> left;
    while (!stubs.empty()) {
        draws.shuffle(stubs);
        left.clear();
        for (std::size_t i = 0; i + 1 < stubs.size(); i += 2) {
            const std::int32_t a = stubs[i], b = stubs[i + 1];
            if (a != b && made.insert(key(a, b))) {
                edges.add(a, b);
            } else {
                left.push_back(a);
                left.push_back(b);
            }
        }
        if (left.size() == stubs.size() && !goes_on(left, made)) return false;
        stubs.swap(left);
    }
    return true;
}

}  // namespace

namespace {

Edges sparse(std::int32_t n, std::int32_t d, Draws& draws, paths::Pulse& pulse) {
    std::vector<std::int32_t> stubs;
    for (std::int32_t v = 0; v < n; ++v) stubs.insert(stubs.end(), static_cast<std::size_t>(d), v);
    Edges edges;
    while (!match(stubs, edges, draws)) {
        edges = {};
        pulse.beat();
    }
    return edges;
}

}  // namespace

// Matching stubs of a dense graph would hardly ever end well: what it lacks is drawn instead.
Edges regular(std::int32_t n, std::int32_t d, std::uint64_t stream, paths::Pulse pulse) {
    Draws draws(stream);
    if (2 * std::int64_t{d} < n) return sparse(n, d, draws, pulse);
    const Edges lacks = sparse(n, n - 1 - d, draws, pulse);
    KeySet without(lacks.size());
    for (std::size_t e = 0; e < lacks.size(); ++e) without.insert(key(lacks.a[e], lacks.b[e]));
    Edges edges;
    for (std::int32_t b = 1; b < n; ++b)
        for (std::int32_t a = 0; a < b; ++a)
            if (!without.has(key(a, b))) edges.add(a, b);
    return edges;
}

namespace {

struct Cells {
    std::int64_t across;
    std::vector<std::int64_t> ptr;
    std::vector<std::int32_t> point;

    static std::int64_t at(double x, std::int64_t across) {
        return std::min(across - 1, static_cast<std::int64_t>(x * static_cast<double>(across)));
    }
};

Cells sorted(const Placed& placed, std::int64_t across) {
    Cells cells{across, std::vector<std::int64_t>(static_cast<std::size_t>(across * across + 1)),
                std::vector<std::int32_t>(placed.x.size())};
    const auto cell = [&](std::size_t i) {
        return static_cast<std::size_t>(Cells::at(placed.y[i], across) * across + Cells::at(placed.x[i], across));
    };
    for (std::size_t i = 0; i < placed.x.size(); ++i) ++cells.ptr[cell(i) + 1];
    for (std::size_t c = 0; c + 1 < cells.ptr.size(); ++c) cells.ptr[c + 1] += cells.ptr[c];
    std::vector<std::int64_t> next(cells.ptr.begin(), cells.ptr.end() - 1);
    for (std::size_t i = 0; i < placed.x.size(); ++i)
        cells.point[static_cast<std::size_t>(next[cell(i)]++)] = static_cast<std::int32_t>(i);
    return cells;
}

}  // namespace

Placed geometric(std::int32_t n, double radius, bool torus, std::uint64_t stream) {
    Placed made;
    Draws draws(stream);
    for (std::int32_t i = 0; i < n; ++i) {
        made.x.push_back(draws.unit());
        made.y.push_back(draws.unit());
    }
    const auto near = [&](std::int32_t i, std::int32_t j) {
        double dx = std::abs(made.x[static_cast<std::size_t>(i)] - made.x[static_cast<std::size_t>(j)]);
        double dy = std::abs(made.y[static_cast<std::size_t>(i)] - made.y[static_cast<std::size_t>(j)]);
        if (torus) dx = std::min(dx, 1.0 - dx), dy = std::min(dy, 1.0 - dy);
        return dx * dx + dy * dy <= radius * radius;
    };
    const double most = std::floor(std::sqrt(static_cast<double>(n))) + 1.0;
    const auto across = static_cast<std::int64_t>(std::min(most, radius > 0 ? std::floor(1.0 / radius) : most));
    if (across < 3) {  // cells would be neighbours twice
        for (std::int32_t j = 1; j < n; ++j)
            for (std::int32_t i = 0; i < j; ++i)
                if (near(i, j)) made.edges.add(i, j);
        return made;
    }
    const Cells cells = sorted(made, across);
    constexpr int kAhead[4][2] = {{1, 0}, {-1, 1}, {0, 1}, {1, 1}};
    const auto part = [&](std::int64_t row, std::int64_t column) {
        const auto c = static_cast<std::size_t>(row * across + column);
        return std::span(cells.point).subspan(static_cast<std::size_t>(cells.ptr[c]),
                                              static_cast<std::size_t>(cells.ptr[c + 1] - cells.ptr[c]));
    };
    for (std::int64_t row = 0; row < across; ++row)
        for (std::int64_t column = 0; column < across; ++column) {
            const auto own = part(row, column);
            for (std::size_t j = 1; j < own.size(); ++j)
                for (std::size_t i = 0; i < j; ++i)
                    if (near(own[i], own[j])) made.edges.add(own[i], own[j]);
            for (const auto& [dx, dy] : kAhead) {
                std::int64_t r = row + dy, c = column + dx;
                if (!torus && (r >= across || c < 0 || c >= across)) continue;
                r = (r + across) % across, c = (c + across) % across;
                for (const std::int32_t i : own)
                    for (const std::int32_t j : part(r, c))
                        if (near(i, j)) made.edges.add(i, j);
            }
        }
    return made;
}

}  // namespace easterly::robust
