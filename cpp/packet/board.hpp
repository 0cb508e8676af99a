// What a sender knows of each packet between the first unacknowledged and the next; kept only while something is missing.
#pragma once

#include <cstdint>
#include <vector>

namespace easterly::packet {

class Board {
public:
    template <class A>
    void archive(A& a) { a.all_of(*this, state_); }
    enum State : std::uint8_t { sent = 0, there = 1, lost = 2, again = 3 };

    bool empty() const { return state_.empty(); }
    void clear() { state_.clear(); }

    // Makes room for first .. last - 1.
    void cover(std::uint32_t first, std::uint32_t last) {
        if (last - first <= state_.size()) return;
        std::size_t size = state_.empty() ? 64 : state_.size();
        while (size < last - first) size *= 2;
        std::vector<std::uint8_t> wider(size, sent);
        for (std::size_t i = 0; i < state_.size(); ++i) {
            const auto seq = static_cast<std::uint32_t>(first + i);
            wider[seq & (size - 1)] = (*this)[seq];
        }
        state_.swap(wider);
    }
    std::uint8_t& operator[](std::uint32_t seq) { return state_[seq & (state_.size() - 1)]; }

private:
    std::vector<std::uint8_t> state_;
};

}  // namespace easterly::packet
