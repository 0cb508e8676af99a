// Schedulers other than strict priority over deficit round robin, for the classes of a port; all those of `sched`.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "packet/turn.hpp"
#include "sched/cbq.hpp"
#include "sched/cbs.hpp"
#include "sched/class_based.hpp"
#include "sched/fifo.hpp"
#include "sched/htb.hpp"
#include "sched/wf2q_plus.hpp"
#include "sched/wfq.hpp"
#include "sched/wrr.hpp"

namespace easterly::packet {

// A class that is held (paused, or out of tokens) is taken out of the scheduler as if it had nothing; what arrives
// meanwhile counts as arriving when it goes on.
class Scheduling {
public:
    template <class A>
    void archive(A& a) { a.all_of(*this, any_, queue_of_, class_of_, kept_, told_, held_); }
    using Any = std::variant<sched::Fifo, sched::Wrr, sched::Wfq, sched::Wf2qPlus, sched::ClassBased, sched::Htb,
                             sched::Cbq, sched::Cbs>;

    // `queues[c]`: the queue of class c in the scheduler, a leaf where it is a tree.
    Scheduling(Any made, const std::array<std::int32_t, kClasses>& queues) : any_(std::move(made)), queue_of_(queues) {
        for (int c = 0; c < kClasses; ++c) {
            if (static_cast<std::size_t>(queue_of_[c]) >= class_of_.size()) class_of_.resize(queue_of_[c] + 1, -1);
            class_of_[queue_of_[c]] = c;
        }
    }

    // Whether a packet is taken: some refuse what does not conform.
    bool arrive(int c, std::int64_t size_B, Time now) {
        if (held_ >> c & 1) return true;
        if (!std::visit([&](auto& all) { return all.arrive(queue_of_[c], size_B, now); }, any_)) return false;
        ++told_[c];
        return true;
    }

    // The class to serve, or -1 and when to ask again.
    sched::Choice next(Time now) {
        bool any = false;
        for (int c = 0; c < kClasses; ++c) any |= told_[c] > 0 && !(held_ >> c & 1);
        if (!any) return sched::kNothing;
        const sched::Choice found = std::visit([&](auto& all) { return all.next(now); }, any_);
        if (found.queue < 0) return found;
        const int c = class_of_[found.queue];
        return held_ >> c & 1 ? sched::kNothing : sched::Choice{c, now};  // first in, first out: behind one that is held
    }

    void sent(int c, Time now, std::int64_t following_B) {
        --told_[c];
        std::visit([&](auto& all) { all.sent(queue_of_[c], now, told_[c] == 0 ? 0 : following_B); }, any_);
    }

    // A packet that waited will not be sent.
    void dropped(int c, std::int64_t size_B, Time now, std::int64_t following_B) {
        const bool held = held_ >> c & 1;
        if (held) std::visit([&](auto& all) { resume(all, c); }, any_);
        --told_[c];
        std::visit([&](auto& all) { all.dropped(queue_of_[c], size_B, now, told_[c] == 0 ? 0 : following_B); }, any_);
        if (held && told_[c] > 0) std::visit([&](auto& all) { hold(all, c); }, any_);
    }

    // The packet that goes is not the one that was announced.
    void replace(int c, std::int64_t size_B) {
        std::visit([&](auto& all) { all.resize(queue_of_[c], size_B); }, any_);
    }

    void hold(int c) {
        held_ |= static_cast<std::uint8_t>(1 << c);
        if (told_[c] > 0) std::visit([&](auto& all) { hold(all, c); }, any_);
    }

    // `sizes` gives the packets of the class that it has not been told of, one call each, 0 behind the last.
    template <class Next>
    void resume(int c, Time now, Next&& sizes) {
        if (!(held_ >> c & 1)) return;
        held_ &= static_cast<std::uint8_t>(~(1 << c));
        if (told_[c] > 0) std::visit([&](auto& all) { resume(all, c); }, any_);
        for (std::int64_t size_B = sizes(); size_B > 0; size_B = sizes()) arrive(c, size_B, now);
    }

    std::uint32_t told(int c) const { return told_[c]; }

private:
    template <class All>
    void hold(All& all, int c) {
        if constexpr (std::is_same_v<All, sched::Htb>) all.hold(queue_of_[c]);
        else if constexpr (!std::is_same_v<All, sched::Fifo>) kept_[c] = std::exchange(all.head[queue_of_[c]], 0);
    }
    template <class All>
    void resume(All& all, int c) {
        if constexpr (std::is_same_v<All, sched::Htb>) all.resume(queue_of_[c]);
        else if constexpr (!std::is_same_v<All, sched::Fifo>) all.head[queue_of_[c]] = kept_[c];
    }

    Any any_;
    std::array<std::int32_t, kClasses> queue_of_;
    std::vector<std::int32_t> class_of_;
    std::array<sched::Bytes, kClasses> kept_{};     // head of a class that is held
    std::array<std::uint32_t, kClasses> told_{};    // packets that the scheduler knows of
    std::uint8_t held_ = 0;
};

}  // namespace easterly::packet
