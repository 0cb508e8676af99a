// WF2Q+ (Bennett & Zhang 1997, IEEE/ACM ToN 5:5): as fair as WF2Q, without following the fluid system.
#pragma once

#include <algorithm>

#include "sched/common.hpp"

namespace easterly::sched {

// Only the packet at the head of a queue has tags: it starts at the finish of the one before it, or at virtual time if
// the queue was empty, whichever is later, and finishes after size / share. Virtual time rises with what the link has
// sent, and is never below the smallest start. Of the heads that have started, the one that finishes first is sent;
// equal: the lowest queue. When the link has been idle everything starts from 0 again.
//
// Tags are integers: a byte over share is (sum of the weights) * unit / weight, with a unit in which the link's work in
// a tick, a byte, and the weights all divide. Where weights have no common multiple small enough, tags are rounded down.
struct Wf2qPlus {
    template <class A>
    void archive(A& a) {
        a.all_of(*this, weight, head, start, finish, total, scale,
                 capacity, cost, virtual_time, sending, began, active);
    }
    std::vector<std::int64_t> weight;
    std::vector<Bytes> head;
    std::vector<Wide> start, finish;  // of the head; `finish` stays when a queue runs empty
    std::int64_t total = 0;           // of the weights
    Wide scale = 1;                   // of tags: what one byte on the link is, is cost * scale
    std::int64_t capacity, cost;      // of the link in a tick, and of a byte
    Wide virtual_time = 0;            // when the packet on the link began
    Wide sending = 0;                 // what virtual time rises by until it ends
    Ticks began = 0;
    std::int64_t active = 0;

    Wf2qPlus(std::vector<std::int64_t> weights, std::int64_t rate_bps, std::int64_t ticks_per_s)
        : weight(std::move(weights)), head(weight.size(), 0), start(weight.size(), 0), finish(weight.size(), 0) {
        const std::int64_t common = std::gcd(rate_bps, static_cast<std::int64_t>(8) * ticks_per_s);
        capacity = rate_bps / common;
        cost = static_cast<std::int64_t>(8) * ticks_per_s / common;
        const Wide most = (Wide{1} << 48) / cost;
        for (const std::int64_t w : weight) {
            total += w;
            if (scale <= most) scale *= w / std::gcd(static_cast<std::int64_t>(scale % w), w);
        }
        if (scale > most) scale = most;
    }

    bool arrive(Queue queue, Bytes size, Ticks now) {
        if (head[queue] != 0) return true;
        if (active == 0 && sent_by(now) >= sending) restart();
        head[queue] = size;
        ++active;
        start[queue] = std::max(finish[queue], virtual_at(now));
        finish[queue] = start[queue] + length(queue);
        return true;
    }

    Choice next(Ticks now) {
        if (active == 0) return kNothing;
        end_packet();
        Queue best = -1;
        for (std::size_t i = 0; i < head.size(); ++i)
            if (head[i] != 0 && start[i] <= virtual_time && (best < 0 || finish[i] < finish[best]))
                best = static_cast<Queue>(i);
        return {best, now};
    }

    void sent(Queue queue, Ticks now, Bytes following) {
        sending = static_cast<Wide>(head[queue]) * cost * scale;
        began = now;
        head[queue] = following;
        if (following == 0) {
            --active;
            return;
        }
        start[queue] = finish[queue];
        finish[queue] += length(queue);
    }

    void dropped(Queue queue, Bytes, Ticks, Bytes following) {
        resize(queue, following);
        if (following == 0) --active;
    }

    void resize(Queue queue, Bytes size) {
        head[queue] = size;
        finish[queue] = start[queue] + length(queue);
    }

    template <class Show>
    void show(Show&& show) const {
        show("head_B", head);
        show("virtual_time", virtual_time);
        show("start", start);
        show("finish", finish);
        show("denominator", scale * cost);
    }

private:
    Wide length(Queue queue) const {
        return static_cast<Wide>(head[queue]) * cost * scale / weight[queue] * total;
    }

    // Of the packet on the link, by a time.
    Wide sent_by(Ticks now) const {
        const Wide work = static_cast<Wide>(capacity) * (now - began);
        return work > sending / scale ? sending : std::min(sending, work * scale);
    }

    Wide virtual_at(Ticks now) const { return virtual_time + sent_by(now); }

    // The link is free.
    void end_packet() {
        virtual_time += sending;
        sending = 0;
        Wide least = 0;
        bool any = false;
        for (std::size_t i = 0; i < head.size(); ++i)
            if (head[i] != 0 && (!any || start[i] < least)) least = start[i], any = true;
        virtual_time = std::max(virtual_time, least);
    }

    void restart() {
        virtual_time = sending = 0;
        std::fill(finish.begin(), finish.end(), 0);
    }
};

}  // namespace easterly::sched
