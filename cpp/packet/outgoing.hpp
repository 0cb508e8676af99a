// Packets that leave a switch at ports where nothing waits behind them. Nobody has to act when they are gone, so that they
// cost no event: their memory is given back before somebody looks at it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "packet/wheel.hpp"

namespace easterly::packet {

struct Outgoing {
    Time end = 0;                // of the packet on the link
    std::int32_t link = -1;
    std::int32_t from = -1, to = -1;  // accounts
    std::int32_t cells = 0;
};

// Those of one switch, in the order of (time, link).
class Outgoings {
public:
    template <class A>
    void archive(A& a) { a.all_of(*this, list_, first_); }

    bool empty() const { return first_ == list_.size(); }
    // Whether one is due before that of `link` at `now`.
    bool due(Time now, std::int32_t link) const {
        return !empty() && (list_[first_].end < now || (list_[first_].end == now && list_[first_].link < link));
    }
    Outgoing pop() {
        const Outgoing next = list_[first_++];
        if (empty()) list_.clear(), first_ = 0;
        return next;
    }
    void add(const Outgoing& one) {
        if (first_ > kRoom) list_.erase(list_.begin(), list_.begin() + static_cast<std::ptrdiff_t>(std::exchange(first_, 0)));
        list_.push_back(one);
        std::size_t at = list_.size() - 1;
        for (; at > first_ && before(one, list_[at - 1]); --at) list_[at] = list_[at - 1];
        list_[at] = one;
    }
    // The last one over a link leaves the list.
    void remove(std::int32_t link) {
        std::size_t at = list_.size();
        while (list_[at - 1].link != link) --at;
        list_.erase(list_.begin() + static_cast<std::ptrdiff_t>(at) - 1);
        if (empty()) list_.clear(), first_ = 0;
    }

private:
    static constexpr std::size_t kRoom = 64;
    static bool before(const Outgoing& a, const Outgoing& b) { return a.end != b.end ? a.end < b.end : a.link < b.link; }

    std::vector<Outgoing> list_;
    std::size_t first_ = 0;
};

}  // namespace easterly::packet
