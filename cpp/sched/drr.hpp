// Deficit round robin (Shreedhar & Varghese 1996, IEEE/ACM ToN 4:3).
#pragma once

#include <algorithm>

#include "sched/common.hpp"

namespace easterly::sched {

// Queues with packets stand in a list. The first gets its quantum, sends what its deficit pays for, and goes to the end
// of the list with what is left; a queue that runs empty leaves the list and forfeits its deficit.
// Columns are vectors, or arrays where a port has few queues and there are many ports.
template <class Sizes, class Queues>
struct DrrOf {
    Sizes quantum, deficit{}, head{};
    Queues behind{};  // of each queue in the list; that of the last is the first
    Queue last = -1;            // of the list; -1: the list is empty
    std::int64_t active = 0;    // queues in the list
    bool paid = false;          // the first has had its quantum in this round

    explicit DrrOf(Sizes quanta) : quantum(std::move(quanta)) {
        if constexpr (requires { deficit.resize(1); }) {
            deficit.resize(quantum.size());
            head.resize(quantum.size());
            behind.resize(quantum.size());
        }
    }

    bool arrive(Queue queue, Bytes size, Ticks) {
        if (head[queue] == 0) {
            head[queue] = size;
            append(queue);
        }
        return true;
    }

    Choice next(Ticks now) {
        if (last < 0) return kNothing;
        for (std::int64_t passed = 0;; ++passed) {
            const Queue first = behind[last];
            if (!paid) deficit[first] += quantum[first];
            paid = true;
            if (head[first] <= deficit[first]) return {first, now};
            last = first;
            paid = false;
            if (passed == active) {
                skip();
                passed = 0;
            }
        }
    }

    void sent(Queue queue, Ticks, Bytes following) {
        deficit[queue] -= head[queue];
        head[queue] = following;
        if (following == 0) leave(queue);
    }

    // A queue with packets may send nothing for a while: it keeps its deficit, and later joins the end of the list.
    void hold(Queue queue) {
        if (queue == behind[last]) {
            unlink(queue, last);
            paid = false;
            return;
        }
        Queue before = behind[last];
        while (behind[before] != queue) before = behind[before];
        unlink(queue, before);
    }
    void resume(Queue queue) { append(queue); }

    template <class Show>
    void show(Show&& show) const {
        show("head_B", head);
        show("deficit_B", deficit);
        show("round", round());
    }

    // Queues in the list, first to last.
    std::vector<Queue> round() const {
        std::vector<Queue> found;
        for (Queue queue = last; last >= 0;) {
            found.push_back(queue = behind[queue]);
            if (queue == last) break;
        }
        return found;
    }

private:
    void append(Queue queue) {
        behind[queue] = last < 0 ? queue : behind[last];
        if (last >= 0) behind[last] = queue;
        last = queue;
        ++active;
    }

    // The first leaves the list.
    void leave(Queue first) {
        deficit[first] = 0;
        paid = false;
        unlink(first, last);
    }

    void unlink(Queue queue, Queue before) {
        --active;
        if (before == queue) {
            last = -1;
            return;
        }
        behind[before] = behind[queue];
        if (last == queue) last = before;
    }

    // Adds the rounds in which nobody could send, all at once: quanta may be far smaller than packets.
    void skip() {
        Bytes rounds = std::numeric_limits<Bytes>::max();
        Queue queue = last;
        do {
            rounds = std::min<Bytes>(rounds, (head[queue] - deficit[queue] - 1) / quantum[queue]);
            queue = behind[queue];
        } while (queue != last);
        do {
            deficit[queue] += rounds * quantum[queue];
            queue = behind[queue];
        } while (queue != last);
    }
};

using Drr = DrrOf<std::vector<Bytes>, std::vector<Queue>>;

}  // namespace easterly::sched
