// How long a queue was how deep, without the course of it: bins that widen with depth, and the exact integral.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include "packet/wheel.hpp"

namespace easterly::packet {

// One bin per value below 2^kFine, then 2^kFine bins to each doubling: a bin is narrower than 2^-kFine of its floor.
class Depths {
public:
    template <class A>
    void archive(A& a) { a.all_of(*this, times_, through_, twice_, most_); }
    static constexpr int kFine = 6;

    static std::size_t bin(std::int64_t depth) {
        if (depth < kFirst) return static_cast<std::size_t>(depth);
        const int above = std::bit_width(static_cast<std::uint64_t>(depth)) - 1 - kFine;
        return (static_cast<std::size_t>(above) << kFine) + static_cast<std::size_t>(depth >> above);
    }
    static std::int64_t floor(std::size_t bin) {
        if (bin < kFirst) return static_cast<std::int64_t>(bin);
        const auto above = (bin >> kFine) - 1;
        return static_cast<std::int64_t>((bin & (kFirst - 1)) + kFirst) << above;
    }

    void stay(std::int64_t depth, Time time) {
        if (time <= 0) return;
        reach(bin(depth));
        times_[bin(depth)] += time;
        most_ = std::max(most_, depth);
        twice_ += 2 * static_cast<unsigned __int128>(depth) * static_cast<unsigned __int128>(time);
    }

    // Falls by one each picosecond: as long in a bin as the bin is wide. Bins between the two ends are only counted.
    void fall(std::int64_t from, std::int64_t to) {
        if (from <= to) return;
        const std::size_t first = bin(to), last = bin(from);
        reach(last);
        most_ = std::max(most_, from);
        twice_ += static_cast<unsigned __int128>(from - to) * static_cast<unsigned __int128>(from + to);
        if (first == last) {
            times_[first] += from - to;
            return;
        }
        times_[first] += floor(first + 1) - to;
        times_[last] += from - floor(last);
        ++through_[first + 1];
        --through_[last];
    }

    // Time in each bin.
    std::vector<std::int64_t> times() const {
        std::vector<std::int64_t> made(times_);
        std::int64_t all = 0;
        for (std::size_t i = 0; i < made.size(); ++i) {
            all += through_[i];
            made[i] += all * (floor(i + 1) - floor(i));
        }
        return made;
    }
    std::int64_t most() const { return most_; }
    double integral() const { return static_cast<double>(twice_) / 2.0; }

private:
    static constexpr std::int64_t kFirst = std::int64_t{1} << kFine;
    void reach(std::size_t bin) {
        if (bin < times_.size()) return;
        times_.resize(bin + 1, 0);
        through_.resize(bin + 1, 0);
    }

    std::vector<std::int64_t> times_, through_;  // parts of a bin; whole bins, as differences
    unsigned __int128 twice_ = 0;                // the integral of depth over time
    std::int64_t most_ = 0;
};

}  // namespace easterly::packet
