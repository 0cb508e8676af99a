#include "calculus/total.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>
#include <utility>

#include "calculus/components.hpp"

namespace easterly::calculus {

namespace {

constexpr double kLongest = 1e9;      // s: beyond it a cycle is taken to grow without end
constexpr double kNearly = 3e-10;     // relative change of a round at which a cycle may stand still but for a margin
constexpr double kSettled = 1e-13;    // at which it does
constexpr double kMargin = 1e-9;      // by which delays of a cycle are raised until they hold
constexpr double kMostMargin = 1e-4;
constexpr std::size_t kFew = 48;
constexpr std::size_t kRoom = 4096;   // hops that may come later before all are moved
constexpr std::int64_t kMost = 20;    // visits for each port, on average, after which a change has no end

// min(burst + rate t, packet + line t), added to a sum whose bends are in no order yet.
void add_group(Curve& all, double burst, double rate, double packet, double line) {
    if (burst > packet && rate < line) {
        all.start += packet;
        all.slope += line;
        if (!std::isinf(burst)) all.bends.push_back({(burst - packet) / (line - rate), rate - line});
    } else if (burst <= packet) {
        all.start += burst;
        all.slope += rate;
        if (rate > line) all.bends.push_back({(packet - burst) / (rate - line), line - rate});
    } else {
        all.start += packet;
        all.slope += line;
    }
}

// Stable; few bends are moved to where they belong one by one.
void sort_by_time(std::vector<Bend>& bends) {
    const auto earlier = [](const Bend& a, const Bend& b) { return a.at < b.at; };
    if (bends.size() > kFew) {
        std::stable_sort(bends.begin(), bends.end(), earlier);
        return;
    }
    for (std::size_t i = 1; i < bends.size(); ++i) {
        const Bend moved = bends[i];
        std::size_t to = i;
        for (; to > 0 && earlier(moved, bends[to - 1]); --to) bends[to] = bends[to - 1];
        bends[to] = moved;
    }
}

}  // namespace

void Flows::reserve(std::size_t more) {
    for (auto* column : {&share, &burst, &rate}) column->reserve(column->size() + more);
    for (auto* column : {&ptr, &back_ptr}) column->reserve(column->size() + more);
    for (auto* column : {&queue, &back_queue}) column->reserve(column->size() + more);
}

void Flows::push(std::span<const std::int32_t> there, std::span<const std::int32_t> back, double part, double b,
                 double r) {
    queue.insert(queue.end(), there.begin(), there.end());
    back_queue.insert(back_queue.end(), back.begin(), back.end());
    ptr.push_back(static_cast<std::int64_t>(queue.size()));
    back_ptr.push_back(static_cast<std::int64_t>(back_queue.size()));
    share.push_back(part);
    burst.push_back(b);
    rate.push_back(r);
}

Total::Total(Ports ports, Flows flows, Options options)
    : ports_(std::move(ports)), flows_(std::move(flows)), options_(options) {
    const std::size_t count = ports_.rate.size();
    port_of_.resize(ports_.quantum.size());
    for (std::size_t p = 0; p < count; ++p)
        std::fill(port_of_.begin() + ports_.ptr[p], port_of_.begin() + ports_.ptr[p + 1], static_cast<std::int32_t>(p));
    bounds_.resize(port_of_.size());
    added_.resize(count);
    lay_out();
    order();
}

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
    number_hops([&](std::int64_t f, std::size_t id, std::int32_t queue, std::int32_t before, bool, bool back) {
        const std::int32_t at = place[id];
        if (before < 0)
            first_[row(f)] = at;
        else
            last->next = at, last->port = port_of(queue);
        last = &hops_[row(at)];
        const double share = back ? flows_.share[row(f)] : 1.0;
        last->burst = flows_.burst[row(f)] * share;
        last->rate = flows_.rate[row(f)] * share;
    });
}

// All hops, flow by flow, with a number for each: those there, and behind them those back.
template <class Do>
void Total::number_hops(Do action) const {
    std::size_t there = 0, back = flows_.queue.size();
    for (std::int64_t f = 0; f < flows(); ++f) {
        std::size_t left = flows_.there_of(f).size();
        flows_.walk(f, [&](std::int32_t queue, std::int32_t before, bool joined) {
            const bool home = left == 0;
            if (!home) --left;
            action(f, home ? back++ : there++, queue, before, joined, home);
        });
    }
}

