// Amounts carried hop by hop towards one destination, the farthest switches first.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <vector>

#include "fabric/routes.hpp"

namespace easterly::fabric {

// Holds the workspace. Switches at one distance are taken from the highest number down: then sums have the order of a
// search over the same links (`easterly::graph`), where the fabric is a folded Clos.
class Flood {
public:
    explicit Flood(const Routes& routes)
        : routes_(routes), value_(static_cast<std::size_t>(routes.shape().switches()), 0.0) {}

    // Puts an amount at a switch; false where no path leads from there to the destination.
    bool put(std::int32_t at, std::int32_t to, double amount) {
        const std::int32_t left = routes_.distance(at, to);
        if (left < 0) return false;
        enter(at, left, amount);
        return true;
    }

    // Carries all that was put, calling `carry(link, part)`.
    template <class Carry>
    void run(std::int32_t to, Carry&& carry) {
        for (std::size_t left = level_.size(); left-- > 1;) {
            std::sort(level_[left].begin(), level_[left].end(), std::greater<>());
            for (const std::int32_t at : level_[left]) {
                const double amount = value_[at];
                value_[at] = 0.0;
                if (amount == 0.0) continue;
                hops_.clear();
                routes_.hops(at, to, hops_);
                const double part = amount * (1.0 / static_cast<double>(hops_.size()));
                for (const Hop& hop : hops_) {
                    carry(hop.link, part);
                    enter(hop.node, static_cast<std::int32_t>(left) - 1, part);
                }
            }
            level_[left].clear();
        }
        if (!level_.empty()) {
            for (const std::int32_t at : level_[0]) value_[at] = 0.0;
            level_[0].clear();
        }
    }

private:
    void enter(std::int32_t at, std::int32_t left, double amount) {
        if (static_cast<std::size_t>(left) >= level_.size()) level_.resize(static_cast<std::size_t>(left) + 1);
        if (value_[at] == 0.0) level_[left].push_back(at);
        value_[at] += amount;
    }

    const Routes& routes_;
    std::vector<double> value_;
    std::vector<std::vector<std::int32_t>> level_;
    std::vector<Hop> hops_;
};

}  // namespace easterly::fabric
