#include "graph/spread.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <tuple>
#include <vector>

#include "graph/forwarding.hpp"
#include "graph/trail.hpp"
#include "random/mix.hpp"

namespace easterly::graph {

namespace {

constexpr std::size_t kMostColumns = 4;  // phases that walk together
constexpr std::uint64_t kUntold = ~std::uint64_t{0};  // in the place of what is not hashed

// A flow with the next hops that it walks, and where the names of its connections begin.
struct Walker {
    std::int32_t flow;
    std::int32_t dag = -1;
    std::int32_t start = -1;
    std::int32_t first_connection = 0;
};

class Spread {
public:
    Spread(const Graph& graph, std::span<const double> weight, std::span<const std::int32_t> node_seed,
           const SpreadFlows& flows, const Capacities& capacity, std::uint64_t seed)
        : forwarding_(graph, weight),
          node_seed_(node_seed),
          flows_(flows),
          capacity_(capacity),
          seed_(seed),
          tally_(static_cast<std::size_t>(graph.links())),
          marked_(static_cast<std::size_t>(graph.links()), 0),
          load_(static_cast<std::size_t>(graph.links()) * kMostColumns, 0.0) {
        find_walkers();
    }

    void run(std::int32_t draws, const SpreadResult& result);

private:
    using Walkers = std::span<Walker>;

    // Phases whose flows run between the same ends with as many connections: they choose alike.
    struct Group {
        std::vector<std::size_t> phase;
        std::vector<Walkers> walkers;
    };

    void find_walkers();
    std::vector<Group> groups(std::size_t phases);
    bool alike(Walkers one, Walkers other) const;
    void name_connections(Walkers walkers);
    void even(Walkers walkers, std::span<Busiest> worst);
    void mark_choices(Walkers walkers);
    void fixed(Walkers walkers, std::span<Busiest> worst);
    void take_parts(const Group& group);
    void draw(const Group& group, std::int32_t draws, const SpreadResult& result);
    template <std::size_t M>
    void hashed(const Group& group, std::uint64_t round);
    void close(std::span<Busiest> worst, std::size_t columns);

