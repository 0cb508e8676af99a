#include "calculus/total.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace easterly::calculus {

namespace {

constexpr double kLongest = 1e9;      // s: beyond it a cycle is taken to grow without end
constexpr double kNearly = 3e-10;     // relative change of a round at which a cycle may stand still but for a margin
constexpr double kSettled = 1e-13;    // at which it does
constexpr double kMargin = 1e-9;      // by which delays of a cycle are raised until they hold
constexpr double kMostMargin = 1e-4;
constexpr std::size_t kFew = 32;
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

// Stable; few bends go where they belong by how many are earlier, as counting does not guess like comparing in turn.
void sort_by_time(std::vector<Bend>& bends) {
    const std::size_t count = bends.size();
    if (count > kFew) {
        std::stable_sort(bends.begin(), bends.end(), [](const Bend& a, const Bend& b) { return a.at < b.at; });
        return;
    }
    std::array<double, kFew> at;
    std::array<Bend, kFew> was;
    for (std::size_t i = 0; i < count; ++i) was[i] = bends[i], at[i] = bends[i].at;
    for (std::size_t i = 0; i < count; ++i) {
        std::int64_t earlier = 0;
        for (std::size_t j = 0; j < i; ++j) earlier += at[j] <= at[i];
        for (std::size_t j = i + 1; j < count; ++j) earlier += at[j] < at[i];
        bends[row(earlier)] = was[i];
    }
}

}  // namespace

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
    flows_.number_hops([&](std::int64_t f, std::size_t, std::int32_t queue, std::int32_t, bool, bool back) {
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
