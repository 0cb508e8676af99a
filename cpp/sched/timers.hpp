// Alarms of numbered things: a binary heap that knows where each stands.
#pragma once

#include "sched/common.hpp"

namespace easterly::sched {

class Timers {
public:
    template <class A>
    void archive(A& a) { a.all_of(*this, heap_, place_, due_); }
    explicit Timers(std::size_t things) : place_(things, -1), due_(things, kNever) {}

    bool empty() const { return heap_.empty(); }
    std::int32_t first() const { return heap_.front(); }
    Ticks due() const { return heap_.empty() ? kNever : due_[heap_.front()]; }

    void set(std::int32_t thing, Ticks due) {
        due_[thing] = due;
        if (place_[thing] < 0) {
            place_[thing] = static_cast<std::int32_t>(heap_.size());
            heap_.push_back(thing);
        }
        settle(thing);
    }

    void clear(std::int32_t thing) {
        const std::int32_t at = place_[thing];
        if (at < 0) return;
        place_[thing] = -1;
        const std::int32_t moved = heap_.back();
        heap_.pop_back();
        if (moved == thing) return;
        heap_[at] = moved;
        place_[moved] = at;
        settle(moved);
    }

private:
    bool before(std::int32_t a, std::int32_t b) const { return due_[a] != due_[b] ? due_[a] < due_[b] : a < b; }

    void put(std::int32_t thing, std::size_t at) {
        heap_[at] = thing;
        place_[thing] = static_cast<std::int32_t>(at);
    }

    void settle(std::int32_t thing) {
        auto at = static_cast<std::size_t>(place_[thing]);
        for (; at > 0 && before(thing, heap_[(at - 1) / 2]); at = (at - 1) / 2) put(heap_[(at - 1) / 2], at);
        for (;;) {
            std::size_t child = 2 * at + 1;
            if (child >= heap_.size()) break;
            if (child + 1 < heap_.size() && before(heap_[child + 1], heap_[child])) ++child;
            if (!before(heap_[child], thing)) break;
            put(heap_[child], at);
            at = child;
        }
        put(thing, at);
    }

    std::vector<std::int32_t> heap_, place_;
    std::vector<Ticks> due_;
};

}  // namespace easterly::sched
