// Weighted fair queueing: packet by packet what generalised processor sharing does as a fluid.
#pragma once

#include "sched/gps.hpp"

namespace easterly::sched {

// WFQ, also PGPS (Demers, Keshav & Shenker 1989; Parekh & Gallager 1993): of the packets at the heads of the queues the
// one that the fluid system would finish first. WF2Q (Bennett & Zhang 1996, INFOCOM): the same among those that the
// fluid system has begun. Equal tags: the lowest queue.
struct Wfq {
    template <class A>
    void archive(A& a) { a.all_of(*this, gps, begun_only, head, tags, waiting); }
    Gps gps;
    bool begun_only;  // WF2Q
    std::vector<Bytes> head;
    std::vector<Ring<Wide>> tags;  // finishing tags of the packets that wait
    std::int64_t waiting = 0;

    Wfq(std::vector<std::int64_t> weights, std::int64_t rate_bps, std::int64_t ticks_per_s, bool only_begun)
        : gps(std::move(weights), rate_bps, ticks_per_s),
          begun_only(only_begun),
          head(gps.weight.size(), 0),
          tags(gps.weight.size()) {}

    bool arrive(Queue queue, Bytes size, Ticks now) {
        advance(now);
        if (head[queue] == 0) head[queue] = size;
        tags[queue].push(gps.tag(queue, size));
        ++waiting;
        return true;
    }

    Choice next(Ticks now) {
        if (waiting == 0) return kNothing;
        if (begun_only) advance(now);
        const Queue found = begun_only ? first(true) : first(false);
        if (found >= 0) return {found, now};
        return {earliest(), now};  // a link slower than it was said to be, or a tick that begins within a packet
    }

    void sent(Queue queue, Ticks, Bytes following) {
        tags[queue].pop();
        head[queue] = following;
        --waiting;
    }

    void dropped(Queue queue, Bytes size, Ticks now, Bytes following) {
        advance(now);
        const Wide gone = gps.withdraw(queue, size);
        tags[queue].pop();
        for (std::size_t i = 0; i < tags[queue].size(); ++i) tags[queue][i] -= gone;
        head[queue] = following;
        --waiting;
    }

    void resize(Queue queue, Bytes size) { head[queue] = size; }

    template <class Show>
    void show(Show&& show) const {
        show("head_B", head);
        show("virtual_time", gps.virtual_time);
        show("finish", gps.finish);
        show("denominator", gps.scale * gps.cost);
        show("exact", gps.exact);
    }

private:
    void advance(Ticks now) {
        gps.advance(now, [this](std::int64_t factor) {
            for (auto& ring : tags)
                for (std::size_t i = 0; i < ring.size(); ++i) ring[i] *= factor;
        });
        if (waiting == 0 && gps.active_weight == 0) gps.restart();
    }

    Wide start(Queue queue) const { return tags[queue].front() - gps.length(queue, head[queue]); }

    Queue first(bool begun) const {
        Queue best = -1;
        for (std::size_t i = 0; i < head.size(); ++i) {
            const auto queue = static_cast<Queue>(i);
            if (head[i] == 0 || (best >= 0 && tags[i].front() >= tags[best].front())) continue;
            if (begun && start(queue) > gps.virtual_time) continue;
            best = queue;
        }
        return best;
    }

    Queue earliest() const {
        Queue best = -1;
        for (std::size_t i = 0; i < head.size(); ++i)
            if (head[i] != 0 && (best < 0 || start(static_cast<Queue>(i)) < start(best))) best = static_cast<Queue>(i);
        return best;
    }
};

}  // namespace easterly::sched
