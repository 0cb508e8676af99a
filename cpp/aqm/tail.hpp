// Tail drop: a packet that does not fit is refused. Limits in bytes and in packets hold at once.
#pragma once

#include <cstdint>

namespace easterly::aqm {

struct Tail {
    std::int64_t limit_B = INT64_MAX;
    std::int64_t limit_packets = INT64_MAX;

    bool fits(std::int64_t backlog_B, std::int64_t backlog_packets, std::int64_t size_B) const {
        return size_B <= limit_B - backlog_B && backlog_packets < limit_packets;
    }
};

}  // namespace easterly::aqm
