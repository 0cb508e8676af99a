// Credit-based shaper of IEEE 802.1Q, clause 8.6.8.2 (802.1Qav), over strict priority.
#pragma once

#include <algorithm>

#include "sched/common.hpp"

namespace easterly::sched {

// Queue 0 has the highest priority. A queue with an idle slope may send while its credit is not below 0. Credit rises at
// idleSlope while frames wait or credit is below 0, and falls at sendSlope = idleSlope - port rate while a frame of the
// queue is on the link; above 0 it is lost when the queue has nothing to send. A queue without a slope is best effort.
//
// Credit is in bits x ticks_per_s. A frame is charged in full when it begins: while it is on the link `credit` is ahead
// of the standard's by what is still to be sent, and equal to it from its end on. So nothing is ever rounded.
struct Cbs {
    template <class A>
    void archive(A& a) { a.all_of(*this, idle_slope_bps, port_bps, ticks_per_s, head, credit, now, on_link, began, frame); }
    std::vector<std::int64_t> idle_slope_bps;  // 0: no shaper
    std::int64_t port_bps, ticks_per_s;
    std::vector<Bytes> head;
    std::vector<Wide> credit;
    Ticks now = 0;
    Queue on_link = -1;      // the queue whose frame is sent
    Ticks began = 0;
    Bytes frame = 0;

    Cbs(std::vector<std::int64_t> slopes, std::int64_t rate_bps, std::int64_t clock)
        : idle_slope_bps(std::move(slopes)),
          port_bps(rate_bps),
          ticks_per_s(clock),
          head(idle_slope_bps.size(), 0),
          credit(idle_slope_bps.size(), 0) {}

    bool arrive(Queue queue, Bytes size, Ticks time) {
        advance(time);
        if (head[queue] == 0) head[queue] = size;
        return true;
    }

    Choice next(Ticks time) {
        advance(time);
        Ticks when = kNever;
        for (std::size_t i = 0; i < head.size(); ++i) {
            if (head[i] == 0) continue;
            if (credit[i] >= 0) return {static_cast<Queue>(i), time};
            when = std::min(when, later(time, up(-credit[i], idle_slope_bps[i])));
        }
        return {-1, when};
    }

    void sent(Queue queue, Ticks time, Bytes following) {
        on_link = queue;
        began = time;
        frame = head[queue];
        if (idle_slope_bps[queue] > 0) credit[queue] -= static_cast<Wide>(frame) * 8 * ticks_per_s;
        head[queue] = following;
    }

    void dropped(Queue queue, Bytes, Ticks, Bytes following) { head[queue] = following; }

    void resize(Queue queue, Bytes size) { head[queue] = size; }

    template <class Show>
    void show(Show&& show) const {
        show("head_B", head);
        show("credit", credit);
        show("credit_per_bit", ticks_per_s);
    }

private:
    void advance(Ticks time) {
        const bool over = static_cast<Wide>(time - began) * port_bps >
                          static_cast<Wide>(frame) * 8 * ticks_per_s;
        for (std::size_t i = 0; i < head.size(); ++i) {
            if (idle_slope_bps[i] == 0) continue;
            const bool sending = static_cast<Queue>(i) == on_link && !over;
            credit[i] += static_cast<Wide>(idle_slope_bps[i]) * (time - now);
            if (head[i] == 0 && !sending) credit[i] = std::min<Wide>(credit[i], 0);
        }
        if (over) on_link = -1;
        now = time;
    }
};

}  // namespace easterly::sched
