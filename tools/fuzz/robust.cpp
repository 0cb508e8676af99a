// Random graphs, what is left of them, and what spreads on them: simple graphs of the size that was asked for, components
// as a search finds them, and runs whose counts add up.
#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

#include "bytes.hpp"
#include "robust/epidemic.hpp"
#include "robust/generate.hpp"
#include "robust/percolate.hpp"

namespace {

using namespace easterly::robust;
using easterly::paths::Pulse;
using fuzz::Bytes;
using Ints = std::vector<std::int32_t>;
using Counts = std::vector<std::int64_t>;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }
std::uint64_t stream(Bytes& bytes) { return static_cast<std::uint64_t>(bytes.within(0, 1 << 16)); }

void simple(const Edges& edges, std::int32_t n) {
    std::set<std::pair<std::int32_t, std::int32_t>> seen;
    HOLDS(edges.a.size() == edges.b.size());
    for (std::size_t e = 0; e < edges.size(); ++e) {
        HOLDS(edges.a[e] >= 0 && edges.a[e] < n && edges.b[e] >= 0 && edges.b[e] < n && edges.a[e] != edges.b[e]);
        HOLDS(seen.insert(std::minmax(edges.a[e], edges.b[e])).second);
    }
}

Counts degrees(const Edges& edges, std::int32_t n) {
    Counts made(at(n));
    for (std::size_t e = 0; e < edges.size(); ++e) ++made[at(edges.a[e])], ++made[at(edges.b[e])];
    return made;
}

Edges drawn(Bytes& bytes, std::int32_t n) {
    const std::int64_t pairs = std::int64_t{n} * (n - 1) / 2;
    Edges made;
    switch (bytes.byte() % 6) {
        case 0: simple(made = gnp(n, bytes.real(0.0, 1.0), stream(bytes)), n); break;
        case 1: {
            const std::int64_t count = bytes.within(0, pairs);
            simple(made = gnm(n, count, stream(bytes)), n);
            HOLDS(made.size() == at(count));
            break;
        }
        case 2: {
            if (n < 2) break;
            const auto m = static_cast<std::int32_t>(bytes.within(1, n - 1));
            simple(made = preferential(n, m, stream(bytes)), n);
            HOLDS(made.size() == at(m * (m + 1) / 2 + std::int64_t{m} * (n - m - 1)));
            break;
        }
        case 3: {
            Ints wanted(at(n));
            for (std::int32_t& d : wanted) d = static_cast<std::int32_t>(bytes.within(0, 12));
            if (n > 0 && std::accumulate(wanted.begin(), wanted.end(), 0) % 2) ++wanted[0];
            made = configuration(wanted, stream(bytes));
            HOLDS(degrees(made, n) == Counts(wanted.begin(), wanted.end()));
            break;
        }
        case 4: {
            if (n < 1) break;
            auto d = static_cast<std::int32_t>(bytes.within(0, n - 1));
            if (std::int64_t{n} * d % 2) --d;
            simple(made = regular(n, d, stream(bytes), Pulse()), n);
            HOLDS(degrees(made, n) == Counts(at(n), d));
            break;
        }
        default: {
            const Placed placed = geometric(n, bytes.real(0.0, 2.0), bytes.flip(), stream(bytes));
            simple(made = placed.edges, n);
            for (const auto* axis : {&placed.x, &placed.y})
                for (const double x : *axis) HOLDS(x >= 0.0 && x < 1.0);
        }
    }
    return made;
}

// Component of each node by searching from each in turn.
Ints searched(const Adjacent& adjacent, const std::vector<bool>& alive) {
    Ints label(adjacent.ptr.size() - 1, -1);
    std::int32_t count = 0;
    for (std::size_t first = 0; first < label.size(); ++first) {
        if (label[first] >= 0) continue;
        Ints open{static_cast<std::int32_t>(first)};
        label[first] = count;
        while (!open.empty()) {
            const std::int32_t v = open.back();
            open.pop_back();
            for (std::int64_t h = adjacent.ptr[at(v)]; h < adjacent.ptr[at(v) + 1]; ++h) {
                std::int32_t& other = label[at(adjacent.node[at(h)])];
                if (other >= 0 || !alive[at(adjacent.edge[at(h)])]) continue;
                other = count;
                open.push_back(adjacent.node[at(h)]);
            }
        }
        ++count;
    }
    return label;
}

