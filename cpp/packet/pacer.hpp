// When the next packet may leave at a rate that may change at any time.
#pragma once

#include <algorithm>

#include "packet/port.hpp"

namespace easterly::packet {

struct Pacer {
    Time base = 0;
    std::int64_t owed_B = 0;   // sent since `base`
    std::int64_t burst_B = 0;  // that may follow at once
    bool held = false;         // a packet waits for its time

    // rate_bps 0: at once.
    Time due(double rate_bps) const {
        if (!(rate_bps > 0.0)) return base;
        return base + static_cast<Time>(std::min(8e12 * static_cast<double>(owed_B) / rate_bps, 60.0 * kPerSecond));
    }
    bool ready(Time now, double rate_bps) const { return burst_B > 0 || now >= due(rate_bps); }
    // What was held leaves as if at its time, so that the mean is the rate.
    void sent(Time now, std::int64_t size_B, double rate_bps, std::int64_t quantum_B) {
        const Time then = due(rate_bps);
        if (now >= then) {
            base = held ? then : now;
            owed_B = 0;
            burst_B = quantum_B;
        }
        held = false;
        owed_B += size_B;
        burst_B -= size_B;
    }
};

}  // namespace easterly::packet
