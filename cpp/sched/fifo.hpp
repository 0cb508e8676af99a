// One queue for all: packets leave in the order in which they came.
#pragma once

#include "sched/common.hpp"

namespace easterly::sched {

struct Fifo {
    template <class A>
    void archive(A& a) { a.all_of(*this, head, order); }
    std::vector<Bytes> head;
    Ring<Queue> order;  // queue of each packet that waits, first to leave first

    explicit Fifo(std::size_t queues) : head(queues, 0) {}

    bool arrive(Queue queue, Bytes size, Ticks) {
        if (head[queue] == 0) head[queue] = size;
        order.push(queue);
        return true;
    }

    Choice next(Ticks now) const { return order.empty() ? kNothing : Choice{order.front(), now}; }

    void sent(Queue queue, Ticks, Bytes following) {
        head[queue] = following;
        order.pop();
    }

    // The last place of the queue goes.
    void dropped(Queue queue, Bytes, Ticks, Bytes following) {
        head[queue] = following;
        std::size_t last = order.size() - 1;
        while (order[last] != queue) --last;
        order.erase(last);
    }

    void resize(Queue queue, Bytes size) { head[queue] = size; }

    template <class Show>
    void show(Show&& show) const {
        show("head_B", head);
        show("waiting", static_cast<std::int64_t>(order.size()));
    }
};

}  // namespace easterly::sched
