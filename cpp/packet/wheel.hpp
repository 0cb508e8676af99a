// Events in the order of (time, what): a timing wheel of two levels for what is near, a heap for what is far (Varghese &
// Lauck 1987, SOSP). The order is total, so that neither the width of a slot nor the order of insertion changes what happens.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <functional>
#include <queue>
#include <vector>

namespace easterly::packet {

using Time = std::int64_t;  // picoseconds

// What happens at one instant happens in the order of kinds, then of entities.
struct Event {
    Time time;
    std::uint64_t what;  // kind (8 bits), entity (32), packet or number (24)
    friend bool operator<(const Event& a, const Event& b) {
        return a.time != b.time ? a.time < b.time : a.what < b.what;
    }
    friend bool operator>(const Event& a, const Event& b) { return b < a; }
};

class Wheel {
public:
    template <class A>
    void archive(A& a) {
        a.all_of(*this, shift_, now_, base_, size_, in_wide_, near_, wide_, some_, more_, free_, due_, far_);
    }
    // Slots of 2^shift ps.
    explicit Wheel(int shift) : shift_(shift), near_(kNear), wide_(kWide), some_(kNear / 64, 0) {}

    void add(const Event& event) {
        const std::int64_t slot = event.time >> shift_;
        if (slot <= now_) return insert(event);
        ++size_;
        if (slot < base_ + kNear) return put(event, slot);
        const std::int64_t turn = slot >> kNearBits;
        if (turn - (base_ >> kNearBits) >= kWide) return far_.push(event);
        wide_[turn & (kWide - 1)].push_back(event);
        ++in_wide_;
    }

    bool empty() const { return size_ == 0 && due_.empty(); }

    // The earliest event; not of an empty wheel.
    const Event& front() {
        if (due_.empty()) turn();
        return due_.back();
    }
    Event pop() {
        const Event event = front();
        due_.pop_back();
        return event;
    }

    // Takes out all events that a predicate holds for; in no order. Slow: every event is looked at.
    template <class Holds>
    std::vector<Event> extract(Holds&& holds) {
        std::vector<Event> taken;
        const auto take = [&](std::vector<Event>& from) {
            const std::size_t before = taken.size();
            std::erase_if(from, [&](const Event& each) {
                if (!holds(each)) return false;
                taken.push_back(each);
                return true;
            });
            return taken.size() - before;
        };
        take(due_);
        std::size_t some = 0;
        for (std::size_t at = 0; at < near_.size(); ++at)
            if (near_[at].count > 0) some += take_slot(at, take);
        for (std::vector<Event>& each : wide_) {
            const std::size_t gone = take(each);
            in_wide_ -= gone;
            some += gone;
        }
        std::vector<Event> far;
        for (; !far_.empty(); far_.pop()) far.push_back(far_.top());
        some += take(far);
        for (const Event& each : far) far_.push(each);
        size_ -= some;
        return taken;
    }

private:
    static constexpr int kNearBits = 14;
    static constexpr std::int64_t kNear = 1 << kNearBits, kWide = 1 << 12;
    static constexpr std::size_t kInline = 4;
    struct Slot {
        std::uint32_t count = 0;
        std::uint32_t more = ~0u;  // what does not fit
        std::array<Event, kInline> events;
    };

    void put(const Event& event, std::int64_t slot) {
        const std::size_t at = slot & (kNear - 1);
        Slot& place = near_[at];
        if (place.count < kInline) {
            place.events[place.count] = event;
        } else {
            if (place.count == kInline) {
                if (free_.empty()) {
                    place.more = static_cast<std::uint32_t>(more_.size());
                    more_.emplace_back();
                } else {
                    place.more = free_.back();
                    free_.pop_back();
                }
            }
            more_[place.more].push_back(event);
        }
        ++place.count;
        some_[at >> 6] |= std::uint64_t{1} << (at & 63);
    }

    template <class Take>
    std::size_t take_slot(std::size_t at, Take&& take) {
        std::vector<Event> all;
        empty_slot(at, all);
        const std::size_t gone = take(all);
        for (const Event& each : all) put(each, each.time >> shift_);
        return gone;
    }

    // Into the slot that is being drained, which is sorted, latest first.
    void insert(const Event& event) {
        auto at = due_.end();
        while (at != due_.begin() && *(at - 1) < event) --at;
        due_.insert(at, event);
    }

    void turn() {
        for (;;) {
            const std::int64_t slot = next_slot();
            if (slot >= 0) {
                now_ = slot;
                drain(slot);
                return sort();
            }
            next_turn();
        }
    }

    // Nothing is left in this turn: the next one with anything in it is spread over the near wheel.
    void next_turn() {
        const std::int64_t far = far_.empty() ? INT64_MAX : far_.top().time >> shift_ >> kNearBits;
        std::int64_t turn = (base_ >> kNearBits) + 1;
        if (in_wide_ == 0) turn = far;
        while (turn < far && wide_[turn & (kWide - 1)].empty()) ++turn;
        now_ = (turn << kNearBits) - 1;
        base_ = turn << kNearBits;
        std::vector<Event>& events = wide_[turn & (kWide - 1)];
        for (const Event& event : events) put(event, event.time >> shift_);
        in_wide_ -= events.size();
        events.clear();
        while (!far_.empty() && far_.top().time >> shift_ >> kNearBits == turn) {
            put(far_.top(), far_.top().time >> shift_);
            far_.pop();
        }
    }

    void drain(std::int64_t slot) {
        const std::size_t at = slot & (kNear - 1);
        size_ -= near_[at].count;
        empty_slot(at, due_);
    }

    void empty_slot(std::size_t at, std::vector<Event>& into) {
        Slot& place = near_[at];
        into.assign(place.events.begin(), place.events.begin() + std::min<std::size_t>(place.count, kInline));
        if (place.count > kInline) {
            into.insert(into.end(), more_[place.more].begin(), more_[place.more].end());
            more_[place.more].clear();
            free_.push_back(place.more);
        }
        place.count = 0;
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

    // The first slot of this turn after `now_` with something in it; -1: none.
    std::int64_t next_slot() const {
        const std::int64_t first = now_ + 1;
        if (first >= base_ + kNear) return -1;
        std::size_t word = (first & (kNear - 1)) >> 6;
        std::uint64_t bits = some_[word] & (~std::uint64_t{0} << (first & 63));
        while (bits == 0) {
            if (++word == some_.size()) return -1;
            bits = some_[word];
        }
        return base_ + static_cast<std::int64_t>(word * 64 + std::countr_zero(bits));
    }

    int shift_;
    std::int64_t now_ = -1;   // slot that is being drained
    std::int64_t base_ = 0;   // first slot of the turn of the near wheel; later turns wait in the wide one
    std::size_t size_ = 0, in_wide_ = 0;
    std::vector<Slot> near_;
    std::vector<std::vector<Event>> wide_;
    std::vector<std::uint64_t> some_;
    std::vector<std::vector<Event>> more_;
    std::vector<std::uint32_t> free_;
    std::vector<Event> due_;
    // A heap that shows what it holds.
    struct Far : std::priority_queue<Event, std::vector<Event>, std::greater<Event>> {
        template <class A>
        void archive(A& a) { a(this->c); }
    } far_;
};

}  // namespace easterly::packet
