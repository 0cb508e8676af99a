// Data centre quantized congestion notification (Zhu et al. 2015, SIGCOMM, algorithm 1): the rate of a sender between
// notifications; and the same as the simulator of HPCC has it (Li et al. 2019), which samples marks instead.
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
    std::int8_t notify_class = -1;  // of notifications; -1: that of the flow
    Time decrease = 0;         // sampled: acknowledgements bring marks, and so often the rate is cut for them; 0: told
    bool clamp = true;         // a cut lowers the target even if nothing has risen since the last

    bool sampled() const { return decrease > 0; }
};

struct Dcqcn {
    static constexpr Time kAfterAlpha = 1000;  // sampled: the rate is cut 1 ns after alpha has moved

    double current_bps = 0.0, target_bps = 0.0, alpha = 1.0;
    Time since = -1;       // alpha has moved once per timer since then; -1: never told
    std::int64_t moved = 0;  // so often already
    std::int64_t sent_B = 0;
    int by_timer = 0, by_bytes = 0;
    bool seen = false, due = false;  // sampled: a mark since alpha has moved; a cut is on its way

    void start(double line_bps) { current_bps = target_bps = line_bps; }

    // A notification: the rate is cut at once.
    void notified(const DcqcnRules& rules, Time now) {
        alpha = alpha_at(rules, now);
        target_bps = current_bps;
        cut(rules);
        alpha = (1.0 - rules.g) * alpha + rules.g;
        since = now;
    }

    // Sampled: an acknowledgement with a mark. When the rate is to be cut; kNever if that is on its way.
    Time marked(const DcqcnRules& rules, Time now) {
        if (since < 0) {
            since = now;
            alpha = 1.0;
            due = true;
            return now + rules.decrease + kAfterAlpha;
        }
        move(rules, now);
        seen = true;
        if (due) return kNever;
        due = true;
        const Time from = since + kAfterAlpha;
        return from + ((now - from) / rules.decrease + 1) * rules.decrease;
    }
    void cut_for_marks(const DcqcnRules& rules, Time now) {
        move(rules, now);
        due = false;
        if (rules.clamp || by_timer > 0) target_bps = current_bps;
        cut(rules);
    }

    // Without an event: alpha shrinks with each timer that passes in between.
    double alpha_at(const DcqcnRules& rules, Time now) const {
        if (since < 0 || now <= since) return alpha;
        std::int64_t times = (now - since - 1) / rules.alpha_timer - moved;
        double found = alpha;
        if (seen && times > 0) {
            found = (1.0 - rules.g) * found + rules.g;
            --times;
        }
        for (double by = 1.0 - rules.g; times > 0; times >>= 1, by *= by)
            if (times & 1) found *= by;
        return found;
    }

    void tick(const DcqcnRules& rules, double line_bps) {
        ++by_timer;
        raise(rules, line_bps);
    }
    void sent(const DcqcnRules& rules, double line_bps, std::int64_t size_B) {
        sent_B += size_B;
        if (sent_B < rules.counter_B) return;
        sent_B -= rules.counter_B;
        ++by_bytes;
        if (!rules.sampled()) raise(rules, line_bps);
    }

private:
    void move(const DcqcnRules& rules, Time now) {
        if (now <= since) return;
        const std::int64_t times = (now - since - 1) / rules.alpha_timer;
        if (times == moved) return;
        alpha = alpha_at(rules, now);
        moved = times;
        seen = false;
    }
    void cut(const DcqcnRules& rules) {
        current_bps = std::max(current_bps * (1.0 - alpha / 2.0), std::min(rules.least_bps, current_bps));
        by_timer = by_bytes = 0;
        sent_B = 0;
    }

    // Fast recovery halves the way to the target; then the target itself rises, by more once both counters are far on
    // (sampled: from the second time on).
    void raise(const DcqcnRules& rules, double line_bps) {
        const bool far = rules.sampled() ? by_timer > rules.fast_steps + 1 : std::min(by_timer, by_bytes) > rules.fast_steps;
        if (far) target_bps += rules.hyper_bps;
        else if (std::max(by_timer, rules.sampled() ? 0 : by_bytes) > rules.fast_steps) target_bps += rules.additive_bps;
        target_bps = std::min(target_bps, line_bps);
        current_bps = 0.5 * (current_bps + target_bps);
        if (line_bps - current_bps < 1.0) current_bps = line_bps;  // halving alone would never get there
    }
};

}  // namespace easterly::packet
