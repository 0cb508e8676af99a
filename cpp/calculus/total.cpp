#include "calculus/total.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "calculus/components.hpp"

namespace easterly::calculus {

namespace {

constexpr double kLongest = 1e9;      // s: beyond it a cycle is taken to grow without end
constexpr double kSettled = 1e-13;    // relative change of a round at which a cycle stands still
constexpr double kMargin = 1e-9;      // by which delays of a cycle are raised until they hold
constexpr double kMostMargin = 1e-4;
constexpr std::size_t kRoom = 4096;   // hops that may come later before all are moved

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

}  // namespace

Total::Total(Ports ports, Flows flows, Options options)
    : ports_(std::move(ports)), flows_(std::move(flows)), options_(options) {
    const std::size_t count = ports_.rate.size();
    port_of_.resize(ports_.quantum.size());
    for (std::size_t p = 0; p < count; ++p)
        std::fill(port_of_.begin() + ports_.ptr[p], port_of_.begin() + ports_.ptr[p + 1], static_cast<std::int32_t>(p));
    bounds_.resize(port_of_.size());
    added_.resize(count);
    groups_at_.resize(count);
    lay_out();
    order();
}

// Hops by port, in the order of flows.
void Total::lay_out() {
    const std::size_t count = ports_.rate.size(), hops = flows_.queue.size();
    hop_ptr_.assign(count + 1, 0);
    for (const std::int32_t queue : flows_.queue) ++hop_ptr_[row(port_of_[row(queue)]) + 1];
    for (std::size_t p = 0; p < count; ++p) hop_ptr_[p + 1] += hop_ptr_[p];
    std::vector<std::int32_t> place(hop_ptr_.begin(), hop_ptr_.end() - 1);
    std::vector<std::int32_t> from(hops);  // queue that each hop comes from, twice, and whether it was joined to it
    hops_.reserve(hops + kRoom);           // a flow more should not move them all
    hops_.resize(hops);
    flows_.queue.reserve(hops + kRoom);
    for (auto* column : {&flows_.share, &flows_.burst, &flows_.rate}) column->reserve(column->size() + kRoom);
    flows_.ptr.reserve(flows_.ptr.size() + kRoom);
    first_.reserve(row(flows()) + kRoom);
    first_.assign(row(flows()), -1);
    for (std::size_t f = 0; f < row(flows()); ++f) {
        std::int32_t* link = &first_[f];
        std::int32_t before = -1;
        for (std::int64_t h = flows_.ptr[f]; h < flows_.ptr[f + 1]; ++h) {
            const std::int32_t queue = flows_.queue[row(h)], at = place[row(port_of_[row(queue)])]++;
            hops_[row(at)] = hop_of(static_cast<std::int64_t>(f), h);
            from[row(at)] = 2 * before + is_joined(static_cast<std::int64_t>(f), h);
            *link = at;
            link = &hops_[row(at)].next;
            before = queue;
        }
    }
    for (std::size_t h = 0; h < hops; ++h)  // port by port, so that what is looked for is at hand
        hops_[h].group = group_for(hops_[h].group, from[h] >> 1, from[h] & 1);
}

// A flow at one of its queues, whose place in `group` holds the queue so far.
Total::Hop Total::hop_of(std::int64_t flow, std::int64_t hop) const {
    const double share = flows_.share[row(hop)];
    return {0.0, flows_.burst[row(flow)] * share, flows_.rate[row(flow)] * share, flows_.queue[row(hop)], -1};
}

bool Total::is_joined(std::int64_t flow, std::int64_t hop) const {
    return hop > flows_.ptr[row(flow)] && flows_.share[row(hop)] == flows_.share[row(hop) - 1];
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
    groups_.push_back({queue, from, joined});
    return *here.insert(at, static_cast<std::int32_t>(groups_.size()) - 1);
}

// A flow that came later, into the lists of its ports.
void Total::put(std::int64_t flow) {
    first_.push_back(-1);
    std::int32_t before = -1, last = -1;
    for (std::int64_t h = flows_.ptr[row(flow)]; h < flows_.ptr[row(flow) + 1]; ++h) {
        const std::int32_t queue = flows_.queue[row(h)], at = static_cast<std::int32_t>(hops_.size());
        hops_.push_back(hop_of(flow, h));
        hops_.back().group = group_for(queue, before, is_joined(flow, h));
        added_[row(port_of_[row(queue)])].push_back(at);
        (last < 0 ? first_.back() : hops_[row(last)].next) = at;
        before = queue;
        last = at;
    }
}

void Total::order() {
    std::vector<std::vector<std::int32_t>> next(ports_.rate.size());
    for (const Group& group : groups_)
        if (group.from >= 0)
            next[row(port_of_[row(group.from)])].push_back(
                port_of_[row(group.queue)]);
    components_ = components(next);
    component_of_.assign(ports_.rate.size(), 0);
    for (std::size_t c = 0; c < components_.size(); ++c)
        for (const std::int32_t p : components_[c]) component_of_[row(p)] = static_cast<std::int32_t>(c);
    dirty_.assign(components_.size(), 0);
}

// The dependences of a flow go from earlier to later components.
bool Total::in_order(std::int64_t flow) const {
    for (std::int64_t h = flows_.ptr[row(flow)] + 1; h < flows_.ptr[row(flow) + 1]; ++h)
        if (component_of_queue(flows_.queue[row(h) - 1]) >= component_of_queue(flows_.queue[row(h)])) return false;
    return true;
}

void Total::solve() {
    std::fill(dirty_.begin(), dirty_.end(), 1);
    update();
}

std::int64_t Total::add(std::span<const std::int32_t> queues, std::span<const double> shares, double burst,
                        double rate) {
    flows_.queue.insert(flows_.queue.end(), queues.begin(), queues.end());
    flows_.share.insert(flows_.share.end(), shares.begin(), shares.end());
    flows_.ptr.push_back(static_cast<std::int64_t>(flows_.queue.size()));
    flows_.burst.push_back(burst);
    flows_.rate.push_back(rate);
    const std::int64_t flow = flows() - 1;
    put(flow);
    if (in_order(flow)) {
        mark(flow);
        update();
    } else {
        order();
        solve();
    }
    return flow;
}

void Total::remove(std::int64_t flow) {
    for (std::int32_t h = first_[row(flow)]; h >= 0; h = hops_[row(h)].next) hops_[row(h)].burst = hops_[row(h)].rate = 0.0;
    mark(flow);
    update();
}

void Total::mark(std::int64_t flow) {
    for (std::int32_t h = first_[row(flow)]; h >= 0; h = hops_[row(h)].next)
        dirty_[row(component_of_queue(queue_of(hops_[row(h)])))] = 1;
}

// Whatever has changed, in the order of dependence.
void Total::update() {
    visited_ = rounds_ = 0;
    for (std::size_t c = 0; c < components_.size(); ++c) {
        if (!dirty_[c]) continue;
        if (components_[c].size() > 1)
            settle(components_[c]);
        else
            visit(components_[c][0]);
        for (const std::int32_t p : components_[c]) hand_on(p);
        dirty_[c] = 0;  // what a cycle hands on within itself is settled
    }
}

// Bounds of the queues of a port as its arrivals are now. With slack they are raised, and stay while they hold and are
// not far too high.
void Total::visit(std::int32_t port) {
    ++visited_;
    gather(port);
    arrivals(port);
    const auto begin = ports_.ptr[row(port)];
    const std::size_t count = row(ports_.ptr[row(port) + 1] - begin);
    found_.resize(count);
    serve(ports_, port, std::span(in_).first(count), found_);
    for (std::size_t i = 0; i < count; ++i) {
        Bound& kept = bounds_[row(begin) + i];
        const double now = found_[i].delay, slack = options_.slack;
        if (slack == 0.0 || now > kept.delay || now * (1.0 + slack) * (1.0 + slack) < kept.delay)
            kept.delay = now * (1.0 + slack);
        kept.backlog = found_[i].backlog;
    }
}

void Total::gather(std::int32_t port) {
    for (const std::int32_t g : groups_at_[row(port)]) groups_[row(g)].burst = groups_[row(g)].rate = 0.0;
    for_hops(port, [this](const Hop& hop) {
        Group& group = groups_[row(hop.group)];
        group.burst += hop.burst + (hop.rate > 0.0 ? hop.rate * hop.before : 0.0);
        group.rate += hop.rate;
    });
}

void Total::arrivals(std::int32_t port) {
    const auto begin = ports_.ptr[row(port)], end = ports_.ptr[row(port) + 1];
    if (in_.size() < row(end - begin)) in_.resize(row(end - begin));
    for (std::int64_t i = 0; i < end - begin; ++i) in_[row(i)].clear();
    for (const std::int32_t g : groups_at_[row(port)]) {
        const Group& group = groups_[row(g)];
        Curve& all = in_[row(group.queue - begin)];
        const auto from = row(group.from);
        if (options_.shaped && group.joined)
            add_group(all, group.burst, group.rate, ports_.packet[from], ports_.rate[row(port_of_[from])]);
        else
            add_group(all, group.burst, group.rate, kInf, kInf);
    }
    for (std::int64_t i = 0; i < end - begin; ++i) {
        auto& bends = in_[row(i)].bends;
        std::stable_sort(bends.begin(), bends.end(), [](const Bend& a, const Bend& b) { return a.at < b.at; });
    }
}

// What waits here comes so much later to the next queue.
void Total::hand_on(std::int32_t port) {
    for_hops(port, [this](const Hop& hop) {
        if (hop.next < 0) return;
        Hop& next = hops_[row(hop.next)];
        const double then = hop.before + bounds_[row(queue_of(hop))].delay;
        if (then == next.before) return;
        next.before = then;
        dirty_[row(component_of_queue(queue_of(next)))] = 1;
    });
}

// Delays of a cycle grow from nothing until they stand still. What stands still but for a margin, and gives no more than
// itself, is a bound: whatever has arrived by some time was delayed by less (induction over time, as links take some).
void Total::settle(Cycle cycle) {
    for_queues(cycle, [](Bound& bound) { bound = {}; });
    carry(cycle);
    double margin = kMargin;
    for (int round = 1; round <= options_.rounds && margin <= kMostMargin; ++round) {
        rounds_ = std::max(rounds_, round);
        const double change = round_of(cycle);
        if (change == kInf) break;
        if (change > kSettled) continue;
        if (holds(cycle, margin)) return;
        margin *= 10.0;
    }
    for_queues(cycle, [](Bound& bound) {
        if (bound.delay > 0.0) bound = {kInf, kInf};
    });
}

// Delays ahead of each hop of a cycle, from where its flow enters it.
void Total::carry(Cycle cycle) {
    const std::int32_t own = component_of_[row(cycle[0])];
    for (const std::int32_t p : cycle)
        for_hops(p, [&](Hop& first) {
            if (const std::int32_t from = from_of(first); from >= 0 && component_of_queue(from) == own) return;
            for (Hop* hop = &first; hop->next >= 0;) {
                Hop& next = hops_[row(hop->next)];
                if (component_of_queue(queue_of(next)) != own) return;
                next.before = hop->before + bounds_[row(queue_of(*hop))].delay;
                hop = &next;
            }
        });
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
        hand_on(p);
    }
    return most;
}

// Whether delays raised by a margin give no more than themselves; if so, they are the bounds.
bool Total::holds(Cycle cycle, double margin) {
    std::vector<double> raised;
    for_queues(cycle, [&](Bound& bound) { raised.push_back(bound.delay *= 1.0 + margin); });
    carry(cycle);
    for (const std::int32_t p : cycle) visit(p);
    bool good = true;
    std::size_t at = 0;
    for_queues(cycle, [&](Bound& bound) {
        good = good && bound.delay <= raised[at];
        bound.delay = raised[at++];
    });
    return good;
}

std::vector<double> Total::delays() const {
    std::vector<double> made(row(flows()));
    for (std::size_t f = 0; f < made.size(); ++f)
        for (std::int64_t h = flows_.ptr[f]; h < flows_.ptr[f + 1]; ++h)
            made[f] += bounds_[row(flows_.queue[row(h)])].delay;
    return made;
}

std::vector<std::int32_t> Total::cyclic() const {
    std::vector<std::int32_t> made;
    for (const auto& component : components_)
        if (component.size() > 1) made.insert(made.end(), component.begin(), component.end());
    std::sort(made.begin(), made.end());
    return made;
}

}  // namespace easterly::calculus
