#include "robust/epidemic.hpp"

#include <algorithm>

#include "robust/draws.hpp"

namespace easterly::robust {

namespace {

enum class State : std::uint8_t { kSusceptible, kInfected, kRecovered };

// Looks at a run at given times: whatever holds until the next event is what is seen.
class Looks {
public:
    Looks(std::span<const double> at, Course course) : at_(at), course_(course) {}

    void until(double time, const Ended& now) {
        for (; next_ < at_.size() && at_[next_] < time; ++next_) put(now);
    }
    void rest(const Ended& now) {
        for (; next_ < at_.size(); ++next_) put(now);
    }

private:
    void put(const Ended& now) { course_.infected[next_] = now.infected, course_.ever[next_] = now.ever; }

    std::span<const double> at_;
    Course course_;
    std::size_t next_ = 0;
};

// Nodes, and the edges between infected and susceptible ones; both lists allow to draw and to strike out.
class Population {
public:
    Population(const Adjacent& adjacent, bool again)
        : adjacent_(adjacent), again_(again), state_(adjacent.ptr.size() - 1, State::kSusceptible),
          node_place_(adjacent.ptr.size() - 1, -1), edge_place_(adjacent.node.size(), -1) {}

    void infect(std::int32_t v) {
        if (state_[z(v)] == State::kInfected) return;
        if (!seen(v)) ++now.ever;
        state_[z(v)] = State::kInfected;
        put(infected_, node_place_, v);
        for (std::int64_t h = adjacent_.ptr[z(v)]; h < adjacent_.ptr[z(v) + 1]; ++h) {
            const State other = state_[z(adjacent_.node[z(h)])];
            if (other == State::kInfected) strike(open_, edge_place_, adjacent_.twin[z(h)]);
            if (other == State::kSusceptible) put(open_, edge_place_, h);
        }
        now.most = std::max(now.most, ++now.infected);
    }

    void recover(std::int32_t v) {
        state_[z(v)] = again_ ? State::kSusceptible : State::kRecovered;
        strike(infected_, node_place_, std::int64_t{v});
        for (std::int64_t h = adjacent_.ptr[z(v)]; h < adjacent_.ptr[z(v) + 1]; ++h) {
            const State other = state_[z(adjacent_.node[z(h)])];
            if (other == State::kSusceptible) strike(open_, edge_place_, h);
            if (other == State::kInfected && again_) put(open_, edge_place_, adjacent_.twin[z(h)]);
        }
        --now.infected;
    }

    std::size_t open() const { return open_.size(); }
    std::int32_t open_end(std::uint64_t i) const { return adjacent_.node[z(open_[i])]; }
    std::int32_t infected(std::uint64_t i) const { return static_cast<std::int32_t>(infected_[i]); }
    Ended now;

private:
    static std::size_t z(std::int64_t i) { return static_cast<std::size_t>(i); }

    bool seen(std::int32_t v) {
        if (!again_) return false;  // who was infected is so no second time
        if (seen_.empty()) seen_.resize(state_.size());
        const bool before = seen_[z(v)];
        seen_[z(v)] = true;
        return before;
    }
    static void put(std::vector<std::int64_t>& list, std::vector<std::int64_t>& place, std::int64_t i) {
        place[z(i)] = static_cast<std::int64_t>(list.size());
        list.push_back(i);
    }
    static void strike(std::vector<std::int64_t>& list, std::vector<std::int64_t>& place, std::int64_t i) {
        const std::int64_t at = place[z(i)];
        list[z(at)] = list.back();
        place[z(list[z(at)])] = at;
        list.pop_back();
        place[z(i)] = -1;
    }

    const Adjacent& adjacent_;
    bool again_;
    std::vector<State> state_;
    std::vector<std::int64_t> node_place_, edge_place_, infected_, open_;
    std::vector<bool> seen_;
};

}  // namespace

Ended spread(const Adjacent& adjacent, const Rates& rates, std::span<const std::int32_t> start, std::uint64_t stream,
             std::span<const double> at, Course course, paths::Pulse& pulse) {
    Draws draws(stream);
    Population people(adjacent, rates.again);
    for (const std::int32_t v : start) people.infect(v);
    Looks looks(at, course);
    double time = 0.0;
    while (people.now.infected > 0) {
        pulse.beat();
        const double infections = rates.infect * static_cast<double>(people.open());
        const double all = infections + rates.recover * static_cast<double>(people.now.infected);
        if (!(all > 0.0)) break;  // nothing happens any more
        const double next = time + draws.exponential(all);
        if (next >= rates.until) {
            time = rates.until;
            break;
        }
        time = next;
        looks.until(time, people.now);
        if (draws.unit() * all < infections)
            people.infect(people.open_end(draws.below(people.open())));
        else
            people.recover(people.infected(draws.below(static_cast<std::uint64_t>(people.now.infected))));
    }
    looks.rest(people.now);
    people.now.end = time;
    return people.now;
}

Ended spread_groups(std::span<const std::int64_t> size, std::span<const bool> reach, const Rates& rates,
                    std::span<const std::int64_t> start, std::uint64_t stream, std::span<const double> at,
                    Course course, std::span<std::int64_t> ever, paths::Pulse& pulse) {
    const std::size_t groups = size.size();
    Draws draws(stream);
    std::vector<std::int64_t> open(size.begin(), size.end()), fresh = open, ill(groups), contact(groups);
    Ended now;
    const auto change = [&](std::size_t g, std::int64_t by) {
        ill[g] += by, now.infected += by;
        for (std::size_t t = 0; t < groups; ++t)
            if (reach[g * groups + t]) contact[t] += by;
        now.most = std::max(now.most, now.infected);
    };
    const auto infect = [&](std::size_t g) {
        const auto who = draws.below(static_cast<std::uint64_t>(open[g]--));
        if (who < static_cast<std::uint64_t>(fresh[g])) --fresh[g], ++ever[g], ++now.ever;
        change(g, 1);
    };
    for (std::size_t g = 0; g < groups; ++g)
        for (std::int64_t i = 0; i < start[g]; ++i) infect(g);
    Looks looks(at, course);
    double time = 0.0;
    while (now.infected > 0) {
        pulse.beat();
        std::int64_t meetings = 0;
        for (std::size_t g = 0; g < groups; ++g) meetings += open[g] * contact[g];
        const double infections = rates.infect * static_cast<double>(meetings);
        const double all = infections + rates.recover * static_cast<double>(now.infected);
        if (!(all > 0.0)) break;
        const double next = time + draws.exponential(all);
        if (next >= rates.until) {
            time = rates.until;
            break;
        }
        time = next;
        looks.until(time, now);
        const bool caught = draws.unit() * all < infections;
        auto drawn = static_cast<std::int64_t>(draws.below(static_cast<std::uint64_t>(caught ? meetings : now.infected)));
        std::size_t g = 0;
        while (drawn >= (caught ? open[g] * contact[g] : ill[g])) {
            drawn -= caught ? open[g] * contact[g] : ill[g];
            ++g;
        }
        if (caught) {
            infect(g);
        } else {
            change(g, -1);
            if (rates.again) ++open[g];
        }
    }
    looks.rest(now);
    now.end = time;
    return now;
}

}  // namespace easterly::robust
