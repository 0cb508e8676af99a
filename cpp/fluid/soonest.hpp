// The soonest of many times that change often.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace easterly::fluid {

// A time per place. Where most of them change between two questions, a heap would be put in order for nothing: here blocks of
// places, and blocks of blocks, are looked through anew if one of theirs changed. Of equal times the first place counts.
class Soonest {
public:
    static constexpr std::size_t kWide = 64;
    static constexpr double kNever = std::numeric_limits<double>::infinity();

    void set(std::size_t place, double time) {
        if (place >= time_.size()) {
            time_.resize((place / kWide + 1) * kWide, kNever);
            block_.resize(time_.size() / kWide);
            group_.resize((block_.size() + kWide - 1) / kWide);
        }
        time_[place] = time;
        block_[place / kWide].stale = true;
        group_[place / kWide / kWide].stale = true;
    }
    double at(std::size_t place) const { return time_[place]; }
    std::pair<double, std::size_t> first() {
        Best best;
        for (std::size_t g = 0; g < group_.size(); ++g) {
            if (group_[g].stale) group_[g] = of_group(g);
            if (group_[g].time < best.time) best = group_[g];
        }
        return {best.time, best.place};
    }

private:
    struct Best {
        double time = kNever;
        std::size_t place = 0;
        bool stale = false;
    };

    Best of_group(std::size_t g) {
        Best best;
        for (std::size_t b = g * kWide; b < std::min((g + 1) * kWide, block_.size()); ++b) {
            if (block_[b].stale) block_[b] = of_block(b);
            if (block_[b].time < best.time) best = block_[b];
        }
        return best;
    }
    Best of_block(std::size_t b) const {
        Best best;
        for (std::size_t i = b * kWide; i < (b + 1) * kWide; ++i)
            if (time_[i] < best.time) best = {time_[i], i, false};
        return best;
    }

    std::vector<double> time_;
    std::vector<Best> block_, group_;
};

}  // namespace easterly::fluid
