// CUBIC: RFC 9438; fast convergence as an option.
#pragma once

#include <cmath>

#include "maths/elementary.hpp"
#include "packet/law/window.hpp"

namespace easterly::packet {

struct Cubic {
    Time epoch = -1;
    double top = 0.0, inflection_s = 0.0, friendly = 0.0;
    double prior = 0.0;  // window before the last reduction

    void acknowledged(const Rules& rules, Window& window, const Ack& ack) {
        if (ack.fast) {
            if (!ack.recovering) begin(rules, window, ack.now);  // recovery ends with this one
            return;
        }
        if (window.answers(ack)) reduce(rules, window);
        else if (window.slow_start()) window.grow(rules, ack);
        else climb(rules, window, ack);
    }
    void lost(const Rules& rules, Window& window, const Ack&) { reduce(rules, window); }
    void timed_out(const Rules& rules, Window& window, const Timeout& timeout) {
        prior = window.size;
        top = 0.0;  // the curve then begins at its inflection (section 4.8)
        window.collapse(rules.cubic_beta * timeout.flight);
        epoch = -1;
    }

private:
    void remember_top(const Rules& rules, const Window& window) {
        prior = window.size;
        const bool less = std::floor(window.size) < std::floor(top);  // a part of a packet is not sent
        top = rules.fast_convergence && less ? window.size * (1.0 + rules.cubic_beta) / 2.0 : window.size;
    }
    void reduce(const Rules& rules, Window& window) {
        remember_top(rules, window);
        window.shrink(rules.cubic_beta);
        epoch = -1;
    }
    void begin(const Rules& rules, const Window& window, Time now) {
        epoch = now;
        top = std::max(top, window.size);
        inflection_s = maths::pow((top - window.size) / rules.cubic_C, 1.0 / 3.0);
        friendly = window.size;
    }
    void climb(const Rules& rules, Window& window, const Ack& ack) {
        if (ack.advanced == 0 || window.held(ack)) return;
        double& size = window.size;
        if (epoch < 0) begin(rules, window, ack.now);
        const double t = static_cast<double>(ack.now - epoch) * 1e-12;
        const double rtt_s = static_cast<double>(window.least_rtt) * 1e-12, off = t + rtt_s - inflection_s;
        const double target = std::clamp(rules.cubic_C * off * off * off + top, size, 1.5 * size);
        const double slope = friendly < prior ? 3.0 * (1.0 - rules.cubic_beta) / (1.0 + rules.cubic_beta) : 1.0;
        friendly += slope * ack.advanced / size;
        const double now_off = t - inflection_s;
        if (rules.cubic_C * now_off * now_off * now_off + top < friendly) size = std::max(size, friendly);
        else size += (target - size) / size * ack.advanced;
    }
};

}  // namespace easterly::packet
