// Schedulers behind a link: no packet is lost, sent twice, early, or overtaken in its queue; columns and steps agree.
#include "bytes.hpp"
#include "sched/cbq.hpp"
#include "sched/cbs.hpp"
#include "sched/class_based.hpp"
#include "sched/drr.hpp"
#include "sched/fifo.hpp"
#include "sched/htb.hpp"
#include "sched/link.hpp"
#include "sched/strict.hpp"
#include "sched/wf2q_plus.hpp"
#include "sched/wfq.hpp"
#include "sched/wrr.hpp"

namespace {

using namespace easterly::sched;
using fuzz::Bytes;
using Counts = std::vector<std::int64_t>;

// What the bindings take.
constexpr std::int64_t kBytes = std::int64_t{1} << 30, kTime = std::int64_t{1} << 61, kRate = std::int64_t{1} << 50,
                       kTicks = 1'000'000'000'000, kWeight = std::int64_t{1} << 40, kFair = std::int64_t{1} << 20,
                       kTotal = std::int64_t{1} << 54;

struct Link {
    std::int64_t rate_bps, ticks_per_s;
    std::size_t queues;
};

struct Columns {
    std::vector<Ticks> time;
    std::vector<Queue> queue;
    std::vector<easterly::sched::Bytes> size;

    Packets view() const { return {time, queue, size}; }
};

// Whatever is left of the input, as far as the link can send it within the clock.
template <class Scheduler>
Columns packets(Bytes& bytes, const Scheduler& scheduler, const Link& link) {
    Columns made;
    std::vector<Queue> leaves;
    for (Queue q = 0; q < static_cast<Queue>(link.queues); ++q) {
        bool takes = true;
        if constexpr (requires { scheduler.takes(q); }) takes = scheduler.takes(q);
        if (takes) leaves.push_back(q);
    }
    Ticks now = 0;
    Wide total = 0;
    while (!bytes.done()) {
        const bool at_once = bytes.flip();
        if (!at_once) now = bytes.within(now, kTime);
        const std::int64_t size = bytes.within(1, bytes.flip() ? kBytes : 1500);
        total += size;
        if (total > kTotal || total * 8 * link.ticks_per_s / link.rate_bps > kTime) break;
        made.time.push_back(now);
        made.size.push_back(size);
        made.queue.push_back(leaves[static_cast<std::size_t>(bytes.byte()) % leaves.size()]);
    }
    return made;
}

void check(const Columns& all, const std::vector<Ticks>& departure, const std::vector<std::int64_t>& order,
           const Link& link) {
    std::vector<std::int64_t> last(link.queues, -1);
    std::vector<bool> left(all.time.size(), false);
    Ticks free = 0;
    for (const std::int64_t i : order) {
        HOLDS(!left[i] && departure[i] >= free && departure[i] >= all.time[i]);
        const Wide took = static_cast<Wide>(all.size[i]) * 8 * link.ticks_per_s;
        HOLDS(static_cast<Wide>(departure[i] - all.time[i]) * link.rate_bps >= took);
        HOLDS(i > last[all.queue[i]]);
        last[all.queue[i]] = i;
        left[i] = true;
        free = departure[i];
    }
    for (std::size_t i = 0; i < left.size(); ++i) HOLDS(left[i] == (departure[i] >= 0));
}

struct Nothing {
    template <class T>
    void operator()(const char*, const T&) const {}
};

// The same link, asked twice every time.
template <class Scheduler>
void step(Scheduler scheduler, const Columns& all, const Link& link, const std::vector<std::int64_t>& order) {
    Wire wire(link.rate_bps, link.ticks_per_s);
    std::vector<Ring<std::int64_t>> waiting(link.queues);
    std::size_t arrived = 0, left = 0;
    for (;;) {
        for (; arrived < all.time.size() && all.time[arrived] <= wire.now(); ++arrived)
            if (scheduler.arrive(all.queue[arrived], all.size[arrived], all.time[arrived]))
                waiting[all.queue[arrived]].push(static_cast<std::int64_t>(arrived));
        const Choice first = scheduler.next(wire.now()), choice = scheduler.next(wire.now());
        HOLDS(first.queue == choice.queue && first.when == choice.when);
        HOLDS(choice.queue >= 0 || choice.when > wire.now());
        scheduler.show(Nothing{});
        if (choice.queue >= 0) {
            auto& ring = waiting[choice.queue];
            HOLDS(!ring.empty() && left < order.size() && ring.front() == order[left]);
            ++left;
            const std::int64_t size = all.size[ring.front()];
            ring.pop();
            scheduler.sent(choice.queue, wire.now(), ring.empty() ? 0 : all.size[ring.front()]);
            wire.send(size);
        } else if (arrived < all.time.size()) {
            wire.wait(std::min(choice.when, all.time[arrived]));
        } else if (choice.when <= kLast) {
            wire.wait(choice.when);
        } else {
            break;
        }
    }
    HOLDS(left == order.size());
}

template <class Scheduler>
void play(Bytes& bytes, Scheduler scheduler, const Link& link) {
    const Columns all = packets(bytes, scheduler, link);
    std::vector<Ticks> departure(all.time.size(), -1);
    std::vector<std::int64_t> order(all.time.size());
    Scheduler live = scheduler;
    order.resize(run(live, all.view(), link.queues, Wire(link.rate_bps, link.ticks_per_s), departure, order));
    check(all, departure, order, link);
    step(std::move(scheduler), all, link, order);
}

Counts each(Bytes& bytes, std::size_t n, std::int64_t least, std::int64_t most) {
    Counts made;
    while (made.size() < n) made.push_back(bytes.within(least, most));
    return made;
}

void htb(Bytes& bytes, const Link& link) {
    std::vector<HtbClass> made;
    std::vector<std::int32_t> depth;
    for (std::size_t i = 0; i < link.queues; ++i) {
        auto above = static_cast<std::int32_t>(bytes.within(-1, static_cast<std::int64_t>(i) - 1));
        if (above >= 0 && depth[above] == Htb::kLevels) above = -1;
        depth.push_back(above < 0 ? 1 : depth[above] + 1);
        const std::int64_t rate = bytes.within(1, kRate), ceil = bytes.within(1, kRate), burst = bytes.within(1, kWeight);
        const std::int64_t cburst = bytes.within(1, kWeight), quantum = bytes.within(1, kWeight);
        made.push_back({above, rate, ceil, burst, cburst, quantum, static_cast<std::int32_t>(bytes.within(0, 7))});
    }
    play(bytes, Htb(std::move(made), link.ticks_per_s), link);
}

void cbq(Bytes& bytes, const Link& link) {
    std::vector<CbqClass> made;
    for (std::size_t i = 0; i < link.queues; ++i) {
        const auto above = static_cast<std::int32_t>(bytes.within(-1, static_cast<std::int64_t>(i) - 1));
        const std::int64_t rate = bytes.within(1, kRate), quantum = bytes.within(1, kWeight);
        const auto priority = static_cast<std::int32_t>(bytes.within(0, 1 << 30));
        const bool borrows = bytes.flip();
        made.push_back({above, rate, quantum, priority, borrows, bytes.within(0, kTime)});
    }
    const auto shift = static_cast<std::int32_t>(bytes.within(0, 16));
    play(bytes, Cbq(std::move(made), link.rate_bps, link.ticks_per_s, shift, bytes.flip()), link);
}

void fair(Bytes& bytes, const Link& link, std::uint8_t kind) {
    const Counts weight = each(bytes, link.queues, 1, kFair);
    if (kind == 5) play(bytes, Wfq(weight, link.rate_bps, link.ticks_per_s, false), link);
    if (kind == 6) play(bytes, Wfq(weight, link.rate_bps, link.ticks_per_s, true), link);
    if (kind == 7 && std::accumulate(weight.begin(), weight.end(), std::int64_t{0}) <= 1 << 24)
        play(bytes, Wf2qPlus(weight, link.rate_bps, link.ticks_per_s), link);
    if (kind != 8) return;
    const Counts rates = each(bytes, link.queues, 0, kRate), bursts = each(bytes, link.queues, 0, kWeight);
    play(bytes, ClassBased(weight, rates, bursts, link.ticks_per_s), link);
}

}  // namespace

void fuzz::target(Bytes bytes) {
    const std::uint8_t kind = bytes.byte() % 12;
    const Link link{bytes.within(1, kRate), bytes.within(1, kTicks), static_cast<std::size_t>(bytes.within(1, 70))};
    if (kind == 0) play(bytes, Fifo(link.queues), link);
    if (kind == 1) play(bytes, Strict(link.queues), link);
    if (kind == 2) play(bytes, Wrr(each(bytes, link.queues, 1, kWeight), false), link);
    if (kind == 3) play(bytes, Wrr(each(bytes, link.queues, 1, kWeight), true), link);
    if (kind == 4) play(bytes, Drr(each(bytes, link.queues, 1, kWeight)), link);
    if (kind >= 5 && kind <= 8) fair(bytes, link, kind);
    if (kind == 9) play(bytes, Cbs(each(bytes, link.queues, 0, link.rate_bps), link.rate_bps, link.ticks_per_s), link);
    if (kind == 10) htb(bytes, link);
    if (kind == 11) cbq(bytes, link);
}
