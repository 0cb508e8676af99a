// Congestion control of windows: what a sender may have in flight after an acknowledgement, a loss, a timeout.
//   NewReno  RFC 5681; appropriate byte counting, limit 1 in congestion avoidance (RFC 3465)
//   CUBIC    RFC 9438; fast convergence as an option
//   DCTCP    RFC 8257
// Windows are in packets.
#pragma once

#include <algorithm>
#include <cstdint>

#include "maths/elementary.hpp"
#include "packet/rules.hpp"

namespace easterly::packet {

struct Ack {
    Time now, rtt;           // rtt: of the packet that caused it; 0 if it was sent twice
    std::uint32_t packets;   // newly delivered
    bool marked;
    std::uint32_t una, next;
};

struct Window {
    double size = 10.0, threshold = 1e18;
    // DCTCP
    double alpha = 1.0;
    std::uint32_t delivered = 0, marked = 0, period_end = 0;
    std::uint32_t calm_from = 0;  // first packet after the last reduction: one per window
    // CUBIC
    Time epoch = -1, least_rtt = 0;
    double top = 0.0, inflection_s = 0.0, friendly = 0.0;

    bool slow_start() const { return size < threshold; }

    void acknowledged(const Rules& rules, const Ack& ack) {
        if (ack.rtt > 0 && (least_rtt == 0 || ack.rtt < least_rtt)) least_rtt = ack.rtt;
        if (rules.law == Law::fixed || rules.paced()) return;
        if (rules.law == Law::dctcp) estimate(rules, ack);
        if (ack.marked && ack.una >= calm_from) {
            calm_from = ack.next;
            reduce(rules, rules.law == Law::dctcp ? 1.0 - alpha / 2.0 : factor(rules));
            return;
        }
        grow(rules, ack);
        size = std::min(size, rules.most_window);
    }

    void lost(const Rules& rules, std::uint32_t next) {
        if (rules.law == Law::fixed || rules.paced()) return;
        calm_from = next;
        reduce(rules, factor(rules));
    }

    void timed_out(const Rules& rules, std::uint32_t next, double flight) {
        if (rules.law == Law::fixed || rules.paced()) return;
        calm_from = next;
        remember_top(rules);
        threshold = std::max(flight * factor(rules), 2.0);
        size = 1.0;
        epoch = -1;
    }

private:
    static double factor(const Rules& rules) { return rules.law == Law::cubic ? rules.cubic_beta : 0.5; }

    void estimate(const Rules& rules, const Ack& ack) {
        delivered += ack.packets;
        if (ack.marked) marked += ack.packets;
        if (ack.una < period_end) return;
        if (delivered > 0) alpha += rules.g * (static_cast<double>(marked) / delivered - alpha);
        delivered = marked = 0;
        period_end = ack.next;
    }

    void remember_top(const Rules& rules) {
        if (rules.law != Law::cubic) return;
        top = rules.fast_convergence && size < top ? size * (1.0 + rules.cubic_beta) / 2.0 : size;
    }

    void reduce(const Rules& rules, double by) {
        remember_top(rules);
        size = std::max(size * by, 2.0);
        threshold = size;
        epoch = -1;
    }

    void grow(const Rules& rules, const Ack& ack) {
        if (slow_start()) {
            size += ack.packets;
            return;
        }
        if (rules.law == Law::cubic) return climb(rules, ack);
        size += ack.packets / size;
    }

    void climb(const Rules& rules, const Ack& ack) {
        if (epoch < 0) {
            epoch = ack.now;
            if (top < size) top = size;
            inflection_s = maths::pow((top - size) / rules.cubic_C, 1.0 / 3.0);
            friendly = size;
        }
        const double t = static_cast<double>(ack.now - epoch) * 1e-12;
        const double rtt_s = static_cast<double>(least_rtt) * 1e-12, off = t + rtt_s - inflection_s;
        const double target = std::clamp(rules.cubic_C * off * off * off + top, size, 1.5 * size);
        const double slope = friendly < top ? 3.0 * (1.0 - rules.cubic_beta) / (1.0 + rules.cubic_beta) : 1.0;
        friendly += slope * ack.packets / size;
        const double now_off = t - inflection_s;
        if (rules.cubic_C * now_off * now_off * now_off + top < friendly) size = std::max(size, friendly);
        else size += (target - size) / size * ack.packets;
    }
};

}  // namespace easterly::packet
