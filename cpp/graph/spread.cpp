#include "graph/spread.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <vector>

#include "graph/forwarding.hpp"
#include "random/mix.hpp"

namespace easterly::graph {

namespace {

// Loads of one round, of which only the touched links are cleared.
class Tally {
public:
    explicit Tally(std::span<const double> capacity) : capacity_(capacity), load_(capacity.size(), 0.0) {}

    void add(std::int32_t link, double amount) {
        if (load_[link] == 0.0) touched_.push_back(link);
        load_[link] += amount;
    }

    // Load over capacity of the busiest link, the first of several by number; clears all.
    std::pair<double, std::int32_t> close() {
        double worst = 0.0;
        std::int32_t which = -1;
        for (const std::int32_t l : touched_) {
            const double ratio = load_[l] / capacity_[l];
            if (ratio > worst || (ratio == worst && (which < 0 || l < which))) {
                worst = ratio;
                which = l;
            }
            load_[l] = 0.0;
        }
        touched_.clear();
        return {worst, which};
    }

private:
    std::span<const double> capacity_;
    std::vector<double> load_;
    std::vector<std::int32_t> touched_;
};

// A flow with the next hops that it walks, and where the names of its connections begin.
struct Walker {
    std::int32_t flow;
    std::int32_t dag = -1;
    std::int32_t start = -1;
    std::int32_t first_connection = 0;
};

// Which of the next hops row .. end a hash picks.
std::int32_t pick(const Dag& dag, std::int32_t row, std::int32_t end, std::uint64_t hash) {
    const auto count = static_cast<std::uint64_t>(end - row);
    if (dag.upto[end - 1] == 0)
        return row + static_cast<std::int32_t>(static_cast<unsigned __int128>(hash) * count >> 64);
    while (row < end - 1 && hash >= dag.upto[row]) ++row;
    return row;
}

class Spread {
public:
    Spread(const Graph& graph, std::span<const double> weight, std::span<const std::int32_t> node_seed,
           const SpreadFlows& flows, std::span<const double> capacity, std::uint64_t seed)
        : forwarding_(graph, weight), node_seed_(node_seed), flows_(flows), seed_(seed), tally_(capacity) {
        find_walkers();
    }

    void run(std::int32_t draws, const SpreadResult& result) {
        std::size_t begin = 0;
        for (std::size_t p = 0; p < result.even.size(); ++p) {
            std::size_t end = begin;
            while (end < walkers_.size() && flows_.phase[walkers_[end].flow] == static_cast<std::int32_t>(p)) ++end;
            phase(std::span(walkers_).subspan(begin, end - begin), draws, result, p);
            begin = end;
        }
    }

private:
    using Busiest = std::pair<double, std::int32_t>;

    void find_walkers();
    void phase(std::span<Walker> walkers, std::int32_t draws, const SpreadResult& result, std::size_t p);
    void name_connections(std::span<Walker> walkers);
    Busiest even(std::span<const Walker> walkers);
    Busiest hashed(std::span<const Walker> walkers, std::uint64_t draw);
    void forced(const Walker& walker);

