#include "graph/ecmp.hpp"

#include <algorithm>
#include <tuple>

#include "graph/forwarding.hpp"

namespace easterly::graph {

namespace {

std::vector<Leg> legs_of(const Forwarding& forwarding, std::span<const std::int32_t> src,
                         std::span<const std::int32_t> dst) {
    std::vector<Leg> legs(src.size());
    for (std::size_t f = 0; f < src.size(); ++f) legs[f] = forwarding.leg(src[f], dst[f]);
    return legs;
}

// Calls `use(dag, begin, end)` for each destination of the walks among order[...], which is sorted by it.
template <class Use>
void each_destination(Forwarding& forwarding, const std::vector<Leg>& legs, const std::vector<std::int32_t>& order,
                      Use&& use) {
    std::vector<std::int32_t> starts;
    for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
        const std::int32_t to = legs[order[begin]].to;
        starts.clear();
        for (end = begin; end < order.size() && legs[order[end]].to == to; ++end)
            starts.push_back(legs[order[end]].from);
        use(forwarding.towards(to, starts), begin, end);
    }
}

std::vector<std::int32_t> walks(const std::vector<Leg>& legs) {
    std::vector<std::int32_t> order;
    for (std::size_t f = 0; f < legs.size(); ++f)
        if (legs[f].kind == Leg::Kind::walk) order.push_back(static_cast<std::int32_t>(f));
    return order;
}

// The shares of one walk, kept while the flows that take it are written.
struct Walk {
    std::vector<std::int32_t> link;
    std::vector<double> share;
    bool found = false;
};

Walk walk_of(const Dag& dag, std::int32_t start, std::vector<double>& value) {
    Walk walk;
    if (start < 0) return walk;
    walk.found = true;
    value.assign(static_cast<std::size_t>(dag.size()), 0.0);
    value[start] = 1.0;
    propagate(dag, start, value, [&](std::int32_t link, double part) {
        walk.link.push_back(link);
        walk.share.push_back(part);
    });
    return walk;
}

// Rows found out of order: where each flow's entries lie in a pool of walks.
struct Pool {
    std::vector<Walk> walk;
    std::vector<std::int32_t> of_flow;
};

Pool find_walks(Forwarding& forwarding, const std::vector<Leg>& legs) {
    Pool pool;
    pool.of_flow.assign(legs.size(), -1);
    auto order = walks(legs);
    std::sort(order.begin(), order.end(), [&](std::int32_t x, std::int32_t y) {
        return std::tie(legs[x].to, legs[x].from, x) < std::tie(legs[y].to, legs[y].from, y);
    });
    std::vector<double> value;
    each_destination(forwarding, legs, order, [&](const Dag& dag, std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            const bool same = i > begin && legs[order[i]].from == legs[order[i - 1]].from;
            if (!same) pool.walk.push_back(walk_of(dag, dag.start[i - begin], value));
            pool.of_flow[order[i]] = static_cast<std::int32_t>(pool.walk.size()) - 1;
        }
    });
    return pool;
}

}  // namespace

Shares ecmp_shares(const Graph& graph, std::span<const double> weight, std::span<const std::int32_t> flow_src,
                   std::span<const std::int32_t> flow_dst) {
    Forwarding forwarding(graph, weight);
    const auto legs = legs_of(forwarding, flow_src, flow_dst);
    const Pool pool = find_walks(forwarding, legs);
    Shares shares;
    shares.ptr.push_back(0);
    const auto forced = [&](std::int32_t link) {
        if (link < 0) return;
        shares.link.push_back(link);
        shares.share.push_back(1.0);
    };
    for (std::size_t f = 0; f < legs.size(); ++f) {
        const bool walked = pool.of_flow[f] >= 0 && pool.walk[pool.of_flow[f]].found;
        if (walked || legs[f].kind == Leg::Kind::direct) {
            forced(legs[f].first_link);
            if (walked) {
                const Walk& walk = pool.walk[pool.of_flow[f]];
                shares.link.insert(shares.link.end(), walk.link.begin(), walk.link.end());
                shares.share.insert(shares.share.end(), walk.share.begin(), walk.share.end());
            }
            forced(legs[f].last_link);
        }
        shares.ptr.push_back(static_cast<std::int64_t>(shares.link.size()));
    }
    return shares;
}

void ecmp_loads(const Graph& graph, std::span<const double> weight, std::span<const std::int32_t> flow_src,
                std::span<const std::int32_t> flow_dst, std::span<const double> amount,
                std::span<const std::int32_t> group, std::span<double> load) {
    Forwarding forwarding(graph, weight);
    const auto legs = legs_of(forwarding, flow_src, flow_dst);
    std::fill(load.begin(), load.end(), 0.0);
    const auto links = static_cast<std::size_t>(graph.links());
    const auto row_of = [&](std::int32_t flow) { return load.data() + static_cast<std::size_t>(group[flow]) * links; };

    std::vector<std::int32_t> order;
    for (std::size_t f = 0; f < legs.size(); ++f)
        if (legs[f].kind == Leg::Kind::walk || legs[f].kind == Leg::Kind::direct)
            order.push_back(static_cast<std::int32_t>(f));
    const auto key = [&](std::int32_t f) {
        return std::tuple(legs[f].kind, legs[f].to, group[f], legs[f].from, flow_src[f], flow_dst[f], amount[f]);
    };
    std::sort(order.begin(), order.end(), [&](std::int32_t x, std::int32_t y) { return key(x) < key(y); });
    // Kind::direct sorts before Kind::walk; those paths are one link each.
    auto first_walk = order.begin();
    for (; first_walk != order.end() && legs[*first_walk].kind == Leg::Kind::direct; ++first_walk)
        row_of(*first_walk)[legs[*first_walk].first_link] += amount[*first_walk];
    order.erase(order.begin(), first_walk);

    std::vector<double> value;
    each_destination(forwarding, legs, order, [&](const Dag& dag, std::size_t begin, std::size_t end) {
        value.assign(static_cast<std::size_t>(dag.size()), 0.0);
        for (std::size_t i = begin; i < end;) {
            double* row = row_of(order[i]);
            const std::int32_t members = group[order[i]];
            std::int32_t start = dag.size();
            for (; i < end && group[order[i]] == members; ++i) {
                const std::int32_t f = order[i];
                const std::int32_t local = dag.start[i - begin];
                if (local < 0) continue;
                start = std::min(start, local);
                value[local] += amount[f];
                if (legs[f].first_link >= 0) row[legs[f].first_link] += amount[f];
                if (legs[f].last_link >= 0) row[legs[f].last_link] += amount[f];
            }
            propagate(dag, start, value, [&](std::int32_t link, double part) { row[link] += part; });
        }
    });
}

}  // namespace easterly::graph
