// The soonest of many times that change often.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace easterly::fluid {

// A time per place. Where most of them change between two questions, a heap would be put in order for nothing: here blocks of
// places, and blocks of blocks, are looked through anew if one of theirs changed. Of equal times the first place counts.
class Soonest {
public:
    static constexpr std::size_t kWide = 16;
    static constexpr double kNever = std::numeric_limits<double>::infinity();

    void set(std::size_t place, double time) {
        if (place >= size_) grow(place + 1);
        level_[0].time[place] = time;
        for (std::size_t k = 1, i = place / kWide; k < level_.size(); ++k, i /= kWide) {
            auto& stale = level_[k].stale[i / kWide];
            const auto bit = static_cast<std::uint16_t>(1U << i % kWide);
            if (stale & bit) break;  // those above it are, too
            stale |= bit;
        }
    }
    double at(std::size_t place) const { return level_[0].time[place]; }
    std::pair<double, std::size_t> first() {
        if (level_.empty() || level_.back().stale[0] == 0) return first_;
        look(level_.size() - 1, 0);
        const double least = level_.back().time[0];
        std::size_t i = 0;
        for (auto level = level_.rbegin() + 1; level != level_.rend(); ++level) i = i * kWide + which(level->time.data() + i * kWide, least);
        return first_ = {least, i};
    }

private:
    struct Level {
        std::vector<double> time;          // of each place, or the least of a block of the level below
        std::vector<std::uint16_t> stale;  // a bit for each, of which the block has yet to be looked through; none of places
    };

    void grow(std::size_t places) {
        std::size_t count = size_ = whole(places);
        for (std::size_t k = 0;; ++k, count = count == kWide ? 1 : whole(count / kWide)) {
            const bool fresh = k == level_.size();
            if (fresh) level_.emplace_back();
            level_[k].time.resize(count, kNever);
            level_[k].stale.resize((count + kWide - 1) / kWide, 0);
            if (fresh && k > 0) level_[k].stale[0] = 1;
            if (count == 1) return;
        }
    }
    static std::size_t whole(std::size_t count) { return (count + kWide - 1) / kWide * kWide; }
    // Both without a branch, which nothing could foresee.
    static std::size_t which(const double* block, double time) {
        unsigned found = 0;
        for (std::size_t i = 0; i < kWide; ++i) found |= static_cast<unsigned>(block[i] == time) << i;
        return static_cast<std::size_t>(std::countr_zero(found));
    }
    // Four at once, as none waits for another.
    static double least(const double* block) {
        double of[4] = {block[0], block[1], block[2], block[3]};
        for (std::size_t i = 4; i < kWide; ++i) of[i % 4] = block[i] < of[i % 4] ? block[i] : of[i % 4];
        return std::min(std::min(of[0], of[1]), std::min(of[2], of[3]));
    }
    // Settles what is stale among the times of a level from `at * kWide` on.
    void look(std::size_t k, std::size_t at) {
        Level& level = level_[k];
        for (unsigned stale = std::exchange(level.stale[at], std::uint16_t{0}); stale != 0; stale &= stale - 1) {
            const std::size_t i = at * kWide + static_cast<std::size_t>(std::countr_zero(stale));
            if (k > 1) look(k - 1, i);
            level.time[i] = least(level_[k - 1].time.data() + i * kWide);
        }
    }

    std::size_t size_ = 0;
    std::pair<double, std::size_t> first_{kNever, 0};
    std::vector<Level> level_;  // the last has one time
};

}  // namespace easterly::fluid
