// Events in the order of (time, what): a timing wheel for what is near, a heap for what is far. The order is total, so that
// neither the width of a slot nor the order of insertion changes what happens.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <queue>
#include <vector>

namespace easterly::packet {

using Time = std::int64_t;  // picoseconds

// What happens at one instant happens in the order of kinds, then of entities.
struct Event {
    Time time;
    std::uint64_t what;  // kind (8 bits), entity (32), packet or generation (24)
    friend bool operator<(const Event& a, const Event& b) {
        return a.time != b.time ? a.time < b.time : a.what < b.what;
    }
    friend bool operator>(const Event& a, const Event& b) { return b < a; }
};

class Wheel {
public:
    // Slots of 2^shift ps. What is due within the slots is near.
    explicit Wheel(int shift) : shift_(shift), head_(kSlots, kNone), some_(kSlots / 64, 0) {}

    void add(const Event& event) {
        const std::int64_t slot = event.time >> shift_;
        if (slot <= now_) return insert(event);
        ++size_;
        if (slot >= now_ + kSlots) return far_.push(event);
        put(event, slot);
    }

    bool empty() const { return size_ == 0 && due_.empty(); }
    std::size_t size() const { return size_ + due_.size(); }

    // The earliest event, which leaves; not of an empty wheel.
    Event pop() {
        if (due_.empty()) turn();
        const Event event = due_.back();
        due_.pop_back();
        return event;
    }

    const Event& front() {
        if (due_.empty()) turn();
        return due_.back();
    }

private:
    static constexpr std::int64_t kSlots = 1 << 16;
    static constexpr std::uint32_t kNone = ~0u;
    struct Node {
        Event event;
        std::uint32_t next;
    };

    void put(const Event& event, std::int64_t slot) {
        const std::size_t at = slot & (kSlots - 1);
        std::uint32_t node = free_;
        if (node == kNone) {
            node = static_cast<std::uint32_t>(pool_.size());
            pool_.push_back({event, head_[at]});
        } else {
            free_ = pool_[node].next;
            pool_[node] = {event, head_[at]};
        }
        head_[at] = node;
        some_[at >> 6] |= std::uint64_t{1} << (at & 63);
    }

    // Into the slot that is being drained, which is sorted, latest first.
    void insert(const Event& event) {
        auto at = due_.end();
        while (at != due_.begin() && *(at - 1) < event) --at;
        due_.insert(at, event);
    }

    void turn() {
        for (;;) {
            const std::int64_t near = next_slot();
            const std::int64_t far = far_.empty() ? INT64_MAX : far_.top().time >> shift_;
            if (near == INT64_MAX || far <= near) {
                now_ = far;
                while (!far_.empty() && (far_.top().time >> shift_) == far) {
                    due_.push_back(far_.top());
                    far_.pop();
                    --size_;
                }
            } else {
                now_ = near;
            }
            if (now_ == near) drain(near);
            sort();
            return;
        }
    }

    void drain(std::int64_t slot) {
        const std::size_t at = slot & (kSlots - 1);
        std::uint32_t node = head_[at];
        while (node != kNone) {
            due_.push_back(pool_[node].event);
            const std::uint32_t next = pool_[node].next;
            pool_[node].next = free_;
            free_ = node;
            node = next;
            --size_;
        }
        head_[at] = kNone;
        some_[at >> 6] &= ~(std::uint64_t{1} << (at & 63));
    }

    void sort() {
        if (due_.size() > 24) {
            std::sort(due_.begin(), due_.end(), std::greater<Event>());
            return;
        }
        for (std::size_t i = 1; i < due_.size(); ++i) {
            const Event event = due_[i];
            std::size_t j = i;
            for (; j > 0 && due_[j - 1] < event; --j) due_[j] = due_[j - 1];
            due_[j] = event;
        }
    }

    // The first slot after `now_` with something in it.
    std::int64_t next_slot() const {
        const std::int64_t first = now_ + 1;
        std::size_t word = (first & (kSlots - 1)) >> 6;
        std::uint64_t bits = some_[word] & (~std::uint64_t{0} << (first & 63));
        for (std::size_t i = 0; i <= some_.size(); ++i) {
            if (bits != 0) {
                const std::int64_t at = static_cast<std::int64_t>(word * 64 + std::countr_zero(bits));
                return first + ((at - first) & (kSlots - 1));
            }
            word = (word + 1) & (some_.size() - 1);
            bits = some_[word];
        }
        return INT64_MAX;
    }

    int shift_;
    std::int64_t now_ = -1;
    std::size_t size_ = 0;
    std::uint32_t free_ = kNone;
    std::vector<std::uint32_t> head_;
    std::vector<std::uint64_t> some_;
    std::vector<Node> pool_;
    std::vector<Event> due_;
    std::priority_queue<Event, std::vector<Event>, std::greater<Event>> far_;
};

}  // namespace easterly::packet