void removed(Bytes& bytes, const Undirected& graph) {
    const Adjacent adjacent(graph);
    const bool of_nodes = bytes.flip();
    const auto things = of_nodes ? at(graph.nodes) : graph.a.size();
    Ints order(things), weight(at(graph.nodes));
    std::iota(order.begin(), order.end(), 0);
    for (std::size_t i = things; i > 1; --i) std::swap(order[i - 1], order[at(bytes.within(0, static_cast<std::int64_t>(i) - 1))]);
    for (std::int32_t& w : weight) w = static_cast<std::int32_t>(bytes.within(0, 9));
    Counts looks(things + 1), largest(things + 1), second(things + 1);
    std::iota(looks.begin(), looks.end(), 0);
    std::vector<double> squares(things + 1);
    const std::int64_t total = percolate(graph, adjacent, weight, of_nodes, order, looks, {largest, second, squares});
    HOLDS(total == std::accumulate(largest.begin() + 1, largest.end(), std::int64_t{0}));
    const auto gone = at(bytes.within(0, static_cast<std::int64_t>(things)));  // one look in full
    std::vector<bool> out(things), alive(graph.a.size(), true);
    for (std::size_t i = 0; i < gone; ++i) out[at(order[i])] = true;
    for (std::size_t e = 0; e < alive.size(); ++e)
        alive[e] = of_nodes ? !out[at(graph.a[e])] && !out[at(graph.b[e])] : !out[e];
    const Ints label = searched(adjacent, alive);
    Counts size(label.size() + 2);
    for (std::size_t v = 0; v < label.size(); ++v)
        if (!of_nodes || !out[v]) size[at(label[v])] += weight[v];
    std::sort(size.rbegin(), size.rend());
    HOLDS(largest[gone] == size[0] && second[gone] == size[1]);
    double sum = 0.0;
    for (const std::int64_t s : size) sum += static_cast<double>(s * s);
    HOLDS(squares[gone] == sum);
    std::unique_ptr<bool[]> flags(new bool[alive.size() + 1]);
    std::copy(alive.begin(), alive.end(), flags.get());
    const std::span<const bool> lives(flags.get(), alive.size());
    HOLDS(components(graph, lives) == label);
    Ints sources(at(graph.nodes)), hubs = by_degree(adjacent, stream(bytes));
    std::iota(sources.begin(), sources.end(), 0);
    for (const auto& part : {betweenness(graph, lives, sources, Pulse()).node, betweenness(graph, lives, sources, Pulse()).edge})
        for (const double x : part) HOLDS(x >= 0.0 && std::isfinite(x));
    std::sort(hubs.begin(), hubs.end());
    HOLDS(hubs == sources);
}

void ended(const Ended& end, const Counts& infected, const Counts& ever, std::int64_t all, const Rates& rates) {
    HOLDS(end.end >= 0.0 && end.end <= rates.until);
    HOLDS(0 <= end.infected && end.infected <= end.most && end.most <= end.ever && end.ever <= all);
    for (std::size_t i = 0; i < infected.size(); ++i)
        HOLDS(infected[i] >= 0 && infected[i] <= end.most && ever[i] >= infected[i] && (i == 0 || ever[i] >= ever[i - 1]));
}

// Rates and ends such that some thousand events are the most to expect.
Rates rates(Bytes& bytes, std::int64_t meetings) {
    Rates made;
    made.again = bytes.flip();
    made.infect = bytes.real(0.0, 1.0), made.recover = bytes.real(0.0, 1.0);
    const double events = static_cast<double>(meetings) + 1.0;
    made.until = bytes.byte() % 4 == 0 && !made.again ? INFINITY : bytes.real(0.0, 2e4 / events);
    return made;
}

void infected(Bytes& bytes, const Undirected& graph) {
    if (graph.nodes == 0) return;
    const Adjacent adjacent(graph);
    const Rates given = rates(bytes, static_cast<std::int64_t>(graph.a.size()) + graph.nodes);
    std::vector<double> looks(at(bytes.within(0, 5)));
    for (double& t : looks) t = bytes.real(0.0, 10.0);
    std::sort(looks.begin(), looks.end());
    Ints start(at(bytes.within(0, 5)));
    for (std::int32_t& v : start) v = static_cast<std::int32_t>(bytes.within(0, graph.nodes - 1));
    Counts now(looks.size()), ever(looks.size());
    Pulse pulse;
    const Ended end = spread(adjacent, given, start, stream(bytes), looks, {now, ever}, pulse);
    ended(end, now, ever, graph.nodes, given);
}

void grouped(Bytes& bytes) {
    const auto groups = at(bytes.within(1, 4));
    Counts size(groups), start(groups), ever(groups);
    std::int64_t all = 0;
    for (std::size_t g = 0; g < groups; ++g) all += size[g] = bytes.within(0, 60), start[g] = bytes.within(0, size[g]);
    bool reach[16];
    for (bool& each : reach) each = bytes.flip();
    const Rates given = rates(bytes, all * all);
    std::vector<double> looks(at(bytes.within(0, 5)));
    for (double& t : looks) t = bytes.real(0.0, 10.0);
    std::sort(looks.begin(), looks.end());
    Counts now(looks.size()), seen(looks.size());
    Pulse pulse;
    const Ended end = spread_groups(size, {reach, groups * groups}, given, start, stream(bytes), looks, {now, seen}, ever, pulse);
    ended(end, now, seen, all, given);
    HOLDS(std::accumulate(ever.begin(), ever.end(), std::int64_t{0}) == end.ever);
    for (std::size_t g = 0; g < groups; ++g) HOLDS(ever[g] >= start[g] && ever[g] <= size[g]);
}

}  // namespace

void fuzz::target(Bytes bytes) {
    if (bytes.byte() % 4 == 0) return grouped(bytes);
    const auto n = static_cast<std::int32_t>(bytes.within(0, 40));
    const Edges edges = drawn(bytes, n);
    const Undirected graph{n, edges.a, edges.b};
    if (bytes.flip()) return removed(bytes, graph);
    infected(bytes, graph);
}