// The row of each hop, by two stable counting sorts: where they are, then all that follows those, queue by queue.
std::vector<std::int32_t> Total::rows_by_group() {
    const std::size_t queues = port_of_.size();
    std::vector<std::int32_t> begin(queues + 1, 0), made(flows_.queue.size() + flows_.back_queue.size());
    for (const auto* way : {&flows_.queue, &flows_.back_queue})
        for (const std::int32_t queue : *way) ++begin[row(queue) + 1];
    for (std::size_t q = 0; q < queues; ++q) begin[q + 1] += begin[q];
    const std::vector<Step> steps = steps_by_queue(begin);
    std::vector<std::int32_t> at(begin.begin(), begin.end() - 1);
    std::vector<std::uint32_t> last(queues, Step::kNone);  // where the group of each queue that is filled comes from
    const auto place = [&](std::int32_t hop, std::int32_t queue, std::int32_t from, bool joined) {
        const std::int32_t own = at[row(queue)]++;
        const std::uint32_t key = Step::of(from, joined);
        if (own == begin[row(queue)] || last[row(queue)] != key) groups_.push_back({queue, from, own, own, joined});
        last[row(queue)] = key;
        made[row(hop)] = own;
    };
    number_hops([&](std::int64_t, std::size_t id, std::int32_t queue, std::int32_t before, bool, bool) {
        if (before < 0) place(static_cast<std::int32_t>(id), queue, -1, false);
    });
    for (std::size_t q = 0; q < queues; ++q)
        for (const bool joined : {false, true})
            for (std::int32_t i = begin[q]; i < begin[q + 1]; ++i)
                if (const auto [hop, next] = steps[row(i)]; next != Step::kNone && (next & 1) == joined)
                    place(hop, static_cast<std::int32_t>(next / 2), static_cast<std::int32_t>(q), joined);
    sort_groups(begin);
    return made;
}

