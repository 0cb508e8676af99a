// Data centre quantized congestion notification (Zhu et al. 2015, SIGCOMM): the rate of a sender between notifications.
#pragma once

#include <algorithm>
#include <cstdint>

#include "packet/port.hpp"

namespace easterly::packet {

struct DcqcnRules {
    double g = 1.0 / 256.0;
    Time alpha_timer = 55'000'000, rate_timer = 55'000'000;  // 55 us
    std::int64_t counter_B = 10'000'000;
    int fast_steps = 5;
    double additive_bps = 40e6, hyper_bps = 400e6, least_bps = 10e6;
    Time gap = 50'000'000;     // between notifications of one flow, at the receiver
    Time reaction = 0;         // of the receiver's NIC before it sends one
};

struct Dcqcn {
    double current_bps = 0.0, target_bps = 0.0, alpha = 1.0;
    std::int64_t sent_B = 0;
    int by_timer = 0, by_bytes = 0;

    void start(double line_bps) { current_bps = target_bps = line_bps; }
    bool cut() const { return current_bps < target_bps || alpha < 1.0; }

    void notified(const DcqcnRules& rules) {
        target_bps = current_bps;
        current_bps = std::max(current_bps * (1.0 - alpha / 2.0), rules.least_bps);
        alpha = (1.0 - rules.g) * alpha + rules.g;
        by_timer = by_bytes = 0;
        sent_B = 0;
    }
    void quiet(const DcqcnRules& rules) { alpha *= 1.0 - rules.g; }
    void tick(const DcqcnRules& rules, double line_bps) {
        ++by_timer;
        raise(rules, line_bps);
    }
    void sent(const DcqcnRules& rules, double line_bps, std::int64_t size_B) {
        sent_B += size_B;
        if (sent_B < rules.counter_B) return;
        sent_B -= rules.counter_B;
        ++by_bytes;
        raise(rules, line_bps);
    }

private:
    // Fast recovery halves the way to the target; then the target itself rises, by more once both counters are far on.
    void raise(const DcqcnRules& rules, double line_bps) {
        if (std::min(by_timer, by_bytes) > rules.fast_steps) target_bps += rules.hyper_bps;
        else if (std::max(by_timer, by_bytes) > rules.fast_steps) target_bps += rules.additive_bps;
        target_bps = std::min(target_bps, line_bps);
        current_bps = std::min(0.5 * (current_bps + target_bps), line_bps);
    }
};

}  // namespace easterly::packet
