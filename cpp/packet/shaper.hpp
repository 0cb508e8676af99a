// A token bucket as the instant at which it will be full (the virtual scheduling of ATM Forum TM 4.0, annex A).
#pragma once

#include <cstdint>

#include "packet/port.hpp"

namespace easterly::packet {

// What has been sent in any time t is at most rate x t and the bucket; a packet larger than it waits until it is full.
struct Shaper {
    Port clock;  // full when it is free
    std::int64_t burst_B = -1;  // -1: no shaper

    bool on() const { return burst_B >= 0; }
    void set(std::int64_t rate_bps, std::int64_t bucket_B) {
        clock.set_rate(rate_bps);
        burst_B = bucket_B;
    }
    // From when on a packet may be sent: rounded up, so that never too much is.
    Time ready(std::int64_t size_B) const {
        const Time full = clock.free_at + (clock.rest != 0);
        return burst_B > size_B ? full - clock.takes(burst_B - size_B) : full;
    }
    void sent(Time now, std::int64_t size_B) { clock.serve(now, size_B); }
};

}  // namespace easterly::packet
