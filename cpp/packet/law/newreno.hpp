// NewReno: RFC 5681; appropriate byte counting, limit 1 in congestion avoidance (RFC 3465).
#pragma once

#include "packet/law/window.hpp"

namespace easterly::packet {

struct NewReno {
    void acknowledged(const Rules& rules, Window& window, const Ack& ack) {
        if (ack.fast) return;
        if (window.answers(ack)) window.shrink(0.5);
        else window.grow(rules, ack);
    }
    void lost(const Rules&, Window& window, const Ack&) { window.shrink(0.5); }
    void timed_out(const Rules&, Window& window, const Timeout& timeout) { window.collapse(0.5 * timeout.flight); }
};

}  // namespace easterly::packet
