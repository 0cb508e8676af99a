#include "robust/percolate.hpp"

#include <algorithm>
#include <numeric>

#include "robust/draws.hpp"

namespace easterly::robust {

namespace {

std::size_t z(std::int64_t i) { return static_cast<std::size_t>(i); }

// Components that only merge, by weight; knows the two largest (Tarjan 1975: path halving, union by size).
class Merging {
public:
    explicit Merging(std::span<const std::int32_t> weight)
        : weight_(weight), parent_(weight.size(), -1), size_(weight.size(), 0),
          count_(z(std::accumulate(weight.begin(), weight.end(), std::int64_t{0}) + 1)) {}

    bool has(std::int32_t v) const { return parent_[z(v)] >= 0; }

    void add(std::int32_t v) {
        parent_[z(v)] = v;
        size_[z(v)] = weight_[z(v)];
        squares_ += static_cast<double>(size_[z(v)]) * static_cast<double>(size_[z(v)]);
        grown(size_[z(v)]);
    }

    void join(std::int32_t a, std::int32_t b) {
        a = find(a), b = find(b);
        if (a == b) return;
        if (size_[z(a)] < size_[z(b)]) std::swap(a, b);
        squares_ += 2.0 * static_cast<double>(size_[z(a)]) * static_cast<double>(size_[z(b)]);
        --count_[z(size_[z(a)])], --count_[z(size_[z(b)])];
        parent_[z(b)] = a;
        size_[z(a)] += size_[z(b)];
        grown(size_[z(a)]);
    }

    std::int64_t largest() const { return largest_; }
    std::int64_t second() const { return second_; }
    double squares() const { return squares_; }

private:
    std::int32_t find(std::int32_t v) {
        while (parent_[z(v)] != v) v = parent_[z(v)] = parent_[z(parent_[z(v)])];
        return v;
    }

    // There is one more of this weight. Where the second went into the largest, the next is looked for from there down:
    // its nodes pay for it, once each time that the largest at least doubles.
    void grown(std::int64_t size) {
        ++count_[z(size)];
        if (size > largest_) {
            if (count_[z(largest_)] > 0) second_ = largest_;
            largest_ = size;
        } else {
            second_ = std::max(second_, size);
        }
        while (second_ > 0 && count_[z(second_)] <= (second_ == largest_ ? 1 : 0)) --second_;
    }

