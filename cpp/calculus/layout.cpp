// Where hops lie: together with those that come to the same queue from the same one.
#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

#include "calculus/total.hpp"

namespace easterly::calculus {

namespace {

constexpr std::size_t kRoom = 4096;  // hops that may come later before all are moved
constexpr std::size_t kAhead = 16;   // hops until one that is fetched into the cache

}  // namespace

// Rows of hops, filled queue by queue, and the groups that begin as they are.
struct Total::Filling {
    Filling(const std::vector<std::int32_t>& begins, std::vector<Group>& groups)
        : begin(begins), found(groups), row_of(row(begins.back())), at(begins.begin(), begins.end() - 1),
          last(at.size(), Step::kNone) {}

    void put(std::int32_t hop, std::int32_t queue, std::int32_t from, bool joined) {
        const std::int32_t own = at[row(queue)]++;
        const std::uint32_t key = Step::of(from, joined);
        if (own == begin[row(queue)] || last[row(queue)] != key) found.push_back({queue, from, own, own, joined});
        last[row(queue)] = key;
        row_of[row(hop)] = own;
    }

    // What follows the hops at a queue.
    void put_next(const std::vector<Step>& steps, std::size_t queue, bool joined) {
        for (auto i = row(begin[queue]); i < row(begin[queue + 1]); ++i) {
            if (i + kAhead < steps.size()) __builtin_prefetch(row_of.data() + steps[i + kAhead].hop, 1);
            const auto [hop, next] = steps[i];
            if (next != Step::kNone && (next & 1) == joined)
                put(hop, static_cast<std::int32_t>(next / 2), static_cast<std::int32_t>(queue), joined);
        }
    }

