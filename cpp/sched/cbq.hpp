// Class-based queueing: link sharing by estimators (Floyd & Jacobson 1995, IEEE/ACM ToN 3:4).
#pragma once

#include <algorithm>

#include "sched/common.hpp"

namespace easterly::sched {

struct CbqClass {
    std::int32_t parent;    // -1: none; parents come before their children
    std::int64_t rate_bps;  // allocated
    Bytes quantum;          // turn of a leaf in its priority
    std::int32_t priority;  // of a leaf; 0 goes first
    bool borrows;           // from its parent
    Ticks max_idle;         // most credit for having been idle
};

// After each packet, the estimator of its leaf and of all classes above takes how much later than allocated it came,
//   idle = (end of this packet - end of the one before) - size / rate,   avgidle += (idle - avgidle) / 2^shift,
// with avgidle at most max_idle. Below 0 the class is overlimit until the time from which a packet as long as the last,
// once it is sent, brings avgidle back to 0.
//
// A leaf may send if it is not overlimit, or may borrow from a class above that is not. Formal link sharing further asks
// that nobody further down than that class is unsatisfied, which is: not overlimit, and with packets waiting that may
// use it. The leaves that may send take turns by priority and then by quantum, in bytes; the last packet may overdraw.
struct Cbq {
    template <class A>
    void archive(A& a) {
        a.all_of(*this, given, link_bps, ticks_per_s, shift, formal, head, idle,
                 last_end, overlimit_until, rest, height, credit, borrowed, turn, paid);
    }
    std::vector<CbqClass> given;
    std::int64_t link_bps, ticks_per_s;
    std::int32_t shift;
    bool formal;
    std::vector<Bytes> head;
    std::vector<Wide> idle;            // avgidle times 2^shift
    std::vector<Ticks> last_end;       // of a packet of the class
    std::vector<Ticks> overlimit_until;
    std::vector<std::int64_t> rest;    // of size / rate, in parts of a tick, so that nothing drifts
    std::vector<std::int32_t> height;  // 0 for a leaf, else one more than the highest child
    std::vector<Bytes> credit;
    std::vector<std::uint64_t> borrowed;
    Queue turn = 0;
    bool paid = false;

    Cbq(std::vector<CbqClass> classes, std::int64_t rate_bps, std::int64_t clock, std::int32_t weight_shift,
        bool formally)
        : given(std::move(classes)),
          link_bps(rate_bps),
          ticks_per_s(clock),
          shift(weight_shift),
          formal(formally),
          head(given.size(), 0),
          idle(given.size(), 0),
          last_end(given.size(), 0),
          overlimit_until(given.size(), 0),
          rest(given.size(), 0),
          height(given.size(), 0),
          credit(given.size(), 0),
          borrowed(given.size(), 0) {
        for (std::size_t i = given.size(); i-- > 0;) {
            idle[i] = static_cast<Wide>(given[i].max_idle) << shift;
            const std::int32_t above = given[i].parent;
            if (above >= 0) height[above] = std::max(height[above], height[i] + 1);
        }
    }

    bool takes(Queue queue) const { return height[queue] == 0; }

    bool arrive(Queue leaf, Bytes size, Ticks) {
        if (head[leaf] == 0) head[leaf] = size;
        return true;
    }

    Choice next(Ticks now) {
        const std::int32_t highest = formal ? lowest_unsatisfied(now) : kTop;
        Ticks when = kNever;
        std::int32_t first = kTop;  // priority that is served
        for (std::size_t i = 0; i < head.size(); ++i) {
            if (head[i] == 0) continue;
            const auto leaf = static_cast<Queue>(i);
            if (lender(leaf, now, highest) >= 0)
                first = std::min(first, given[i].priority);
            else
                when = std::min(when, wake(leaf, now));
        }
        if (first == kTop) return {-1, when};
        return {take_turn(first, now, highest), now};
    }

    void sent(Queue leaf, Ticks now, Bytes following) {
        const Bytes size = head[leaf];
        if (now < overlimit_until[leaf]) ++borrowed[leaf];
        credit[leaf] -= size;
        if (credit[leaf] <= 0 && following != 0) pass();
        dropped(leaf, size, now, following);
        const Ticks end = later(now, up(bits(size), link_bps));
        for (Queue c = leaf; c >= 0; c = given[c].parent) estimate(c, size, end, end - now);
    }

