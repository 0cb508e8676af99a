// Valiant's routing: every flow by way of a random intermediate place, so that any demand loads links as evenly as a
// uniform one (Valiant 1982, SIAM J. Comput. 11:2).
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "fabric/flood.hpp"

namespace easterly::fabric {

// Amounts between switches, summed; carried in the order of destinations.
class Halves {
public:
    explicit Halves(const Routes& routes) : routes_(routes), flood_(routes) {}

    // One flow between two switches.
    void add(std::int32_t from, std::int32_t to, double amount);

    // Carries everything, calling `carry(link, part)`.
    template <class Carry>
    void run(Carry&& carry) {
        for (const auto& [far, amount] : entry_) cross(far.first, far.second, amount, carry);
        if (!routes_.dragonfly()) spread(carry);
        for (auto i = pair_.begin(); i != pair_.end();) {
            const std::int32_t to = i->first.first;
            for (; i != pair_.end() && i->first.first == to; ++i) flood_.put(i->first.second, to, i->second);
            flood_.run(to, carry);
        }
        pair_.clear();
        out_.clear();
        in_.clear();
        entry_.clear();
    }

private:
    // First half in a dragonfly: to a router of another group that a global link leads to.
    template <class Carry>
    void cross(std::int32_t from, std::int32_t group, double amount, Carry&& carry) {
        arrive(from, group);
        for (const Step& step : steps_) carry(step.link, amount * step.share);
    }

    // Torus: as much to every switch as sources send, and from every switch as destinations receive.
    template <class Carry>
    void spread(Carry&& carry) {
        if (routes_.torus()->symmetric()) return shift(carry);
        const std::int32_t n = routes_.shape().switches();
        for (std::int32_t to = 0; to < n; ++to) {
            for (const auto& [from, amount] : out_) flood_.put(from, to, amount / n);
            flood_.run(to, carry);
        }
        for (const auto& [to, amount] : in_) {
            for (std::int32_t from = 0; from < n; ++from) flood_.put(from, to, amount / n);
            flood_.run(to, carry);
        }
    }

    // The same where all switches are alike: what one sends to all, and gets from all, is that of any other, shifted.
    template <class Carry>
    void shift(Carry&& carry) {
        if (leaving_.empty() && !(out_.empty() && in_.empty())) measure();
        const auto move = [&](const std::map<std::int32_t, double>& ends, const std::vector<double>& load) {
            const std::int32_t n = routes_.shape().switches();
            const std::size_t degree = way_.size() / static_cast<std::size_t>(n);
            for (const auto& [end, amount] : ends)
                for (std::int32_t at = 0; at < n; ++at) {
                    const auto row = static_cast<std::size_t>(at) * degree;
                    const auto moved = static_cast<std::size_t>(routes_.torus()->shifted(at, end)) * degree;
                    for (std::size_t k = 0; k < degree; ++k)
                        if (load[row + k] > 0.0) carry(way_[moved + k], amount * load[row + k]);
                }
        };
        move(out_, leaving_);
        move(in_, coming_);
    }
    void measure();

    struct Step {
        std::int32_t link;
        double share;
    };
    struct Arrival {
        std::int32_t router;
        double share;
    };
    void arrive(std::int32_t from, std::int32_t group);

    const Routes& routes_;
    Flood flood_;
    std::map<std::pair<std::int32_t, std::int32_t>, double> pair_;   // (to, from): carried straight
    std::map<std::int32_t, double> out_, in_;                        // torus: by source, by destination
    std::map<std::pair<std::int32_t, std::int32_t>, double> entry_;  // dragonfly: (from, group between)
    std::vector<std::int32_t> way_;          // links by switch, then way
    std::vector<double> leaving_, coming_;   // of one unit from switch 0 to all, and from all to switch 0: by way
    std::vector<Step> steps_;
    std::vector<Arrival> arrivals_;
    std::vector<Dragonfly::Span> spans_;
    std::vector<Hop> hops_;
};

}  // namespace easterly::fabric
