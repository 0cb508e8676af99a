// What all schedulers share. A scheduler chooses the queue that a link serves next; it holds no packets, only the size
// at the head of each queue, and so runs alike over columns of packets, step by step, and inside a simulator of packets.
//
//   bool arrive(queue, size_B, now)        a packet joins the tail of a queue; false: it is refused, and not queued
//   Choice next(now)                       the queue to serve now, or when to ask again; changes nothing if asked twice
//   void sent(queue, now, following_B)     the head of the queue goes onto the link at `now`; size of the one behind it
//   void dropped(queue, size_B, now, following_B)  a packet that waited is gone: those behind it move up, nothing is charged
//   void resize(queue, size_B)             the head is of another size than was said
//
// Time is in ticks and never falls; `ticks_per_s` is a parameter of those that need it. Arrivals at `now` come before
// next(now). Sizes are at least 1 byte; 0 stands for an empty queue.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

namespace easterly::sched {

using Ticks = std::int64_t;
using Bytes = std::int64_t;
using Queue = std::int32_t;
using Wide = __int128;

inline constexpr Ticks kNever = std::numeric_limits<Ticks>::max();

// `queue` is to be served; below 0 there is nothing to send before `when`, unless something arrives.
struct Choice {
    Queue queue;
    Ticks when;
};

inline constexpr Choice kNothing{-1, kNever};

// First in, first out, on one block of memory that only ever grows.
template <class T>
class Ring {
public:
    template <class A>
    void archive(A& a) { a.all_of(*this, slots_, first_, count_); }
    bool empty() const { return count_ == 0; }
    std::size_t size() const { return count_; }
    T& front() { return slots_[first_]; }
    const T& front() const { return slots_[first_]; }
    T& operator[](std::size_t i) { return slots_[(first_ + i) & (slots_.size() - 1)]; }
    const T& operator[](std::size_t i) const { return slots_[(first_ + i) & (slots_.size() - 1)]; }

    void push(const T& value) {
        if (count_ == slots_.size()) grow();
        (*this)[count_++] = value;
    }

    void pop() {
        first_ = (first_ + 1) & (slots_.size() - 1);
        --count_;
    }

    void erase(std::size_t i) {
        for (--count_; i < count_; ++i) (*this)[i] = (*this)[i + 1];
    }

private:
    void grow() {
        std::vector<T> wider(slots_.empty() ? 8 : 2 * slots_.size());
        for (std::size_t i = 0; i < count_; ++i) wider[i] = (*this)[i];
        slots_.swap(wider);
        first_ = 0;
    }

    std::vector<T> slots_;
    std::size_t first_ = 0;
    std::size_t count_ = 0;
};

// a / b rounded up, for b > 0.
inline Wide up(Wide a, Wide b) { return a > 0 ? (a + b - 1) / b : -(-a / b); }

// a / b rounded down, for b > 0.
inline Wide down(Wide a, Wide b) { return a >= 0 ? a / b : -((-a + b - 1) / b); }

// `after` ticks from now, or never where that is beyond the clock.
inline Ticks later(Ticks now, Wide after) {
    const Wide then = static_cast<Wide>(now) + after;
    return then >= kNever ? kNever : static_cast<Ticks>(then);
}

}  // namespace easterly::sched
