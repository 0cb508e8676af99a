// Swift (Kumar et al. 2020, SIGCOMM, algorithm 1): a delay below its target adds to the window, one above shrinks it, at
// most once per round trip. Windows below one packet are paced. Of two windows, for the fabric and for the receiving host,
// the smaller counts.
#pragma once

#include <cmath>

#include "packet/law/window.hpp"

namespace easterly::packet {

struct Swift {
    double fabric = 0.0, endpoint = 0.0;
    Time shrunk_at = -kNever / 2;
    std::uint32_t hops = 0, timeouts = 0;
    Time target = 0;  // of the fabric, as it was last

    void start(const Rules& rules, std::uint32_t links) {
        hops = links;
        fabric = endpoint = rules.first_window;
        target = target_of(rules.swift);
    }
    void acknowledged(const Rules& rules, Window& window, const Ack& ack) {
        timeouts = 0;
        if (ack.rtt == 0) return;
        const SwiftRules& of = rules.swift;
        const bool may_shrink = ack.now - shrunk_at >= ack.srtt;
        target = target_of(of);
        const Time host = std::min(ack.host, ack.rtt);
        fabric = limited(rules, answer(of, fabric, ack.rtt - host, target, ack.packets, may_shrink));
        endpoint = limited(rules, answer(of, endpoint, host, of.endpoint, ack.packets, may_shrink));
        settle(rules, window, ack.now, ack.srtt);
    }
    void lost(const Rules& rules, Window& window, const Ack& ack) {
        timeouts = 0;
        if (ack.now - shrunk_at >= ack.srtt) cut(rules, window, ack.now, ack.srtt);
    }
    void timed_out(const Rules& rules, Window& window, const Timeout& timeout) {
        if (++timeouts >= rules.swift.resets) fabric = endpoint = rules.swift.least_window;
        else if (timeout.now - shrunk_at >= timeout.srtt) return cut(rules, window, timeout.now, timeout.srtt);
        settle(rules, window, timeout.now, timeout.srtt);
    }

private:
    Time target_of(const SwiftRules& of) const {
        const double from = 1.0 / std::sqrt(of.range_from), to = 1.0 / std::sqrt(of.range_to);
        const double part = std::clamp((1.0 / std::sqrt(fabric) - to) / (from - to), 0.0, 1.0);
        return of.base + hops * of.hop + static_cast<Time>(part * static_cast<double>(of.range));
    }
    static double answer(const SwiftRules& of, double size, Time delay, Time target, double packets, bool may_shrink) {
        if (delay < target) return size + (size >= 1.0 ? of.add * packets / size : of.add * packets);
        if (!may_shrink) return size;
        return size * std::max(1.0 - of.beta * static_cast<double>(delay - target) / static_cast<double>(delay), 1.0 - of.most_cut);
    }
    static double limited(const Rules& rules, double size) {
        return std::clamp(size, rules.swift.least_window, std::max(rules.most_window, rules.swift.least_window));
    }
    void cut(const Rules& rules, Window& window, Time now, Time srtt) {
        fabric = limited(rules, fabric * (1.0 - rules.swift.most_cut));
        endpoint = limited(rules, endpoint * (1.0 - rules.swift.most_cut));
        settle(rules, window, now, srtt);
    }
    void settle(const Rules& rules, Window& window, Time now, Time srtt) {
        const double size = std::min(fabric, endpoint);
        if (size < window.size) shrunk_at = now;
        window.size = size;
        window.rate_bps = size < 1.0 && srtt > 0 ? 8e12 * rules.packet_B * size / static_cast<double>(srtt) : 0.0;
    }
};

}  // namespace easterly::packet
