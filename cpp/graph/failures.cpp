#include "graph/failures.hpp"

#include <algorithm>
#include <memory>
#include <tuple>

#include "graph/forwarding.hpp"
#include "graph/weights.hpp"

namespace easterly::graph {

namespace {

struct Member {
    std::int32_t flow;
    std::int32_t start;  // local number in the DAG; -1 without a DAG or without a path
    Leg leg;
};

// Flows that share their walk's destination, or the one link that is their path.
struct Group {
    Dag dag;
    std::vector<Member> member;
    std::vector<std::int32_t> link;  // used, ascending
    std::vector<double> load;
    bool direct = false;
};

struct Placement {
    std::vector<Group> group;
    std::vector<std::int32_t> lost;
    std::vector<std::int32_t> local;
};

// Sums loads by link, and gives them as the rows that were touched.
class LoadTally {
public:
    explicit LoadTally(std::size_t links) : load_(links, 0.0), seen_(links, 0) {}

    void add(std::int32_t link, double amount) {
        if (link < 0) return;
        if (!seen_[link]) touched_.push_back(link);
        seen_[link] = 1;
        load_[link] += amount;
    }

    void hand_over(Group& group) {
        std::sort(touched_.begin(), touched_.end());
        group.link = touched_;
        for (const std::int32_t link : touched_) {
            group.load.push_back(load_[link]);
            load_[link] = 0.0;
            seen_[link] = 0;
        }
        touched_.clear();
    }

private:
    std::vector<double> load_;
    std::vector<char> seen_;
    std::vector<std::int32_t> touched_;
};

// How traffic is forwarded: by weights along cheapest paths, or by a table.
class Shortest {
public:
    Shortest(const Graph&, std::span<const double> weight) : weight_(weight) {}
    Forwarding on(const Graph& graph) const { return Forwarding(graph, weight_); }

private:
    std::span<const double> weight_;
};

class Tabled {
public:
    Tabled(const Graph& graph, const WeightTable& table) : hops_(graph, table) {}
    TableForwarding on(const Graph& graph) const { return TableForwarding(hops_, graph); }

private:
    TableHops hops_;
};

template <class Policy>
class Sweep {
public:
    Sweep(const Graph& graph, const Policy& policy, const FailureFlows& flows, std::span<const double> capacity)
        : graph_(graph), policy_(policy), flows_(flows), capacity_(capacity), tally_(graph.src.size()) {
        up_ = std::make_unique<bool[]>(graph.src.size());
        std::copy(graph.alive.begin(), graph.alive.end(), up_.get());
        base_ = place_all();
        users_.resize(graph.src.size());
        for (std::size_t g = 0; g < base_.group.size(); ++g)
            for (const std::int32_t link : base_.group[g].link) users_[link].push_back(static_cast<std::int32_t>(g));
        hit_.assign(base_.group.size(), 0);
    }

    void run(std::span<const std::int32_t> dead, FailureOutcome& out);

private:
    Placement place_all();
    template <class Forward>
    Group place(Forward& forwarding, std::span<const Member> members, std::vector<std::int32_t>& lost);
    void carry(Group& group);
    void add_loads(const Placement& placement, bool skip_hit, double* row) const;
    void count(const Placement& placement, bool skip_hit, const double* utilisation, double& sent, double& fits);

