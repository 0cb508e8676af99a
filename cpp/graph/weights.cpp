#include "graph/weights.hpp"

#include <algorithm>

namespace easterly::graph {

namespace {

// Nodes of a row of links so that each link leads on to a later one; fewer than there are where links lead in a circle.
// What leaves the destination is left out.
struct Order {
    std::vector<std::int32_t> node;
    std::size_t count = 0;  // of nodes that the links touch
};

Order ordered(const Graph& graph, std::int32_t destination, std::span<const std::int32_t> links) {
    std::vector<std::int32_t> nodes{destination};
    for (const std::int32_t link : links) {
        nodes.push_back(graph.src[link]);
        nodes.push_back(graph.dst[link]);
    }
    std::sort(nodes.begin(), nodes.end());
    nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
    const auto local = [&](std::int32_t v) {
        return static_cast<std::size_t>(std::lower_bound(nodes.begin(), nodes.end(), v) - nodes.begin());
    };
    std::vector<std::int32_t> waits(nodes.size(), 0);
    std::vector<std::vector<std::int32_t>> next(nodes.size());
    for (const std::int32_t link : links) {
        if (graph.src[link] == destination) continue;
        next[local(graph.src[link])].push_back(static_cast<std::int32_t>(local(graph.dst[link])));
        ++waits[local(graph.dst[link])];
    }
    Order order;
    order.count = nodes.size();
    std::vector<std::int32_t> ready;
    for (std::size_t v = nodes.size(); v-- > 0;)
        if (waits[v] == 0) ready.push_back(static_cast<std::int32_t>(v));
    while (!ready.empty()) {
        const std::int32_t v = ready.back();
        ready.pop_back();
        order.node.push_back(nodes[v]);
        for (const std::int32_t w : next[v])
            if (--waits[w] == 0) ready.push_back(w);
    }
    return order;
}

}  // namespace

std::int32_t circular(const Graph& graph, const WeightTable& table) {
    for (std::size_t t = 0; t < table.dst.size(); ++t) {
        const auto links = table.link.subspan(static_cast<std::size_t>(table.ptr[t]),
                                              static_cast<std::size_t>(table.ptr[t + 1] - table.ptr[t]));
        const Order order = ordered(graph, table.dst[t], links);
        if (order.node.size() < order.count) return static_cast<std::int32_t>(t);
    }
    return -1;
}

TableHops::TableHops(const Graph& graph, const WeightTable& table)
    : at_(static_cast<std::size_t>(graph.nodes), -1), rows_(table.dst.size()) {
    std::vector<std::vector<std::int64_t>> out(static_cast<std::size_t>(graph.nodes));
    for (std::size_t t = 0; t < table.dst.size(); ++t) {
        at_[table.dst[t]] = static_cast<std::int32_t>(t);
        const auto begin = static_cast<std::size_t>(table.ptr[t]), end = static_cast<std::size_t>(table.ptr[t + 1]);
        for (std::size_t i = begin; i < end; ++i) out[graph.src[table.link[i]]].push_back(static_cast<std::int64_t>(i));
        Row& row = rows_[t];
        row.ptr.push_back(0);
        for (const std::int32_t v : ordered(graph, table.dst[t], table.link.subspan(begin, end - begin)).node) {
            row.node.push_back(v);
            for (const std::int64_t i : out[v]) {
                if (v == table.dst[t]) break;
                row.link.push_back(table.link[i]);
                row.weight.push_back(table.weight[i]);
            }
            row.ptr.push_back(static_cast<std::int32_t>(row.link.size()));
        }
        for (std::size_t i = begin; i < end; ++i) out[graph.src[table.link[i]]].clear();
    }
}

Dag TableForwarding::towards(std::int32_t destination, std::span<const std::int32_t> starts) {
    const TableHops::Row& row = *hops_.row(destination);
    Dag dag;
    dag.destination = destination;
    dag.ptr.push_back(0);
    for (std::size_t u = 0; u < row.node.size(); ++u) local_[row.node[u]] = static_cast<std::int32_t>(u);
    dag.node = row.node;
    for (std::size_t u = 0; u < row.node.size(); ++u) {
        double total = 0.0;
        const auto begin = dag.link.size();
        for (std::int32_t i = row.ptr[u]; i < row.ptr[u + 1]; ++i) {
            const std::int32_t link = row.link[i], v = graph_.dst[link];
            if (!graph_.alive[link] || (v != destination && !graph_.transit[v])) continue;
            dag.link.push_back(link);
            dag.next.push_back(local_[v]);
            dag.share.push_back(row.weight[i]);
            total += row.weight[i];
        }
        for (auto i = begin; i < dag.share.size(); ++i) dag.share[i] /= total;
        dag.ptr.push_back(static_cast<std::int32_t>(dag.link.size()));
    }
    std::vector<char> arrives(row.node.size(), 0);
    for (auto u = static_cast<std::int32_t>(row.node.size()) - 1; u >= 0; --u) {
        arrives[u] = dag.node[u] == destination;
        for (std::int32_t i = dag.ptr[u]; i < dag.ptr[u + 1]; ++i) arrives[u] |= arrives[dag.next[i]];
    }
    for (const std::int32_t s : starts) dag.start.push_back(local_[s] >= 0 && arrives[local_[s]] ? local_[s] : -1);
    for (const std::int32_t v : row.node) local_[v] = -1;
    return dag;
}

void drop_circles(std::int32_t nodes, std::span<const std::int32_t> src, std::span<const std::int32_t> dst,
                  std::span<const std::int64_t> ptr, std::span<const std::int32_t> link, std::span<double> rate) {
    std::vector<std::vector<std::int64_t>> out(static_cast<std::size_t>(nodes));
    std::vector<std::size_t> tried(static_cast<std::size_t>(nodes), 0);
    std::vector<std::int64_t> place(static_cast<std::size_t>(nodes), -1);  // on the trail: how many entries lead there
    std::vector<std::int64_t> trail;
    for (std::size_t t = 0; t + 1 < ptr.size(); ++t) {
        std::vector<std::int32_t> starts;
        for (std::int64_t i = ptr[t]; i < ptr[t + 1]; ++i) {
            if (out[src[link[i]]].empty()) starts.push_back(src[link[i]]);
            out[src[link[i]]].push_back(i);
        }
        std::sort(starts.begin(), starts.end());
        // A link is done when it is used up, or when everything behind it has been tried without coming back.
        for (const std::int32_t start : starts) {
            std::int32_t at = start;
            place[at] = 0;
            for (;;) {
                while (tried[at] < out[at].size() && !(rate[out[at][tried[at]]] > 0.0)) ++tried[at];
                if (tried[at] == out[at].size()) {
                    place[at] = -1;
                    if (trail.empty()) break;
                    at = src[link[trail.back()]];
                    trail.pop_back();
                    ++tried[at];
                    continue;
                }
                const std::int64_t entry = out[at][tried[at]];
                const std::int32_t to = dst[link[entry]];
                trail.push_back(entry);
                if (place[to] < 0) {
                    at = to;
                    place[at] = static_cast<std::int64_t>(trail.size());
                    continue;
                }
                const auto circle = trail.begin() + place[to];
                double least = rate[*circle];
                for (auto e = circle; e != trail.end(); ++e) least = std::min(least, rate[*e]);
                for (auto e = circle; e != trail.end(); ++e) {
                    rate[*e] = rate[*e] > least ? rate[*e] - least : 0.0;
                    place[dst[link[*e]]] = -1;
                }
                trail.erase(circle, trail.end());
                at = to;
                place[at] = static_cast<std::int64_t>(trail.size());
            }
        }
        for (const std::int32_t v : starts) {
            out[v].clear();
            tried[v] = 0;
        }
    }
}

}  // namespace easterly::graph