    Forwarding forwarding_;
    std::span<const std::int32_t> node_seed_;
    const SpreadFlows& flows_;
    std::uint64_t seed_;
    Tally tally_;
    std::vector<Leg> legs_;
    std::vector<Dag> dags_;
    std::vector<Walker> walkers_;  // by phase, then by what the flow is: the caller's order is forgotten
    std::vector<std::uint64_t> names_;
    std::vector<double> value_;
};

void Spread::find_walkers() {
    legs_.resize(flows_.src.size());
    std::vector<Walker> by_flow(flows_.src.size());
    std::vector<std::int32_t> order;
    for (std::size_t f = 0; f < legs_.size(); ++f) {
        legs_[f] = forwarding_.leg(flows_.src[f], flows_.dst[f]);
        by_flow[f].flow = static_cast<std::int32_t>(f);
        if (legs_[f].kind == Leg::Kind::walk) order.push_back(static_cast<std::int32_t>(f));
    }
    std::sort(order.begin(), order.end(), [&](std::int32_t x, std::int32_t y) {
        return std::tie(legs_[x].to, legs_[x].from, x) < std::tie(legs_[y].to, legs_[y].from, y);
    });
    std::vector<std::int32_t> starts;
    for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
        starts.clear();
        const std::int32_t to = legs_[order[begin]].to;
        for (end = begin; end < order.size() && legs_[order[end]].to == to; ++end)
            starts.push_back(legs_[order[end]].from);
        dags_.push_back(forwarding_.towards(to, starts));
        for (std::size_t i = begin; i < end; ++i) {
            by_flow[order[i]].dag = static_cast<std::int32_t>(dags_.size()) - 1;
            by_flow[order[i]].start = dags_.back().start[i - begin];
        }
    }
    for (const Walker& walker : by_flow) {
        const bool served = walker.start >= 0 || legs_[walker.flow].kind == Leg::Kind::direct;
        if (served && flows_.amount[walker.flow] > 0.0) walkers_.push_back(walker);
    }
    const auto key = [&](const Walker& w) {
        const std::int32_t f = w.flow;
        return std::tuple(flows_.phase[f], w.dag, legs_[f].from, flows_.src[f], flows_.dst[f], flows_.amount[f],
                          flows_.connections[f]);
    };
    std::sort(walkers_.begin(), walkers_.end(), [&](const Walker& x, const Walker& y) { return key(x) < key(y); });
}

void Spread::name_connections(std::span<Walker> walkers) {
    names_.clear();
    std::uint64_t ordinal = 0;
    for (std::size_t i = 0; i < walkers.size(); ++i) {
        const std::int32_t f = walkers[i].flow;
        const std::int32_t before = i > 0 ? walkers[i - 1].flow : -1;
        const bool again = before >= 0 && flows_.src[f] == flows_.src[before] && flows_.dst[f] == flows_.dst[before];
        ordinal = again ? ordinal + 1 : 0;
        walkers[i].first_connection = static_cast<std::int32_t>(names_.size());
        std::uint64_t pair = random::mix(0, static_cast<std::uint64_t>(flows_.src[f]));
        pair = random::mix(random::mix(pair, static_cast<std::uint64_t>(flows_.dst[f])), ordinal);
        for (std::int32_t k = 0; k < flows_.connections[f]; ++k)
            names_.push_back(random::mix(pair, static_cast<std::uint64_t>(k)));
    }
}

void Spread::forced(const Walker& walker) {
    const Leg& leg = legs_[walker.flow];
    const double amount = flows_.amount[walker.flow];
    if (leg.first_link >= 0) tally_.add(leg.first_link, amount);
    if (leg.last_link >= 0) tally_.add(leg.last_link, amount);
}

Spread::Busiest Spread::even(std::span<const Walker> walkers) {
    for (std::size_t i = 0; i < walkers.size();) {
        forced(walkers[i]);
        if (walkers[i].dag < 0) {
            ++i;
            continue;
        }
        const Dag& dag = dags_[walkers[i].dag];
        value_.assign(static_cast<std::size_t>(dag.size()), 0.0);
        std::int32_t start = walkers[i].start;
        value_[start] = flows_.amount[walkers[i].flow];
        for (++i; i < walkers.size() && walkers[i].dag == walkers[i - 1].dag; ++i) {
            forced(walkers[i]);
            start = std::min(start, walkers[i].start);
            value_[walkers[i].start] += flows_.amount[walkers[i].flow];
        }
        propagate(dag, start, value_, [&](std::int32_t link, double part) { tally_.add(link, part); });
    }
    return tally_.close();
}

Spread::Busiest Spread::hashed(std::span<const Walker> walkers, std::uint64_t draw) {
    for (const Walker& walker : walkers) {
        forced(walker);
        if (walker.dag < 0) continue;
        const Dag& dag = dags_[walker.dag];
        const std::int32_t connections = flows_.connections[walker.flow];
        const double part = flows_.amount[walker.flow] / connections;
        for (std::int32_t k = 0; k < connections; ++k) {
            const std::uint64_t name = random::mix(names_[walker.first_connection + k], draw);
            for (std::int32_t u = walker.start; dag.ptr[u] < dag.ptr[u + 1];) {
                std::int32_t row = dag.ptr[u];
                if (dag.ptr[u + 1] - row > 1) {
                    const auto node = static_cast<std::uint64_t>(node_seed_[dag.node[u]]);
                    row = pick(dag, row, dag.ptr[u + 1], random::mix(name, node));
                }
                tally_.add(dag.link[row], part);
                u = dag.next[row];
            }
        }
    }
    return tally_.close();
}

void Spread::phase(std::span<Walker> walkers, std::int32_t draws, const SpreadResult& result, std::size_t p) {
    name_connections(walkers);
    std::tie(result.even[p], result.even_link[p]) = even(walkers);
    result.mean[p] = result.p95[p] = 0.0;
    result.p95_link[p] = -1;
    if (walkers.empty()) return;
    std::vector<Busiest> worst;
    const std::uint64_t stream = random::mix(0, seed_);
    for (std::int32_t d = 0; d < draws; ++d)
        worst.push_back(hashed(walkers, random::mix(stream, static_cast<std::uint64_t>(d))));
    double sum = 0.0;
    for (const Busiest& draw : worst) sum += draw.first;
    result.mean[p] = sum / draws;
    std::sort(worst.begin(), worst.end());
    const std::size_t rank = (95 * worst.size() + 99) / 100;  // nearest rank: the smallest with 95 % at or below
    std::tie(result.p95[p], result.p95_link[p]) = worst[rank - 1];
}

}  // namespace

void hashed_spread(const Graph& graph, std::span<const double> weight, std::span<const std::int32_t> node_seed,
                   const SpreadFlows& flows, std::span<const double> capacity, std::uint64_t seed, std::int32_t draws,
                   const SpreadResult& result) {
    Spread(graph, weight, node_seed, flows, capacity, seed).run(draws, result);
}

}  // namespace easterly::graph
