// DCTCP: RFC 8257. Marks shrink the window by half of their share, losses by half.
#pragma once

#include "packet/law/window.hpp"

namespace easterly::packet {

struct Dctcp {
    double alpha = 1.0;
    std::uint32_t delivered = 0, marked = 0, period_end = 0;

    void acknowledged(const Rules& rules, Window& window, const Ack& ack) {
        if (ack.fast) return;
        estimate(rules, ack);
        if (window.answers(ack)) window.shrink(1.0 - alpha / 2.0);
        else window.grow(rules, ack);
    }
    void lost(const Rules&, Window& window, const Ack&) { window.shrink(0.5); }
    void timed_out(const Rules&, Window& window, const Timeout& timeout) { window.collapse(0.5 * timeout.flight); }

private:
    void estimate(const Rules& rules, const Ack& ack) {
        delivered += ack.packets;
        if (ack.marked) marked += ack.packets;
        if (ack.una <= period_end) return;  // RFC 8257, section 3.3, step 4
        if (delivered > 0) alpha += rules.g * (static_cast<double>(marked) / delivered - alpha);
        delivered = marked = 0;
        period_end = ack.next;
    }
};

}  // namespace easterly::packet
