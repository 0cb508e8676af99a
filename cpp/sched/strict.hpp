// Strict priority: the lowest number that has something to send. Non-preemptive: what is on the link stays there.
#pragma once

#include <bit>

#include "sched/common.hpp"

namespace easterly::sched {

// Columns are vectors, or arrays where a port has few queues and there are many ports.
template <class Sizes, class Words>
struct StrictOf {
    Sizes head{};
    Words busy{};  // one bit per queue

    StrictOf() = default;
    explicit StrictOf(std::size_t queues) : head(queues, 0), busy((queues + 63) / 64, 0) {}

    bool arrive(Queue queue, Bytes size, Ticks) {
        if (head[queue] == 0) {
            head[queue] = size;
            busy[queue >> 6] |= std::uint64_t{1} << (queue & 63);
        }
        return true;
    }

    Choice next(Ticks now) const {
        for (std::size_t word = 0; word < busy.size(); ++word)
            if (busy[word] != 0) return {static_cast<Queue>(64 * word + std::countr_zero(busy[word])), now};
        return kNothing;
    }

    void sent(Queue queue, Ticks, Bytes following) {
        head[queue] = following;
        if (following == 0) busy[queue >> 6] &= ~(std::uint64_t{1} << (queue & 63));
    }

    // A queue with packets may send nothing for a while.
    void hold(Queue queue) { busy[queue >> 6] &= ~(std::uint64_t{1} << (queue & 63)); }
    void resume(Queue queue) { busy[queue >> 6] |= std::uint64_t{1} << (queue & 63); }

    template <class Show>
    void show(Show&& show) const {
        show("head_B", head);
    }
};

using Strict = StrictOf<std::vector<Bytes>, std::vector<std::uint64_t>>;

}  // namespace easterly::sched
