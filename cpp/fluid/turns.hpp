// Whose turn it is in a sweep over levels.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace easterly::fluid {

// A heap of links, each at most once, by the level at which it can act, and of caps of flows. Of equal levels the least number counts.
class Turns {
public:
    struct Turn {
        double key;
        std::int32_t what;  // a link, or the cap of flow -1 - what
        // Without a branch, which nothing could foresee.
        bool operator<(const Turn& other) const {
            return static_cast<bool>((key < other.key) | ((key == other.key) & (what < other.what)));
        }
    };

    explicit Turns(std::size_t links) : at_(links, kOut) {}

    void add_link() { at_.push_back(kOut); }
    bool empty() const { return heap_.empty(); }
    // Infinite for a link that has none.
    double key(std::int32_t link) const { return at_[link] == kOut ? kNever : heap_[at_[link]].key; }
    // Its turn, or an earlier one than it has.
    void set(std::int32_t link, double key) {
        if (at_[link] == kOut) add({key, link});
        else up(at_[link], {key, link});
    }
    void add_cap(std::int32_t flow, double level) { add({level, -1 - flow}); }
    void drop(std::int32_t link) {
        if (at_[link] != kOut) remove(at_[link]);
    }
    Turn take() {
        const Turn first = heap_.front();
        remove(0);
        return first;
    }

private:
    static constexpr std::int32_t kOut = -1;
    static constexpr double kNever = std::numeric_limits<double>::infinity();

    void add(Turn turn) {
        heap_.push_back(turn);
        up(static_cast<std::int32_t>(heap_.size()) - 1, turn);
    }
    void put(std::int32_t i, Turn turn) {
        heap_[i] = turn;
        if (turn.what >= 0) at_[turn.what] = i;
    }
    void up(std::int32_t i, Turn turn) {
        for (std::int32_t above = (i - 1) / kWide; i > 0 && turn < heap_[above]; i = above, above = (i - 1) / kWide) put(i, heap_[above]);
        put(i, turn);
    }
    // Whoever is next below moves up, down to the bottom; there the last fits almost always.
    void remove(std::int32_t i) {
        if (heap_[i].what >= 0) at_[heap_[i].what] = kOut;
        const Turn last = heap_.back();
        heap_.pop_back();
        const auto size = static_cast<std::int32_t>(heap_.size());
        if (i == size) return;
        for (std::int32_t below = kWide * i + 1; below < size; below = kWide * i + 1) {
            const std::int32_t end = std::min(below + kWide, size);
            for (std::int32_t each = below + 1; each < end; ++each) below = heap_[each] < heap_[below] ? each : below;
            put(i, heap_[below]);
            i = below;
        }
        up(i, last);
    }

    static constexpr std::int32_t kWide = 4;  // below each
    std::vector<Turn> heap_;
    std::vector<std::int32_t> at_;  // of each link in the heap
};

}  // namespace easterly::fluid
