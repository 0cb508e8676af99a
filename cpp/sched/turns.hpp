// Whose turn it is among some of a row of numbered members: what Linux keeps as a tree with a pointer into it.
#pragma once

#include <bit>

#include "sched/common.hpp"

namespace easterly::sched {

// A pointer walks the members that are in, in the order of their numbers, and falls off the end (`kEnd`) before it
// starts again. Where the member that it stands on is taken out, either it moves on (`remove_and_step`), or its number
// is remembered, so that the turn is taken up by it or the next one after it (`remove_and_remember`).
class Turns {
public:
    template <class A>
    void archive(A& a) { a.all_of(*this, in_, at_, remembered_); }
    static constexpr std::int32_t kEnd = -1;

    explicit Turns(std::size_t members = 0) : in_((members + 63) / 64, 0) {}

    bool empty() const {
        for (const std::uint64_t word : in_)
            if (word != 0) return false;
        return true;
    }

    void add(std::int32_t member) { in_[member >> 6] |= bit(member); }

    void remove_and_step(std::int32_t member) {
        if (at_ == member) step();
        in_[member >> 6] &= ~bit(member);
    }

    void remove_and_remember(std::int32_t member) {
        if (at_ == member) {
            at_ = kEnd;
            remembered_ = member;
        }
        in_[member >> 6] &= ~bit(member);
    }

    // Member whose turn it is, or kEnd past the last.
    std::int32_t at() {
        if (at_ == kEnd && remembered_ != kEnd) at_ = from(remembered_);
        remembered_ = kEnd;
        return at_;
    }

    void rewind() { at_ = from(0); }
    void step() {
        if (at_ != kEnd) at_ = from(at_ + 1);
    }

private:
    static std::uint64_t bit(std::int32_t member) { return std::uint64_t{1} << (member & 63); }

    // The first member that is in, from a number on.
    std::int32_t from(std::int32_t number) const {
        auto word = static_cast<std::size_t>(number) >> 6;
        if (word >= in_.size()) return kEnd;
        std::uint64_t bits = in_[word] & (~std::uint64_t{0} << (number & 63));
        while (bits == 0) {
            if (++word == in_.size()) return kEnd;
            bits = in_[word];
        }
        return static_cast<std::int32_t>(64 * word) + std::countr_zero(bits);
    }

    std::vector<std::uint64_t> in_;
    std::int32_t at_ = kEnd;
    std::int32_t remembered_ = kEnd;
};

}  // namespace easterly::sched