    void dropped(Queue leaf, Bytes, Ticks, Bytes following) {
        head[leaf] = following;
        if (following != 0) return;
        credit[leaf] = std::min<Bytes>(credit[leaf], 0);
        if (leaf == turn) pass();
    }

    void resize(Queue leaf, Bytes size) { head[leaf] = size; }

    template <class Show>
    void show(Show&& show) const {
        show("head_B", head);
        show("avgidle", idle);
        show("avgidle_per_tick", std::int64_t{1} << shift);
        show("overlimit_until", overlimit_until);
        show("credit_B", credit);
        show("borrowed", std::vector<std::int64_t>(borrowed.begin(), borrowed.end()));
    }

private:
    static constexpr std::int32_t kTop = std::numeric_limits<std::int32_t>::max();

    Wide bits(Bytes count) const { return static_cast<Wide>(count) * 8 * ticks_per_s; }
    bool overlimit(Queue c, Ticks now) const { return now < overlimit_until[c]; }

    // Class by whose leave a leaf may send: itself, or one above within `highest`; -1: none.
    Queue lender(Queue leaf, Ticks now, std::int32_t highest) const {
        for (Queue c = leaf;; c = given[c].parent) {
            if (c != leaf && height[c] > highest) return -1;
            if (!overlimit(c, now)) return c;
            if (!given[c].borrows || given[c].parent < 0) return -1;
        }
    }

    // Height of the lowest class that is not overlimit while packets wait that may use it.
    std::int32_t lowest_unsatisfied(Ticks now) const {
        std::int32_t lowest = kTop;
        for (std::size_t i = 0; i < head.size(); ++i) {
            if (head[i] == 0) continue;
            const Queue c = lender(static_cast<Queue>(i), now, kTop);
            if (c >= 0) lowest = std::min(lowest, height[c]);
        }
        return lowest;
    }

    // When a class that a leaf may use stops to be overlimit.
    Ticks wake(Queue leaf, Ticks now) const {
        Ticks when = kNever;
        for (Queue c = leaf; c >= 0; c = given[c].borrows ? given[c].parent : -1)
            if (overlimit(c, now)) when = std::min(when, overlimit_until[c]);
        return when;
    }

    Queue take_turn(std::int32_t priority, Ticks now, std::int32_t highest) {
        const auto may = [&](Queue leaf) {
            return head[leaf] != 0 && given[leaf].priority == priority && lender(leaf, now, highest) >= 0;
        };
        for (std::size_t passed = 0;; ++passed) {
            if (passed == head.size()) {
                skip(may);
                passed = 0;
            }
            if (may(turn)) {
                if (!paid) credit[turn] += given[turn].quantum;
                paid = true;
                if (credit[turn] > 0) return turn;
            }
            pass();
        }
    }

    // Adds the rounds in which everybody pays debts, all at once.
    template <class May>
    void skip(May&& may) {
        Bytes rounds = std::numeric_limits<Bytes>::max();
        const auto all = static_cast<Queue>(head.size());
        for (Queue leaf = 0; leaf < all; ++leaf)
            if (may(leaf)) rounds = std::min(rounds, -credit[leaf] / given[leaf].quantum);
        for (Queue leaf = 0; leaf < all; ++leaf)
            if (may(leaf)) credit[leaf] += rounds * given[leaf].quantum;
    }

    void pass() {
        if (++turn == static_cast<Queue>(head.size())) turn = 0;
        paid = false;
    }

    void estimate(Queue c, Bytes size, Ticks end, Ticks took) {
        const Wide sum = bits(size) + rest[c];
        const Wide allocated = sum / given[c].rate_bps;
        rest[c] = static_cast<std::int64_t>(sum % given[c].rate_bps);
        const Wide late = static_cast<Wide>(end - last_end[c]) - allocated;
        last_end[c] = end;
        idle[c] += late - (idle[c] >> shift);
        idle[c] = std::min(idle[c], static_cast<Wide>(given[c].max_idle) << shift);
        const Wide debt = up(-idle[c] * ((Wide{1} << shift) - 1), Wide{1} << shift);
        overlimit_until[c] = idle[c] < 0 ? later(end, std::max<Wide>(0, allocated - took + debt)) : 0;
    }
};

}  // namespace easterly::sched
