#include "hash/reduce.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <utility>

namespace easterly::hash {

namespace {

constexpr double kRounding = 1e-12;  // less than that is no improvement, whatever the unit of the weights

// Gives entries to members, one after the other.
class Walk {
public:
    Walk(std::span<const double> weight, int least) : weight_(weight), count_(weight.size(), 0) {
        for (std::size_t i = 0; i < weight.size(); ++i) {
            if (weight[i] <= 0.0) continue;
            count_[i] = least;
            given_ += least;
            highest_ = std::max(highest_, least / weight[i]);
            next_.emplace_back(ratio(i), i);
        }
        std::make_heap(next_.begin(), next_.end(), std::greater<>());
    }

    bool empty() const { return next_.empty(); }
    std::int64_t given() const { return given_; }
    double highest() const { return highest_; }  // entries over weight
    std::span<const std::int64_t> counts() const { return count_; }

    void step() {
        std::pop_heap(next_.begin(), next_.end(), std::greater<>());
        auto& [least, member] = next_.back();
        highest_ = std::max(highest_, least);
        ++count_[member];
        ++given_;
        least = ratio(member);
        std::push_heap(next_.begin(), next_.end(), std::greater<>());
    }

private:
    // Entries over weight of a member once it has one more.
    double ratio(std::size_t i) const { return static_cast<double>(count_[i] + 1) / weight_[i]; }

    std::span<const double> weight_;
    std::vector<std::int64_t> count_;
    std::vector<std::pair<double, std::size_t>> next_;  // a heap, the lowest first; of equals the first member
    std::int64_t given_ = 0;
    double highest_ = 0.0;
};

double sum(std::span<const double> weight) {
    double total = 0.0;
    for (const double w : weight) total += w;
    return total;
}

}  // namespace

Curve reduction_curve(std::span<const double> weight, std::int64_t most, int least) {
    Curve curve;
    Walk walk(weight, least);
    const double whole = sum(weight);
    if (walk.empty()) return curve;
    if (walk.given() == 0) walk.step();
    for (; walk.given() <= most; walk.step()) {
        const double error = walk.highest() * whole / static_cast<double>(walk.given());
        if (!curve.error.empty() && error >= curve.error.back() * (1.0 - kRounding)) continue;
        curve.entries.push_back(walk.given());
        curve.error.push_back(error);
    }
    return curve;
}

void apportion(std::span<const double> weight, std::int64_t total, int least, std::span<std::int64_t> entries) {
    Walk walk(weight, least);
    while (!walk.empty() && walk.given() < total) walk.step();
    std::copy(walk.counts().begin(), walk.counts().end(), entries.begin());
}

}  // namespace easterly::hash