// What follows hops, by the queue that it follows.
std::vector<Total::Step> Total::steps_by_queue(const std::vector<std::int32_t>& begin) const {
    std::vector<Step> made(row(begin.back()), Step{-1, Step::kNone});
    std::vector<std::int32_t> at(begin.begin(), begin.end() - 1);
    number_hops([&](std::int64_t, std::size_t id, std::int32_t queue, std::int32_t before, bool joined, bool) {
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

// Which ports each leads to.
std::vector<std::vector<std::int32_t>> Total::leads(bool only_joined) const {
    std::vector<std::vector<std::int32_t>> next(ports_.rate.size());
    std::vector<std::int32_t> seen(ports_.rate.size(), -1);
    for (std::size_t p = 0; p < groups_at_.size(); ++p)
        for (const std::int32_t g : groups_at_[p]) {
            const Group& group = groups_[row(g)];
            if (group.from < 0 || (only_joined && !group.joined)) continue;
            const auto from = row(port_of_[row(group.from)]);
            if (seen[from] != static_cast<std::int32_t>(p)) next[from].push_back(static_cast<std::int32_t>(p));
            seen[from] = static_cast<std::int32_t>(p);
        }
    return next;
}

// Ports by what they depend on. Cycles in the order of what goes straight on, so that a round carries it to its end:
// answers are a small part of what they answer, and what a round leaves of a change is small.
void Total::order() {
    const std::size_t count = ports_.rate.size();
    components_ = components(leads(false));
    component_of_.assign(count, 0);
    for (std::size_t c = 0; c < components_.size(); ++c)
        for (const std::int32_t p : components_[c]) component_of_[row(p)] = static_cast<std::int32_t>(c);
    if (components_.size() < count) {
        std::vector<std::int32_t> straight(count);
        std::int32_t at = 0;
        for (const auto& component : components(leads(true)))
            for (const std::int32_t p : component) straight[row(p)] = at++;
        for (auto& component : components_)
            std::sort(component.begin(), component.end(),
                      [&](std::int32_t a, std::int32_t b) { return straight[row(a)] < straight[row(b)]; });
    }
    place_.resize(count);
    port_at_.clear();
    for (const auto& component : components_)
        for (const std::int32_t p : component) {
            place_[row(p)] = static_cast<std::int32_t>(port_at_.size());
            port_at_.push_back(p);
        }
    count_descents();
    stale_ = false;
}

void Total::count_descents() {
    descents_ = 0;
    if (components_.size() == ports_.rate.size()) return;
    for (std::int64_t f = 0; f < flows(); ++f) {
        int down = 0;
        flows_.walk(f, [&](std::int32_t queue, std::int32_t before, bool) {
            down += before >= 0 && place_[row(port_of(queue))] < place_[row(port_of(before))];
        });
        descents_ = std::max(descents_, down);
    }
}

// The dependences of a flow go from earlier to later components.
bool Total::in_order(std::int64_t flow) const {
    bool good = true;
    flows_.walk(flow, [&](std::int32_t queue, std::int32_t before, bool) {
        good = good && (before < 0 || component_of_[row(port_of(before))] < component_of_[row(port_of(queue))]);
    });
    return good;
}

void Total::solve() {
    visited_ = rounds_ = 0;
    pending_.clear();
    for (const auto& component : components_) {
        if (component.size() > 1)
            settle(component);
        else
            visit(component[0]), hand_on<false>(component[0]);
    }
    fresh_ = false;
}

std::int64_t Total::add(std::span<const std::int32_t> there, std::span<const std::int32_t> back, double share,
                        double burst, double rate) {
    flows_.push(there, back, share, burst, rate);
    const std::int64_t flow = flows() - 1;
    put(flow);
    if (!in_order(flow)) stale_ = true;
    if (stale_ && options_.slack == 0.0) {
        order();
        solve();
    } else {
        mark(flow);
        follow();
    }
    return flow;
}

void Total::change(std::span<const std::int64_t> flows, std::span<const double> burst, std::span<const double> rate) {
    bool endless = false;
    for (std::size_t i = 0; i < flows.size(); ++i) {
        endless = endless || is_endless(flows[i]);
        flows_.burst[row(flows[i])] = burst[i];
        flows_.rate[row(flows[i])] = rate[i];
        give(flows[i]);
        mark(flows[i]);
    }
    if (endless)  // what grew without end around a cycle does not come down by itself
        solve();
    else
        follow();
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

bool Total::is_endless(std::int64_t flow) const {
    bool found = false;
    flows_.walk(flow, [&](std::int32_t queue, std::int32_t, bool) {
        found = found || (is_cycle(port_of(queue)) && std::isinf(bounds_[row(queue)].delay));
    });
    return found;
}

void Total::mark(std::int64_t flow) {
    flows_.walk(flow, [&](std::int32_t queue, std::int32_t, bool) { mark_port(port_of(queue)); });
}

// Whatever has changed, in the order of dependence. Bounds with slack hold while none gives more than itself: what is
// raised where it must be, and lowered where it may be, still does.
void Total::follow() {
    visited_ = rounds_ = 0;
    const std::int64_t most = kMost * static_cast<std::int64_t>(ports_.rate.size());
    while (!pending_.empty()) {
        const std::int32_t port = port_at_[row(*pending_.begin())];
        if (is_cycle(port) && options_.slack == 0.0) {
            follow_cycle(row(component_of_[row(port)]));
            continue;
        }
        if (visited_ > most) {  // does not end: let it be found what has none
            order();
            solve();
            return;
        }
        pending_.erase(pending_.begin());
        visit(port);
        hand_on<true>(port);
    }
}

// A cycle anew, and all that it leads to; what it hands on within itself is settled.
void Total::follow_cycle(std::size_t component) {
    const Cycle cycle = components_[component];
    settle(cycle);
    for (const std::int32_t p : cycle)
        for_hops(p, [this](const Hop& hop) {
            if (hop.next >= 0) mark_port(hop.port);
        });
    for (const std::int32_t p : cycle) pending_.erase(place_[row(p)]);
}

// Bounds of the queues of a port as its arrivals are now.
void Total::visit(std::int32_t port) {
    ++visited_;
    arrivals(port);
    const auto begin = ports_.ptr[row(port)];
    const std::size_t count = row(ports_.ptr[row(port) + 1] - begin);
    found_.resize(count);
    serve(ports_, port, std::span(in_).first(count), {}, found_);
    for (std::size_t i = 0; i < count; ++i) {
        Bound& kept = bounds_[row(begin) + i];
        keep(kept.delay, found_[i].delay);
        kept.backlog = found_[i].backlog;
    }
}

// What is found is raised by the slack, and stays while it holds and is not far too high; whether it has changed.
bool Total::keep(double& kept, double now) const {
    const double grows = 1.0 + options_.slack;
    if (now <= kept && kept <= now * grows * grows) return false;
    kept = now * grows;
    return true;
}

std::vector<Bound> Total::limited(std::span<const double> most) {
    std::vector<Bound> made = bounds_;
    for (std::int32_t port = 0; port < static_cast<std::int32_t>(ports_.rate.size()); ++port) {
        arrivals(port);
        const auto begin = row(ports_.ptr[row(port)]), count = row(ports_.ptr[row(port) + 1]) - begin;
        found_.resize(count);
        serve(ports_, port, std::span(in_).first(count), most.subspan(begin, count), found_);
        for (std::size_t i = 0; i < count; ++i) {
            Bound& kept = made[begin + i];
            kept = {std::min(kept.delay, found_[i].delay), std::min(kept.backlog, found_[i].backlog)};
        }
    }
    return made;
}

Total::Sum Total::sum_of(std::int32_t group, std::int32_t port) const {
    Sum made;
    const auto take = [&](std::size_t h) {
        const Hop& hop = hops_[h];
        if (hop.next >= 0) __builtin_prefetch(&before_[row(hop.next)], 1);  // where it will be handed on
        made.burst += hop.burst + (hop.rate > 0.0 ? hop.rate * before_[h] : 0.0);
        made.rate += hop.rate;
    };
    for (std::int32_t h = groups_[row(group)].first; h < groups_[row(group)].end; ++h) take(row(h));
    for (const Later& later : added_[row(port)])
        if (later.group == group) take(row(later.row));
    return made;
}

void Total::arrivals(std::int32_t port) {
    const auto begin = ports_.ptr[row(port)], end = ports_.ptr[row(port) + 1];
    if (in_.size() < row(end - begin)) in_.resize(row(end - begin));
    for (std::int64_t i = 0; i < end - begin; ++i) in_[row(i)].clear();
    for (const std::int32_t g : groups_at_[row(port)]) {
        const Group& group = groups_[row(g)];
        const auto [burst, rate] = sum_of(g, port);
        Curve& all = in_[row(group.queue - begin)];
        const auto from = row(group.from);
        if (options_.shaped && group.joined)
            add_group(all, burst, rate, ports_.packet[from], ports_.rate[row(port_of_[from])]);
        else
            add_group(all, burst, rate, kInf, kInf);
    }
    for (std::int64_t i = 0; i < end - begin; ++i) {
        sort_by_time(in_[row(i)].bends);
    }
}

// What waits here comes so much later to the next queue.
template <bool Marks>
void Total::hand_on(std::int32_t port) {
    for (const std::int32_t g : groups_at_[row(port)]) {
        const Group& group = groups_[row(g)];
        const double delay = bounds_[row(group.queue)].delay;
        for (std::int32_t h = group.first; h < group.end; ++h) hand_on<Marks>(h, delay);
    }
    for (const Later& later : added_[row(port)])
        hand_on<Marks>(later.row, bounds_[row(groups_[row(later.group)].queue)].delay);
}

template <bool Marks>
void Total::hand_on(std::int32_t hop, double delay) {
    const auto& [burst, rate, next, port] = hops_[row(hop)];
    if (next >= 0 && keep(before_[row(next)], before_[row(hop)] + delay))
        if constexpr (Marks) mark_port(port);
}

// Delays of a cycle grow from nothing until they stand still. What stands still but for a margin, and gives no more than
// itself, is a bound: whatever has arrived by some time was delayed by less (induction over time, as links take some).
// It is tried when the next round is expected to change next to nothing, as changes shrink by about the same part: the
// sooner, the less the bounds are above the fixed point, which rounds come up to from below.
void Total::settle(Cycle cycle) {
    for_queues(cycle, [](Bound& bound) { bound = {}; });
    if (!fresh_) carry(cycle);
    double margin = kMargin, try_at = kNearly, last = 0.0;
    for (int round = 1; round <= options_.rounds && margin <= kMostMargin; ++round) {
        rounds_ = std::max(rounds_, round);
        const double change = round_of(cycle);
        if (change == kInf) break;
        const double expected = change < last ? change / last * change : change;
        last = change;
        if (expected > try_at) continue;
        if (holds(cycle, margin)) return;
        last = 0.0;
        if (expected <= kSettled)
            margin *= 10.0;
        else
            try_at = std::max(expected / 10.0, kSettled);
    }
    for (const std::int32_t p : cycle) {  // the last round may have ended before it came to some of them
        arrivals(p);
        for (std::int64_t q = ports_.ptr[row(p)]; q < ports_.ptr[row(p) + 1]; ++q)
            bounds_[row(q)] = in_[row(q - ports_.ptr[row(p)])].is_nothing() ? Bound{} : Bound{kInf, kInf};
    }
    for (const std::int32_t p : cycle) hand_on<false>(p);
}

// Delays ahead of all hops of a cycle but those that a last walk over its ports brings up to date: each walk takes them
// to the next step against the order.
void Total::carry(Cycle cycle) {
    for (int walk = 0; walk < descents_; ++walk)
        for (const std::int32_t p : cycle) hand_on<false>(p);
}

// One round over a cycle: the largest relative change of a delay, infinite where it grows without end.
double Total::round_of(Cycle cycle) {
    double most = 0.0;
    std::vector<double> was;
    for (const std::int32_t p : cycle) {
        was.clear();
        for_queues(std::span(&p, 1), [&](Bound& bound) { was.push_back(bound.delay); });
        visit(p);
        std::size_t at = 0;
        for_queues(std::span(&p, 1), [&](Bound& bound) {
            const double before = was[at++], now = bound.delay;
            if (!(now <= kLongest))
                most = kInf;
            else if (now != before)
                most = std::max(most, std::abs(now - before) / std::max(now, before));
        });
        if (most == kInf) return kInf;
        hand_on<false>(p);
    }
    return most;
}

// Whether delays raised by a margin give no more than themselves; if so, they are the bounds.
bool Total::holds(Cycle cycle, double margin) {
    for_queues(cycle, [&](Bound& bound) { bound.delay *= 1.0 + margin; });
    carry(cycle);
    bool good = true;
    std::vector<double> raised;
    for (const std::int32_t p : cycle) {
        raised.clear();
        for_queues(std::span(&p, 1), [&](Bound& bound) { raised.push_back(bound.delay); });
        visit(p);
        std::size_t at = 0;
        for_queues(std::span(&p, 1), [&](Bound& bound) {
            good = good && bound.delay <= raised[at];
            bound.delay = raised[at++];
        });
        hand_on<false>(p);
    }
    return good;
}

std::vector<double> Total::delays() const {
    std::vector<double> made(row(flows()));
    for (std::int64_t f = 0; f < flows(); ++f)
        flows_.walk(f, [&](std::int32_t queue, std::int32_t, bool) { made[row(f)] += bounds_[row(queue)].delay; });
    return made;
}

std::vector<double> Total::rates() const {
    std::vector<double> made(port_of_.size());
    number_hops([&](std::int64_t f, std::size_t, std::int32_t queue, std::int32_t, bool, bool back) {
        made[row(queue)] += flows_.rate[row(f)] * (back ? flows_.share[row(f)] : 1.0);
    });
    return made;
}

std::vector<std::int32_t> Total::cyclic() {
    if (stale_) order();
    std::vector<std::int32_t> made;
    for (const auto& component : components_)
        if (component.size() > 1) made.insert(made.end(), component.begin(), component.end());
    std::sort(made.begin(), made.end());
    return made;
}

}  // namespace easterly::calculus
