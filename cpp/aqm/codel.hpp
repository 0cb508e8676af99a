// Controlled delay, RFC 8289, section 5, in integer ticks.
#pragma once

#include <cmath>
#include <cstdint>

#include "aqm/packet.hpp"

namespace easterly::aqm {

// floor(interval / sqrt(count)), exact: the largest y with y^2 count <= interval^2.
inline std::int64_t law(std::int64_t interval, std::int64_t count) {
    using Wide = __int128;
    auto y = static_cast<std::int64_t>(static_cast<double>(interval) / std::sqrt(static_cast<double>(count)));
    const Wide square = static_cast<Wide>(interval) * interval;
    while (y > 0 && static_cast<Wide>(y) * y > square / count) --y;
    while (static_cast<Wide>(y + 1) * (y + 1) <= square / count) ++y;
    return y;
}

struct Codel {
    std::int64_t target = 0, interval = 0;  // ticks
    std::int64_t mtu_B = 1514;              // no drops while no more than this waits
    bool ecn = false;

    std::int64_t first_above = 0;  // 0: not above; else when a drop becomes due
    std::int64_t drop_next = 0;
    std::int64_t count = 0, last_count = 0;
    bool dropping = false;

    // The next packet to send, false where there is none. `queue` has empty(), pop(), bytes(); `lost(packet)` is
    // told of each drop.
    template <class Queue, class Lost>
    bool take(Queue& queue, std::int64_t now, Packet& packet, Lost&& lost) {
        bool due = next(queue, now, packet);
        if (nothing_) {
            dropping = false;
            return false;
        }
        if (dropping) return keep_dropping(queue, now, packet, due, lost);
        if (due) start_dropping(queue, now, packet, lost);
        return !nothing_;
    }

private:
    bool nothing_ = false;

    // dodequeue of the RFC: takes one packet, says whether a drop is due.
    template <class Queue>
    bool next(Queue& queue, std::int64_t now, Packet& packet) {
        nothing_ = queue.empty();
        if (nothing_) {
            first_above = 0;
            return false;
        }
        packet = queue.pop();
        if (now - packet.since < target || queue.bytes() <= mtu_B) {
            first_above = 0;
            return false;
        }
        if (first_above == 0) {
            first_above = now + interval;
            return false;
        }
        return now >= first_above;
    }

    bool marks(Packet& packet) const {
        if (!ecn || !capable(packet.ecn)) return false;
        packet.marked = true;
        return true;
    }

    template <class Queue, class Lost>
    bool keep_dropping(Queue& queue, std::int64_t now, Packet& packet, bool due, Lost&& lost) {
        dropping = due;
        while (dropping && now >= drop_next) {
            ++count;
            if (marks(packet)) {
                drop_next += law(interval, count);
                return true;
            }
            lost(packet);
            dropping = next(queue, now, packet);
            if (dropping) drop_next += law(interval, count);
        }
        return !nothing_;
    }

    // Re-entry: a controller that dropped not long ago starts from the rate that it had reached.
    template <class Queue, class Lost>
    void start_dropping(Queue& queue, std::int64_t now, Packet& packet, Lost&& lost) {
        if (!marks(packet)) {
            lost(packet);
            next(queue, now, packet);
        }
        dropping = true;
        const std::int64_t delta = count - last_count;
        count = delta > 1 && now - drop_next < 16 * interval ? delta : 1;
        drop_next = now + law(interval, count);
        last_count = count;
    }
};

}  // namespace easterly::aqm
