// Class-based weighted fair queueing with a low-latency queue: strict priority with a policer before fair shares.
#pragma once

#include <algorithm>

#include "sched/common.hpp"

namespace easterly::sched {

// Queues with a priority rate go first, in the order of their numbers. While anything waits, their packets have to
// conform to a token bucket, and are refused if they do not; on an idle link they pass and may leave the bucket empty.
//
// The others share by weight. Their virtual time is the finishing tag of the packet that was sent last (self-clocked
// fair queueing, Golestani 1994, INFOCOM), which needs no rate of the link, so that it stays right when the priority
// queues take a varying part of it. Tags are integers: size * unit / weight, with a unit that all weights divide; equal
// tags: the lowest queue.
struct ClassBased {
    template <class A>
    void archive(A& a) {
        a.all_of(*this, weight, priority_bps, burst, ticks_per_s, head,
                 tokens, filled, finish, unit, virtual_time, waiting);
    }
    std::vector<std::int64_t> weight;        // of the fair queues
    std::vector<std::int64_t> priority_bps;  // above 0: a priority queue, with its policer
    std::vector<Bytes> burst;
    std::int64_t ticks_per_s;
    std::vector<Bytes> head;
    std::vector<Wide> tokens;                // bytes x 8 x ticks_per_s
    std::vector<Ticks> filled;
    std::vector<Wide> finish;                // tag of the head of each fair queue
    Wide unit = 1;
    Wide virtual_time = 0;
    std::int64_t waiting = 0;

    ClassBased(std::vector<std::int64_t> weights, std::vector<std::int64_t> rates, std::vector<Bytes> bursts,
               std::int64_t clock)
        : weight(std::move(weights)),
          priority_bps(std::move(rates)),
          burst(std::move(bursts)),
          ticks_per_s(clock),
          head(weight.size(), 0),
          filled(weight.size(), 0),
          finish(weight.size(), 0) {
        constexpr Wide most = Wide{1} << 64;
        for (std::size_t i = 0; i < weight.size(); ++i) {
            tokens.push_back(bits(burst[i]));
            if (priority_bps[i] == 0 && unit <= most)
                unit *= weight[i] / std::gcd(static_cast<std::int64_t>(unit % weight[i]), weight[i]);
        }
        unit = std::min(unit, most);
    }

    bool arrive(Queue queue, Bytes size, Ticks now) {
        if (priority_bps[queue] > 0 && !conforms(queue, size, now)) return false;
        if (head[queue] == 0) {
            head[queue] = size;
            finish[queue] = std::max(finish[queue], virtual_time) + length(queue);
        }
        ++waiting;
        return true;
    }

    Choice next(Ticks now) const {
        Queue best = -1;
        for (std::size_t i = 0; i < head.size(); ++i) {
            if (head[i] == 0) continue;
            const auto queue = static_cast<Queue>(i);
            if (priority_bps[i] > 0) return {queue, now};
            if (best < 0 || finish[i] < finish[best]) best = queue;
        }
        return best < 0 ? kNothing : Choice{best, now};
    }

    void sent(Queue queue, Ticks, Bytes following) {
        if (priority_bps[queue] == 0) virtual_time = finish[queue];
        head[queue] = following;
        if (following != 0) finish[queue] += length(queue);
        leave();
    }

    void dropped(Queue queue, Bytes, Ticks, Bytes following) {
        resize(queue, following);
        leave();
    }

    void resize(Queue queue, Bytes size) {
        finish[queue] -= length(queue);
        head[queue] = size;
        finish[queue] += length(queue);
    }

    template <class Show>
    void show(Show&& show) const {
        show("head_B", head);
        show("tokens", tokens);
        show("tokens_per_byte", bits(1));
        show("virtual_time", virtual_time);
        show("finish", finish);
        show("denominator", unit);
    }

private:
    void leave() {
        if (--waiting > 0) return;
        virtual_time = 0;
        std::fill(finish.begin(), finish.end(), 0);
    }

    Wide bits(Bytes count) const { return static_cast<Wide>(count) * 8 * ticks_per_s; }

    Wide length(Queue queue) const {
        return priority_bps[queue] > 0 ? Wide{0} : static_cast<Wide>(head[queue]) * unit / weight[queue];
    }

    bool conforms(Queue queue, Bytes size, Ticks now) {
        Wide& has = tokens[queue];
        has = std::min(bits(burst[queue]), has + static_cast<Wide>(priority_bps[queue]) * (now - filled[queue]));
        filled[queue] = now;
        if (has < bits(size) && waiting > 0) return false;
        has = std::max<Wide>(0, has - bits(size));
        return true;
    }
};

}  // namespace easterly::sched