    const std::vector<std::int32_t>& begin;
    std::vector<Group>& found;
    std::vector<std::int32_t> row_of;  // of each hop
    std::vector<std::int32_t> at;      // next row of each queue
    std::vector<std::uint32_t> last;   // where the group of each queue that is filled comes from
};

// Hops by queue and by where they come from, then in the order of flows.
void Total::lay_out() {
    const std::vector<std::int32_t> place = rows_by_group();
    hops_.reserve(place.size() + kRoom);  // a flow more should not move them all
    before_.reserve(place.size() + kRoom);
    hops_.resize(place.size());
    before_.resize(place.size());
    flows_.reserve(kRoom);
    first_.reserve(row(flows()) + kRoom);
    first_.assign(row(flows()), -1);
    Hop* last = nullptr;
    flows_.number_hops([&](std::int64_t f, std::size_t id, std::int32_t queue, std::int32_t before, bool, bool home) {
        if (id + kAhead < place.size()) __builtin_prefetch(&hops_[row(place[id + kAhead])], 1);
        const std::int32_t at = place[id];
        if (before < 0)
            first_[row(f)] = at;
        else
            last->next = at, last->port = port_of(queue);
        last = &hops_[row(at)];
        const double share = home ? flows_.share[row(f)] : 1.0;
        last->burst = flows_.burst[row(f)] * share;
        last->rate = flows_.rate[row(f)] * share;
    });
}

// The row of each hop, by two stable counting sorts: where they are, then all that follows those, queue by queue.
std::vector<std::int32_t> Total::rows_by_group() {
    const std::vector<std::int32_t> begin = rows_of_queues();
    Filling all(begin, groups_);
    for (std::int64_t f = 0; f < flows(); ++f)
        if (const auto first = flows_.first_hop(f); first.queue >= 0) all.put(first.number, first.queue, -1, false);
    const std::vector<Step> steps = steps_by_queue(begin);
    for (std::size_t q = 0; q + 1 < begin.size(); ++q)
        for (const bool joined : {false, true}) all.put_next(steps, q, joined);
    sort_groups(begin);
    return std::move(all.row_of);
}

// Rows of the hops at each queue begin there, and those of the last end.
std::vector<std::int32_t> Total::rows_of_queues() const {
    std::vector<std::int32_t> begin(port_of_.size() + 1, 0);
    for (const auto* way : {&flows_.queue, &flows_.back_queue})
        for (const std::int32_t queue : *way) ++begin[row(queue) + 1];
    std::partial_sum(begin.begin(), begin.end(), begin.begin());
    return begin;
}

// What follows hops, by the queue that it follows.
std::vector<Total::Step> Total::steps_by_queue(const std::vector<std::int32_t>& begin) const {
    std::vector<Step> made(row(begin.back()), Step{0, Step::kNone});
    std::vector<std::int32_t> at(begin.begin(), begin.end() - 1);
    flows_.number_hops([&](std::int64_t, std::size_t id, std::int32_t queue, std::int32_t before, bool joined, bool) {
        if (before >= 0) made[row(at[row(before)]++)] = {static_cast<std::int32_t>(id), Step::of(queue, joined)};
    });
    return made;
}

// Groups by queue, whose hops begin there; they are by where they come from.
void Total::sort_groups(const std::vector<std::int32_t>& begin) {
    std::vector<std::int32_t> at(begin.size(), 0);
    for (const Group& group : groups_) ++at[row(group.queue) + 1];
    for (std::size_t q = 0; q + 1 < at.size(); ++q) at[q + 1] += at[q];
    groups_at_.resize(ports_.rate.size());
    for (std::size_t p = 0; p < groups_at_.size(); ++p) {
        groups_at_[p].resize(row(at[row(ports_.ptr[p + 1])] - at[row(ports_.ptr[p])]));
        std::iota(groups_at_[p].begin(), groups_at_[p].end(), at[row(ports_.ptr[p])]);
    }
    std::vector<Group> sorted(groups_.size());
    for (const Group& group : groups_) sorted[row(at[row(group.queue)]++)] = group;
    groups_ = std::move(sorted);
    for (std::size_t g = 0; g < groups_.size(); ++g)  // they fill the rows of all hops
        groups_[g].end = g + 1 < groups_.size() ? groups_[g + 1].first : begin.back();
}

std::int32_t Total::group_for(std::int32_t queue, std::int32_t from, bool joined) {
    auto& here = groups_at_[row(port_of_[row(queue)])];
    const auto key = std::tuple(queue, from, joined);
    const auto key_of = [this](std::int32_t g) {
        return std::tuple(groups_[row(g)].queue, groups_[row(g)].from, groups_[row(g)].joined);
    };
    const auto at = std::lower_bound(here.begin(), here.end(), key,
                                     [&](std::int32_t g, const auto& wanted) { return key_of(g) < wanted; });
    if (at != here.end() && key_of(*at) == key) return *at;
    groups_.push_back({queue, from, 0, 0, joined});
    return *here.insert(at, static_cast<std::int32_t>(groups_.size()) - 1);
}

// A flow that came later, into the lists of its ports.
void Total::put(std::int64_t flow) {
    first_.push_back(-1);
    std::int32_t last = -1;
    flows_.walk(flow, [&](std::int32_t queue, std::int32_t before, bool joined) {
        const std::int32_t at = static_cast<std::int32_t>(hops_.size());
        hops_.push_back({0.0, 0.0, -1, -1});
        before_.push_back(0.0);
        added_[row(port_of(queue))].push_back({at, group_for(queue, before, joined)});
        if (last < 0)
            first_.back() = at;
        else
            hops_[row(last)].next = at, hops_[row(last)].port = port_of(queue);
        last = at;
    });
    give(flow);
}

// A flow's bytes and rate, to its hops.
void Total::give(std::int64_t flow) {
    std::size_t there = flows_.there_of(flow).size();
    for (std::int32_t h = first_[row(flow)]; h >= 0; h = hops_[row(h)].next) {
        const double share = there > 0 ? 1.0 : flows_.share[row(flow)];
        if (there > 0) --there;
        hops_[row(h)].burst = flows_.burst[row(flow)] * share;
        hops_[row(h)].rate = flows_.rate[row(flow)] * share;
    }
}

}  // namespace easterly::calculus