    Forwarding forwarding_;
    std::span<const std::int32_t> node_seed_;
    const SpreadFlows& flows_;
    const Capacities& capacity_;
    std::uint64_t seed_;
    Tally tally_;
    std::vector<char> marked_;           // links that some connection of a group may choose
    std::vector<std::int32_t> choices_;  // the same, by number
    std::vector<Leg> legs_;
    std::vector<Trail> trails_;
    std::vector<Walker> walkers_;  // by phase, then by what the flow is: the caller's order is forgotten
    std::vector<std::uint64_t> names_;
    std::vector<double> value_;
    std::vector<double> part_;  // of each connection, by walker, then phase of the group
    std::vector<double> load_;  // by link, then phase of the group; 0 between rounds
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
        trails_.emplace_back(forwarding_.towards(to, starts), node_seed_);
        for (std::size_t i = begin; i < end; ++i) {
            by_flow[order[i]].dag = static_cast<std::int32_t>(trails_.size()) - 1;
            by_flow[order[i]].start = trails_.back().dag.start[i - begin];
        }
    }
    for (const Walker& walker : by_flow) {
        const bool served = walker.start >= 0 || legs_[walker.flow].kind == Leg::Kind::direct;
        if (served && flows_.amount[walker.flow] > 0.0) walkers_.push_back(walker);
    }
    const auto key = [&](const Walker& w) {
        const std::int32_t f = w.flow;
        return std::tuple(flows_.phase[f], w.dag, legs_[f].from, flows_.src[f], flows_.dst[f], flows_.amount[f],
                          flows_.connections[f], flows_.told[f]);
    };
    std::sort(walkers_.begin(), walkers_.end(), [&](const Walker& x, const Walker& y) { return key(x) < key(y); });
}

void Spread::name_connections(Walkers walkers) {
    names_.clear();
    std::uint64_t ordinal = 0;
    for (std::size_t i = 0; i < walkers.size(); ++i) {
        const std::int32_t f = walkers[i].flow;
        const std::int32_t before = i > 0 ? walkers[i - 1].flow : -1;
        const bool again = before >= 0 && flows_.src[f] == flows_.src[before] && flows_.dst[f] == flows_.dst[before];
        ordinal = again ? ordinal + 1 : 0;
        walkers[i].first_connection = static_cast<std::int32_t>(names_.size());
        const auto told = [&](Told part, std::uint64_t word) { return flows_.told[f] & part ? word : kUntold; };
        std::uint64_t pair = random::mix(0, told(kSource, static_cast<std::uint64_t>(flows_.src[f])));
        pair = random::mix(pair, told(kDestination, static_cast<std::uint64_t>(flows_.dst[f])));
        pair = random::mix(pair, told(kNumber, ordinal));
        for (std::int32_t k = 0; k < flows_.connections[f]; ++k)
            names_.push_back(random::mix(pair, told(kNumber, static_cast<std::uint64_t>(k))));
    }
}

// Split evenly: what every link carries, in the mean over all hashings.
void Spread::even(Walkers walkers, std::span<Busiest> worst) {
    const auto carry = [&](std::int32_t link, double part) { tally_.add(link, part); };
    const auto forced = [&](const Walker& walker) {
        const Leg& leg = legs_[walker.flow];
        if (leg.first_link >= 0) carry(leg.first_link, flows_.amount[walker.flow]);
        if (leg.last_link >= 0) carry(leg.last_link, flows_.amount[walker.flow]);
    };
    for (std::size_t i = 0; i < walkers.size();) {
        forced(walkers[i]);
        if (walkers[i].dag < 0) {
            ++i;
            continue;
        }
        const Dag& dag = trails_[walkers[i].dag].dag;
        value_.assign(static_cast<std::size_t>(dag.size()), 0.0);
        std::int32_t start = walkers[i].start;
        value_[start] = flows_.amount[walkers[i].flow];
        for (++i; i < walkers.size() && walkers[i].dag == walkers[i - 1].dag; ++i) {
            forced(walkers[i]);
            start = std::min(start, walkers[i].start);
            value_[walkers[i].start] += flows_.amount[walkers[i].flow];
        }
        propagate(dag, start, value_, carry);
    }
    tally_.close(capacity_.value, worst);
}

// Marks the links that connections may choose; the others carry the same in every round.
void Spread::mark_choices(Walkers walkers) {
    for (const std::int32_t l : choices_) marked_[l] = 0;
    choices_.clear();
    std::int32_t last = -1;
    for (const Walker& walker : walkers) {
        if (walker.dag == last || walker.dag < 0) continue;
        last = walker.dag;
        for (const std::int32_t l : trails_[last].dag.link) {
            if (!marked_[l]) choices_.push_back(l);
            marked_[l] = 1;
        }
    }
    std::sort(choices_.begin(), choices_.end());
}

// The busiest of the links that are forced on flows and that no connection chooses.
void Spread::fixed(Walkers walkers, std::span<Busiest> worst) {
    for (const Walker& walker : walkers) {
        const Leg& leg = legs_[walker.flow];
        for (const std::int32_t link : {leg.first_link, leg.last_link})
            if (link >= 0 && !marked_[link]) tally_.add(link, flows_.amount[walker.flow]);
    }
    tally_.close(capacity_.value, worst);
}

// One round: every connection of M phases at once, which choose alike, walks its path.
template <std::size_t M>
void Spread::hashed(const Group& group, std::uint64_t round) {
    const Walkers walkers = group.walkers.front();
    const double* part = part_.data();
    for (std::size_t i = 0; i < walkers.size(); ++i, part += M) {
        const Walker& walker = walkers[i];
        const Leg& leg = legs_[walker.flow];
        for (const std::int32_t link : {leg.first_link, leg.last_link}) {
            if (link < 0 || !marked_[link]) continue;
            for (std::size_t m = 0; m < M; ++m)
                load_[static_cast<std::size_t>(link) * M + m] += flows_.amount[group.walkers[m][i].flow];
        }
        if (walker.dag < 0) continue;
        const Trail& trail = trails_[walker.dag];
        const std::uint64_t* name = names_.data() + walker.first_connection;
        for (const std::uint64_t* const end = name + flows_.connections[walker.flow]; name < end; ++name) {
            const std::uint64_t hash = random::mix(*name, round);
            for (const Trail::Fork* at = &trail.fork[walker.start]; at->count > 0;) {
                const Trail::Hop& hop = trail.take(*at, hash);
                double* load = load_.data() + static_cast<std::size_t>(hop.link) * M;
                for (std::size_t m = 0; m < M; ++m) load[m] += part[m];
                at = &trail.fork[hop.next];
            }
        }
    }
}

// The busiest link of each phase of a group at each row of capacities; clears the loads.
void Spread::close(std::span<Busiest> worst, std::size_t columns) {
    const std::size_t links = marked_.size();
    for (const std::int32_t l : choices_) {
        double* load = load_.data() + static_cast<std::size_t>(l) * columns;
        for (std::size_t m = 0; m < columns; ++m) {
            if (load[m] == 0.0) continue;
            for (std::size_t r = 0; r < capacity_.rows; ++r)
                worst[m * capacity_.rows + r].offer(load[m] / capacity_.value[r * links + l], l);
            load[m] = 0.0;
        }
    }
}

bool Spread::alike(Walkers one, Walkers other) const {
    return std::equal(one.begin(), one.end(), other.begin(), other.end(), [&](const Walker& x, const Walker& y) {
        return flows_.src[x.flow] == flows_.src[y.flow] && flows_.dst[x.flow] == flows_.dst[y.flow] &&
               flows_.connections[x.flow] == flows_.connections[y.flow] && flows_.told[x.flow] == flows_.told[y.flow];
    });
}

std::vector<Spread::Group> Spread::groups(std::size_t phases) {
    std::vector<Group> found;
    std::size_t begin = 0;
    for (std::size_t p = 0; p < phases; ++p) {
        std::size_t end = begin;
        while (end < walkers_.size() && flows_.phase[walkers_[end].flow] == static_cast<std::int32_t>(p)) ++end;
        const Walkers own = Walkers(walkers_).subspan(begin, end - begin);
        begin = end;
        auto group = std::find_if(found.begin(), found.end(), [&](const Group& g) {
            return g.phase.size() < kMostColumns && alike(g.walkers.front(), own);
        });
        if (group == found.end()) group = found.insert(group, Group{});
        group->phase.push_back(p);
        group->walkers.push_back(own);
    }
    return found;
}

// What each connection carries, in every phase of a group.
void Spread::take_parts(const Group& group) {
    const std::size_t columns = group.phase.size();
    part_.resize(group.walkers.front().size() * columns);
    for (std::size_t i = 0; i < part_.size(); ++i) {
        const std::int32_t f = group.walkers[i % columns][i / columns].flow;
        part_[i] = flows_.amount[f] / flows_.connections[f];
    }
}

void Spread::draw(const Group& group, std::int32_t draws, const SpreadResult& result) {
    const std::size_t columns = group.phase.size(), rows = capacity_.rows;
    name_connections(group.walkers.front());
    mark_choices(group.walkers.front());
    take_parts(group);
    std::vector<Busiest> same(columns * rows);  // of the links that carry the same in every round
    for (std::size_t m = 0; m < columns; ++m) fixed(group.walkers[m], std::span(same).subspan(m * rows, rows));
    std::vector<std::vector<Busiest>> worst(columns * rows);
    const std::uint64_t stream = random::mix(0, seed_);
    for (std::int32_t d = 0; d < draws; ++d) {
        const std::uint64_t round = random::mix(stream, static_cast<std::uint64_t>(d));
        switch (columns) {
            case 1: hashed<1>(group, round); break;
            case 2: hashed<2>(group, round); break;
            case 3: hashed<3>(group, round); break;
            default: hashed<kMostColumns>(group, round);
        }
        auto now = same;
        close(now, columns);
        for (std::size_t i = 0; i < now.size(); ++i) worst[i].push_back(now[i]);
    }
    for (std::size_t i = 0; i < worst.size(); ++i) {
        const std::size_t at = i % rows * result.phases + group.phase[i / rows];
        double sum = 0.0;
        for (const Busiest& round : worst[i]) sum += round.ratio;
        result.mean[at] = sum / draws;
        std::sort(worst[i].begin(), worst[i].end());
        const std::size_t rank = (95 * worst[i].size() + 99) / 100;  // nearest rank: the smallest with 95 % at or below
        result.p95[at] = worst[i][rank - 1].ratio;
        result.p95_link[at] = worst[i][rank - 1].link;
    }
}

void Spread::run(std::int32_t draws, const SpreadResult& result) {
    std::fill(result.mean.begin(), result.mean.end(), 0.0);
    std::fill(result.p95.begin(), result.p95.end(), 0.0);
    std::fill(result.p95_link.begin(), result.p95_link.end(), -1);
    for (const Group& group : groups(result.phases)) {
        for (std::size_t m = 0; m < group.phase.size(); ++m) {
            std::vector<Busiest> worst(capacity_.rows);
            even(group.walkers[m], worst);
            for (std::size_t r = 0; r < worst.size(); ++r) {
                result.even[r * result.phases + group.phase[m]] = worst[r].ratio;
                result.even_link[r * result.phases + group.phase[m]] = worst[r].link;
            }
        }
        if (!group.walkers.front().empty()) draw(group, draws, result);
    }
}

}  // namespace

void hashed_spread(const Graph& graph, std::span<const double> weight, std::span<const std::int32_t> node_seed,
                   const SpreadFlows& flows, const Capacities& capacity, std::uint64_t seed, std::int32_t draws,
                   const SpreadResult& result) {
    Spread(graph, weight, node_seed, flows, capacity, seed).run(draws, result);
}

}  // namespace easterly::graph