    std::span<const std::int32_t> weight_;
    std::vector<std::int32_t> parent_;
    std::vector<std::int64_t> size_;
    std::vector<std::int32_t> count_;  // components by weight
    std::int64_t largest_ = 0, second_ = 0;
    double squares_ = 0.0;
};

}  // namespace

Adjacent::Adjacent(const Undirected& graph) : ptr(z(graph.nodes) + 1) {
    const std::size_t edges = graph.a.size();
    for (std::size_t e = 0; e < edges; ++e)
        if (graph.a[e] != graph.b[e]) ++ptr[z(graph.a[e]) + 1], ++ptr[z(graph.b[e]) + 1];
    for (std::size_t v = 0; v + 1 < ptr.size(); ++v) ptr[v + 1] += ptr[v];
    node.resize(z(ptr.back())), edge.resize(z(ptr.back())), twin.resize(z(ptr.back()));
    std::vector<std::int64_t> next(ptr.begin(), ptr.end() - 1);
    for (std::size_t e = 0; e < edges; ++e) {
        const std::int32_t a = graph.a[e], b = graph.b[e];
        if (a == b) continue;
        const std::int64_t i = next[z(a)]++, j = next[z(b)]++;
        node[z(i)] = b, node[z(j)] = a;
        edge[z(i)] = edge[z(j)] = static_cast<std::int32_t>(e);
        twin[z(i)] = j, twin[z(j)] = i;
    }
}

std::int64_t percolate(const Undirected& graph, const Adjacent& adjacent, std::span<const std::int32_t> weight,
                       bool of_nodes, std::span<const std::int32_t> order, std::span<const std::int64_t> at,
                       Left left) {
    Merging merging(weight);
    if (!of_nodes)
        for (std::int32_t v = 0; v < graph.nodes; ++v) merging.add(v);
    std::int64_t total = 0;
    std::size_t look = at.size();
    for (std::int64_t gone = static_cast<std::int64_t>(order.size());; --gone) {
        while (look > 0 && at[look - 1] == gone) {
            --look;
            left.largest[look] = merging.largest(), left.second[look] = merging.second();
            left.squares[look] = merging.squares();
        }
        if (gone == 0) return total;
        total += merging.largest();
        const std::int32_t back = order[z(gone - 1)];
        if (of_nodes) {
            merging.add(back);
            for (std::int64_t h = adjacent.ptr[z(back)]; h < adjacent.ptr[z(back) + 1]; ++h)
                if (merging.has(adjacent.node[z(h)])) merging.join(back, adjacent.node[z(h)]);
        } else {
            merging.join(graph.a[z(back)], graph.b[z(back)]);
        }
    }
}

std::vector<std::int32_t> by_degree(const Adjacent& adjacent, std::uint64_t stream) {
    const auto nodes = static_cast<std::int32_t>(adjacent.ptr.size() - 1);
    Draws draws(stream);
    std::vector<std::vector<std::int32_t>> bucket(1);
    std::vector<std::int64_t> degree(z(nodes));
    std::vector<std::int32_t> place(z(nodes)), order;
    const auto put = [&](std::int32_t v) {
        auto& in = bucket[z(degree[z(v)])];
        place[z(v)] = static_cast<std::int32_t>(in.size());
        in.push_back(v);
    };
    const auto take = [&](std::int32_t v) {
        auto& in = bucket[z(degree[z(v)])];
        place[z(in.back())] = place[z(v)];
        in[z(place[z(v)])] = in.back();
        in.pop_back();
        place[z(v)] = -1;
    };
    for (std::int32_t v = 0; v < nodes; ++v) {
        degree[z(v)] = adjacent.degree(v);
        if (z(degree[z(v)]) >= bucket.size()) bucket.resize(z(degree[z(v)]) + 1);
        put(v);
    }
    for (std::size_t top = bucket.size(); order.size() < z(nodes);) {
        while (bucket[top - 1].empty()) --top;
        const std::int32_t v = bucket[top - 1][draws.below(bucket[top - 1].size())];
        take(v);
        order.push_back(v);
        for (std::int64_t h = adjacent.ptr[z(v)]; h < adjacent.ptr[z(v) + 1]; ++h) {
            const std::int32_t u = adjacent.node[z(h)];
            if (place[z(u)] < 0) continue;
            take(u);
            --degree[z(u)];
            put(u);
        }
    }
    return order;
}

std::vector<std::int32_t> components(const Undirected& graph, std::span<const bool> alive) {
    std::vector<std::int32_t> parent(z(graph.nodes));
    std::iota(parent.begin(), parent.end(), 0);
    const auto find = [&](std::int32_t v) {
        while (parent[z(v)] != v) v = parent[z(v)] = parent[z(parent[z(v)])];
        return v;
    };
    for (std::size_t e = 0; e < graph.a.size(); ++e) {
        if (!alive[e]) continue;
        const std::int32_t a = find(graph.a[e]), b = find(graph.b[e]);
        parent[z(std::max(a, b))] = std::min(a, b);  // the first node stands for all
    }
    std::vector<std::int32_t> label(z(graph.nodes));
    std::int32_t count = 0;
    for (std::int32_t v = 0; v < graph.nodes; ++v) {
        const std::int32_t first = find(v);
        label[z(v)] = first == v ? count++ : label[z(first)];
    }
    return label;
}

Between betweenness(const Undirected& graph, std::span<const bool> alive, std::span<const std::int32_t> sources,
                    paths::Pulse pulse) {
    const Adjacent adjacent(graph);
    const std::size_t nodes = z(graph.nodes);
    Between made{std::vector<double>(nodes), std::vector<double>(graph.a.size())};
    std::vector<std::int32_t> far(nodes), order;
    std::vector<double> paths(nodes), share(nodes);
    for (const std::int32_t source : sources) {
        pulse.beat();
        std::fill(far.begin(), far.end(), -1);
        std::fill(paths.begin(), paths.end(), 0.0);
        std::fill(share.begin(), share.end(), 0.0);
        order.assign(1, source);
        far[z(source)] = 0, paths[z(source)] = 1.0;
        const auto each = [&](std::int32_t v, auto use) {
            for (std::int64_t h = adjacent.ptr[z(v)]; h < adjacent.ptr[z(v) + 1]; ++h)
                if (alive[z(adjacent.edge[z(h)])]) use(adjacent.node[z(h)], z(adjacent.edge[z(h)]));
        };
        for (std::size_t i = 0; i < order.size(); ++i) {
            const std::int32_t v = order[i];
            each(v, [&](std::int32_t u, std::size_t) {
                if (far[z(u)] < 0) far[z(u)] = far[z(v)] + 1, order.push_back(u);
                if (far[z(u)] == far[z(v)] + 1) paths[z(u)] += paths[z(v)];
            });
        }
        for (std::size_t i = order.size(); i-- > 1;) {
            const std::int32_t v = order[i];
            each(v, [&](std::int32_t u, std::size_t e) {
                if (far[z(u)] + 1 != far[z(v)]) return;
                const double part = paths[z(u)] / paths[z(v)] * (1.0 + share[z(v)]);
                share[z(u)] += part;
                made.edge[e] += part;
            });
            made.node[z(v)] += share[z(v)];
        }
    }
    return made;
}

}  // namespace easterly::robust
