// Generalised processor sharing (Parekh & Gallager 1993, IEEE/ACM ToN 1:3): the fluid system that WFQ follows.
#pragma once

#include <algorithm>

#include "sched/common.hpp"

namespace easterly::sched {

// Virtual time rises at (rate of the link) / (sum of the weights of the queues that are backlogged in the fluid system).
// It and the tags are integers over one common denominator, which grows by the factors that are needed: ties are ties.
// Within one busy period the denominator can grow without end, as the exact values do; beyond `most_scale` virtual time
// is rounded down to the last denominator, and `exact` is false until the fluid system is next idle.
//
// A unit of the tags is what one byte takes over weight 1, times `cost`.
struct Gps {
    template <class A>
    void archive(A& a) {
        a.all_of(*this, weight, capacity, cost, base, scale, virtual_time,
                 finish, active, active_weight, now, exact, most_scale, exact_at_rest_);
    }
    std::vector<std::int64_t> weight;
    std::int64_t capacity;       // units that the link does in a tick
    std::int64_t cost;           // units of a byte
    Wide base = 1;               // a multiple of all weights, if there is a small one
    Wide scale;                  // the common denominator
    Wide virtual_time = 0;
    std::vector<Wide> finish;    // of the last packet of each queue
    std::vector<bool> active;    // backlogged in the fluid system
    std::int64_t active_weight = 0;
    Ticks now = 0;
    bool exact;
    Wide most_scale;             // keeps tags of 2^60 bytes within 128 bits

    static constexpr Wide kMostTag = Wide{1} << 118;

    Gps(std::vector<std::int64_t> weights, std::int64_t rate_bps, std::int64_t ticks_per_s)
        : weight(std::move(weights)), finish(weight.size(), 0), active(weight.size(), false) {
        const std::int64_t common = std::gcd(rate_bps, static_cast<std::int64_t>(8) * ticks_per_s);
        capacity = rate_bps / common;
        cost = static_cast<std::int64_t>(8) * ticks_per_s / common;
        most_scale = std::min(Wide{1} << 56, (Wide{1} << 64) / cost);
        for (const std::int64_t w : weight)
            if (base <= most_scale) base *= w / std::gcd(static_cast<std::int64_t>(base % w), w);
        exact_at_rest_ = base <= most_scale;
        if (!exact_at_rest_) base = most_scale;
        scale = base;
        exact = exact_at_rest_;
    }

    // Units, over the denominator, by which a packet raises the tags of its queue.
    Wide length(Queue queue, Bytes size) const { return static_cast<Wide>(size) * cost * scale / weight[queue]; }

    // Finishing tag of a packet that arrives now. `advance` comes first.
    Wide tag(Queue queue, Bytes size) {
        if (!active[queue]) {
            active[queue] = true;
            active_weight += weight[queue];
            finish[queue] = std::max(finish[queue], virtual_time);
        }
        return finish[queue] += length(queue, size);
    }

    // A packet is gone from the fluid system: what it has raised the tags by.
    Wide withdraw(Queue queue, Bytes size) {
        const Wide gone = length(queue, size);
        finish[queue] -= gone;
        if (active[queue] && finish[queue] <= virtual_time) {
            active[queue] = false;
            active_weight -= weight[queue];
        }
        return gone;
    }

    // Virtual time up to `to`. Where the denominator changes, `rescale(factor)` is told, so that tags kept elsewhere
    // follow.
    template <class Rescale>
    void advance(Ticks to, Rescale&& rescale) {
        if (active_weight == 0 || to <= now) {
            now = std::max(now, to);
            return;
        }
        const Wide done = static_cast<Wide>(capacity) * (to - now);
        now = to;
        if (done >= up(backlog(), scale)) {
            idle();
            return;
        }
        spend(done * scale, rescale);
    }

    // The fluid system is idle, and nothing of it waits any more: a new busy period may start from 0.
    void restart() {
        virtual_time = 0;
        scale = base;
        exact = exact_at_rest_;
        std::fill(finish.begin(), finish.end(), 0);
    }

private:
    bool exact_at_rest_;

    // Work that the fluid system still has to do, over the denominator.
    Wide backlog() const {
        Wide sum = 0;
        for (std::size_t i = 0; i < weight.size(); ++i)
            if (active[i]) sum += (finish[i] - virtual_time) * weight[i];
        return sum;
    }

    void idle() {
        for (std::size_t i = 0; i < weight.size(); ++i)
            if (active[i]) virtual_time = std::max(virtual_time, finish[i]);
        std::fill(active.begin(), active.end(), false);
        active_weight = 0;
    }

    // Queues leave the fluid system at their last tags, one after the other, as far as the work goes.
    template <class Rescale>
    void spend(Wide work, Rescale&& rescale) {
        for (;;) {
            Wide first = 0;
            bool any = false;
            for (std::size_t i = 0; i < weight.size(); ++i)
                if (active[i] && (!any || finish[i] < first)) first = finish[i], any = true;
            const Wide needed = (first - virtual_time) * active_weight;
            if (needed > work) break;
            work -= needed;
            virtual_time = first;
            for (std::size_t i = 0; i < weight.size(); ++i)
                if (active[i] && finish[i] == first) active[i] = false, active_weight -= weight[i];
        }
        const auto rest = static_cast<std::int64_t>(work % active_weight);
        if (rest != 0) work = refine(work, active_weight / std::gcd(active_weight, rest), rescale);
        virtual_time += work / active_weight;
    }

    // The denominator, and everything over it, times `factor`; only if there is room.
    template <class Rescale>
    Wide refine(Wide work, std::int64_t factor, Rescale&& rescale) {
        Wide highest = std::max(work, virtual_time);
        for (const Wide tag : finish) highest = std::max(highest, tag);
        if (scale > most_scale / factor || highest > kMostTag / factor) {
            exact = false;
            return work;
        }
        scale *= factor;
        virtual_time *= factor;
        for (Wide& tag : finish) tag *= factor;
        rescale(factor);
        return work * factor;
    }
};

}  // namespace easterly::sched
