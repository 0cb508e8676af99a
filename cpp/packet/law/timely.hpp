// TIMELY (Mittal et al. 2015, SIGCOMM, algorithm 1): a rate that answers the gradient of the round trip, once for each
// burst; and the version of Zhu et al. 2016 (CoNEXT, algorithm 2), which answers the round trip itself near a reference and
// so has one point of rest.
#pragma once

#include <algorithm>
#include <cstdint>

#include "packet/law/window.hpp"

namespace easterly::packet {

struct Timely {
    double rate_bps = 0.0, line_bps = 0.0;
    double difference = 0.0;  // of round trips, smoothed [ps]
    Time before = 0;          // the round trip of the burst before; 0: none
    std::uint32_t falling = 0;  // bursts in a row whose round trip fell
    std::uint32_t answered = 0;  // packets below have been answered,
    Time answered_at = 0;        // the last of them then

    void start(const Rules& rules, const Path& path, Window& window) {
        line_bps = path.line_bps;
        rate_bps = std::max(line_bps * rules.timely.first_share, rules.timely.least_bps);
        window.size = 1e18;
        publish(rules, window);
    }
    void acknowledged(const Rules& rules, Window& window, const Ack& ack) {
        if (ack.rtt <= 0 || ack.una < answered || ack.now - answered_at < rules.timely.gap) return;
        answered_at = ack.now;
        answered = ack.una + burst(rules);
        answer(rules, ack.rtt - static_cast<Time>(8e12 * rules.packet_B / line_bps));
        publish(rules, window);
    }
    void lost(const Rules&, Window&, const Ack&) {}
    void timed_out(const Rules&, Window&, const Timeout&) {}

    // The round trip of a burst without the time that its own last packet takes on the first link.
    void answer(const Rules& rules, Time rtt) {
        const TimelyRules& how = rules.timely;
        if (before > 0) {
            difference += how.alpha * (static_cast<double>(rtt - before) - difference);
            const double gradient = difference / static_cast<double>(how.least_rtt);
            rate_bps = std::clamp(how.patched ? patched(how, rtt, gradient) : original(how, rtt, gradient),
                                  std::min(how.least_bps, line_bps), line_bps);
        }
        before = rtt;
    }

private:
    static std::uint32_t burst(const Rules& rules) {
        return static_cast<std::uint32_t>(std::max<std::int64_t>(rules.timely.burst_B / rules.packet_B, 1));
    }
    void publish(const Rules& rules, Window& window) const {
        window.rate_bps = rate_bps;
        window.quantum_B = rules.timely.at_once ? static_cast<std::int64_t>(burst(rules)) * rules.packet_B : 0;
    }
    double beyond(const TimelyRules& how, Time rtt) const {
        return rate_bps * (1.0 - how.beta * (1.0 - static_cast<double>(how.high) / static_cast<double>(rtt)));
    }
    double original(const TimelyRules& how, Time rtt, double gradient) {
        if (rtt < how.low) return rate_bps + how.add_bps;
        if (rtt > how.high) return beyond(how, rtt);
        if (gradient <= 0.0) {
            ++falling;
            return rate_bps + (falling >= how.haste_after ? how.haste : 1.0) * how.add_bps;
        }
        falling = 0;
        return rate_bps * std::max(1.0 - how.beta * gradient, 0.0);
    }
    double patched(const TimelyRules& how, Time rtt, double gradient) const {
        if (rtt < how.low) return rate_bps + how.add_bps;
        if (rtt > how.high) return beyond(how, rtt);
        const double weight = std::clamp(2.0 * gradient + 0.5, 0.0, 1.0);
        const double error = static_cast<double>(rtt - how.reference) / static_cast<double>(how.reference);
        return how.add_bps * (1.0 - weight) + rate_bps * (1.0 - how.beta * weight * error);
    }
};

}  // namespace easterly::packet