    const Graph& graph_;
    const Policy& policy_;
    const FailureFlows& flows_;
    std::span<const double> capacity_;
    LoadTally tally_;
    Placement base_;
    std::vector<std::vector<std::int32_t>> users_;  // groups by link
    std::vector<char> hit_;
    std::unique_ptr<bool[]> up_;
    std::vector<double> value_;
    std::vector<double> arrives_;
    std::vector<std::int32_t> starts_;
};

template <class Policy>
void Sweep<Policy>::carry(Group& group) {
    value_.assign(static_cast<std::size_t>(group.dag.size()), 0.0);
    for (const Member& member : group.member) {
        const double amount = flows_.amount[member.flow];
        if (!group.direct) value_[member.start] += amount;
        tally_.add(member.leg.first_link, amount);
        tally_.add(member.leg.last_link, amount);
    }
    // What carries nothing counts as used, too: its flows of no amount may lose their path.
    for (const std::int32_t link : group.dag.link) tally_.add(link, 0.0);
    propagate(group.dag, 0, value_, [&](std::int32_t link, double part) { tally_.add(link, part); });
    tally_.hand_over(group);
}

template <class Policy>
Placement Sweep<Policy>::place_all() {
    auto forwarding = policy_.on(graph_);
    Placement made;
    std::vector<Member> members;
    for (std::size_t i = 0; i < flows_.src.size(); ++i) {
        const auto f = static_cast<std::int32_t>(i);
        const Leg leg = forwarding.leg(flows_.src[f], flows_.dst[f]);
        if (leg.kind == Leg::Kind::none) made.lost.push_back(f);
        else if (leg.kind == Leg::Kind::local) made.local.push_back(f);
        else members.push_back({f, -1, leg});
    }
    const auto group_of = [](const Member& m) {
        return std::tuple(m.leg.kind, m.leg.kind == Leg::Kind::direct ? m.leg.first_link : m.leg.to);
    };
    const auto key = [&](const Member& m) {
        return std::tuple(group_of(m), m.leg.from, flows_.src[m.flow], flows_.dst[m.flow], flows_.amount[m.flow]);
    };
    std::sort(members.begin(), members.end(), [&](const Member& x, const Member& y) { return key(x) < key(y); });
    for (std::size_t begin = 0, end = 0; begin < members.size(); begin = end) {
        for (end = begin; end < members.size() && group_of(members[end]) == group_of(members[begin]);) ++end;
        made.group.push_back(place(forwarding, {members.data() + begin, end - begin}, made.lost));
    }
    return made;
}

// One group. A forced link that is down was the only one there is, so legs need not be found again.
template <class Policy>
template <class Forward>
Group Sweep<Policy>::place(Forward& forwarding, std::span<const Member> members, std::vector<std::int32_t>& lost) {
    Group group;
    group.direct = members.front().leg.kind == Leg::Kind::direct;
    const auto up = [&](std::int32_t link) { return link < 0 || up_[link]; };
    for (const Member& member : members) {
        if (up(member.leg.first_link) && up(member.leg.last_link)) group.member.push_back(member);
        else lost.push_back(member.flow);
    }
    if (!group.direct) {
        starts_.clear();
        for (const Member& member : group.member) starts_.push_back(member.leg.from);
        group.dag = forwarding.towards(members.front().leg.to, starts_);
        group.dag.upto.clear();
        for (std::size_t i = 0; i < group.member.size(); ++i) {
            group.member[i].start = group.dag.start[i];
            if (group.dag.start[i] < 0) lost.push_back(group.member[i].flow);
        }
        std::erase_if(group.member, [](const Member& m) { return m.start < 0; });
    }
    carry(group);
    return group;
}

template <class Policy>
void Sweep<Policy>::add_loads(const Placement& placement, bool skip_hit, double* row) const {
    for (std::size_t g = 0; g < placement.group.size(); ++g) {
        if (skip_hit && hit_[g]) continue;
        const Group& group = placement.group[g];
        for (std::size_t i = 0; i < group.link.size(); ++i) row[group.link[i]] += group.load[i];
    }
}

// Adds what arrives when nothing is slowed down, and when every flow is to what its fullest link leaves it.
template <class Policy>
void Sweep<Policy>::count(const Placement& placement, bool skip_hit, const double* utilisation, double& sent,
                          double& fits) {
    for (std::size_t g = 0; g < placement.group.size(); ++g) {
        if (skip_hit && hit_[g]) continue;
        const Group& group = placement.group[g];
        const Dag& dag = group.dag;
        value_.assign(static_cast<std::size_t>(dag.size()), 1.0);
        arrives_.assign(static_cast<std::size_t>(dag.size()), 1.0);
        for (std::int32_t u = dag.size() - 1; u >= 0; --u) {
            if (dag.node[u] == dag.destination) continue;
            double part = 0.0;
            for (std::int32_t row = dag.ptr[u]; row < dag.ptr[u + 1]; ++row) {
                part += dag.share[row] * arrives_[dag.next[row]];
                value_[u] = std::max({value_[u], value_[dag.next[row]], utilisation[dag.link[row]]});
            }
            arrives_[u] = part;
        }
        for (const Member& member : group.member) {
            double worst = group.direct ? 1.0 : value_[member.start];
            for (const std::int32_t link : {member.leg.first_link, member.leg.last_link})
                if (link >= 0) worst = std::max(worst, utilisation[link]);
            const double amount = flows_.amount[member.flow] * (group.direct ? 1.0 : arrives_[member.start]);
            sent += amount;
            fits += amount / worst;
        }
    }
    for (const std::int32_t f : placement.local) {
        sent += flows_.amount[f];
        fits += flows_.amount[f];
    }
}

template <class Policy>
void Sweep<Policy>::run(std::span<const std::int32_t> dead, FailureOutcome& out) {
    std::vector<std::int32_t> struck;
    for (const std::int32_t link : dead) {
        up_[link] = false;
        for (const std::int32_t g : users_[link])
            if (!hit_[g]) {
                hit_[g] = 1;
                struck.push_back(g);
            }
    }
    std::sort(struck.begin(), struck.end());
    Placement anew;
    std::size_t again = 0;
    if (!struck.empty()) {
        Graph left = graph_;
        left.alive = {up_.get(), graph_.src.size()};
        auto forwarding = policy_.on(left);
        for (const std::int32_t g : struck) {
            again += base_.group[g].member.size();
            anew.group.push_back(place(forwarding, base_.group[g].member, anew.lost));
        }
    }

    const std::size_t links = graph_.src.size();
    const std::size_t at = out.load.size();
    out.load.resize(at + links, 0.0);
    double* row = out.load.data() + at;
    add_loads(base_, true, row);
    add_loads(anew, false, row);
    std::vector<double> utilisation(links, 0.0);
    for (std::size_t l = 0; l < links; ++l)
        if (row[l] > 0.0) utilisation[l] = capacity_[l] > 0.0 ? row[l] / capacity_[l] : kInfinity;
    double sent = 0.0, fits = 0.0;
    count(base_, true, utilisation.data(), sent, fits);
    count(anew, false, utilisation.data(), sent, fits);
    out.sent.push_back(sent);
    out.fits.push_back(fits);
    std::vector<std::int32_t> lost = base_.lost;
    lost.insert(lost.end(), anew.lost.begin(), anew.lost.end());
    std::sort(lost.begin(), lost.end());
    out.lost.insert(out.lost.end(), lost.begin(), lost.end());
    out.lost_ptr.push_back(static_cast<std::int64_t>(out.lost.size()));
    out.again.push_back(static_cast<std::int32_t>(again));

    for (const std::int32_t link : dead) up_[link] = graph_.alive[link];
    for (const std::int32_t g : struck) hit_[g] = 0;
}

template <class Policy>
FailureOutcome sweep_all(const Graph& graph, const Policy& policy, const FailureFlows& flows,
                         std::span<const double> capacity, const FailureCases& cases) {
    FailureOutcome out;
    out.lost_ptr.push_back(0);
    if (cases.size() == 0) return out;
    Sweep<Policy> sweep(graph, policy, flows, capacity);
    for (std::size_t c = 0; c < cases.size(); ++c) {
        const auto begin = static_cast<std::size_t>(cases.ptr[c]);
        sweep.run(cases.link.subspan(begin, static_cast<std::size_t>(cases.ptr[c + 1]) - begin), out);
    }
    return out;
}

}  // namespace

FailureOutcome ecmp_failures(const Graph& graph, std::span<const double> weight, const FailureFlows& flows,
                             std::span<const double> capacity, const FailureCases& cases) {
    return sweep_all(graph, Shortest(graph, weight), flows, capacity, cases);
}

FailureOutcome weighted_failures(const Graph& graph, const WeightTable& table, const FailureFlows& flows,
                                 std::span<const double> capacity, const FailureCases& cases) {
    return sweep_all(graph, Tabled(graph, table), flows, capacity, cases);
}

}  // namespace easterly::graph
