// Weighted round robin: by packets, or by bytes with debts (surplus round robin, Adiseshu, Parulkar & Varghese 1996).
#pragma once

#include <algorithm>

#include "sched/common.hpp"

namespace easterly::sched {

// Queues take turns in the order of their numbers. At its turn a queue is given its weight as credit and sends while
// credit is left. By packets each costs one. By bytes each costs its size; the last may overdraw, which the queue pays
// back from its next turns. Credit that is left when a queue runs empty is forfeited; a debt stays.
struct Wrr {
    template <class A>
    void archive(A& a) { a.all_of(*this, weight, credit, head, by_bytes, turn, paid, active); }
    std::vector<std::int64_t> weight, credit;
    std::vector<Bytes> head;
    bool by_bytes;
    Queue turn = 0;
    bool paid = false;  // the queue whose turn it is has had its weight
    std::int64_t active = 0;

    Wrr(std::vector<std::int64_t> weights, bool bytes)
        : weight(std::move(weights)), credit(weight.size(), 0), head(weight.size(), 0), by_bytes(bytes) {}

    bool arrive(Queue queue, Bytes size, Ticks) {
        if (head[queue] == 0) {
            head[queue] = size;
            ++active;
        }
        return true;
    }

    Choice next(Ticks now) {
        if (active == 0) return kNothing;
        for (std::size_t passed = 0;; ++passed) {
            if (head[turn] != 0) {
                if (!paid) credit[turn] += weight[turn];
                paid = true;
                if (credit[turn] > 0) return {turn, now};
            }
            pass();
            if (passed == head.size()) {
                skip();
                passed = 0;
            }
        }
    }

    void sent(Queue queue, Ticks, Bytes following) {
        credit[queue] -= by_bytes ? head[queue] : 1;
        head[queue] = following;
        if (following == 0) empty(queue);
    }

    void dropped(Queue queue, Bytes, Ticks, Bytes following) {
        head[queue] = following;
        if (following == 0) empty(queue);
    }

    void resize(Queue queue, Bytes size) { head[queue] = size; }

    template <class Show>
    void show(Show&& show) const {
        show("head_B", head);
        show("credit", credit);
        show("turn", static_cast<std::int64_t>(turn));
    }

private:
    void empty(Queue queue) {
        credit[queue] = std::min<std::int64_t>(credit[queue], 0);
        --active;
        if (queue == turn) pass();
    }

    void pass() {
        if (++turn == static_cast<Queue>(head.size())) turn = 0;
        paid = false;
    }

    // Adds the rounds in which everybody pays debts, all at once.
    void skip() {
        std::int64_t rounds = std::numeric_limits<std::int64_t>::max();
        for (std::size_t i = 0; i < head.size(); ++i)
            if (head[i] != 0) rounds = std::min(rounds, -credit[i] / weight[i]);
        for (std::size_t i = 0; i < head.size(); ++i)
            if (head[i] != 0) credit[i] += rounds * weight[i];
    }
};

}  // namespace easterly::sched
