// How a sender recovers beyond RFC 6675, where it is asked to: in proportion to what arrives (RFC 9937), by the time at which
// packets left, by a probe of what is last (RFC 8985, sections 6 and 7), and from timeouts that were too early (RFC 5682).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "packet/packet.hpp"
#include "packet/port.hpp"

namespace easterly::packet {

struct RecoveryRules {
    bool prr = false, rack = false, tail_probe = false, frto = false;

    bool timed() const { return rack || tail_probe; }
    bool judges() const { return rack || frto; }  // otherwise than by what has been overtaken
    bool any() const { return prr || timed() || frto; }
};

// RFC 9937, section 6, in packets.
struct Prr {
    std::uint32_t delivered = 0, out = 0;  // since the recovery began
    std::uint32_t flight = 1;              // that it began with
    std::uint32_t most = 0;                // packets that may be in flight now

    void begin(std::uint32_t in_flight, std::uint32_t pipe) {
        delivered = out = 0;
        flight = std::max(in_flight, 1U);
        most = pipe;
    }
    // `safe`: the first that is missing is another, and nothing more has been lost.
    void acknowledged(std::uint32_t news, std::uint32_t pipe, double threshold, bool safe) {
        if (news == 0) return;
        delivered += news;
        double count = 0.0;
        if (pipe > threshold) {
            count = std::ceil(delivered * threshold / flight) - out;
        } else {
            count = std::max<double>(static_cast<double>(delivered) - out, news) + safe;
            count = std::min(std::floor(threshold) - pipe, count);
        }
        if (out == 0 && count <= 0.0) count = 1.0;
        most = pipe + static_cast<std::uint32_t>(std::clamp(count, 0.0, 1e9));
    }
};

// RFC 8985, section 6: what left before a packet that is there, by more than the reordering that is allowed for, is lost.
struct Rack {
    Time sent = -1, rtt = 0;    // of the packet that left last of those that are there,
    std::uint32_t seq = 0;      // and its number
    bool reordered = false;     // packets have been
    std::uint32_t quarters = 1;    // of the least round trip that they may be late,
    std::uint32_t keeps = 16;      // and recoveries without a duplicate after which it is one again
    std::uint32_t round = kNone;   // a duplicate has counted, and no other does before all below is there
    Time due = kNever;          // when the next one will be overdue
    std::vector<Time> times;    // by number of packet, those in flight

    void put(std::uint32_t first, std::uint32_t last, std::uint32_t at, Time now) {
        if (last - first > times.size()) widen(first, last);
        times[at & (times.size() - 1)] = now;
    }
    Time left(std::uint32_t at) const { return times[at & (times.size() - 1)]; }
    void arrived(const Packet& ack, Time now, bool overtaken) {
        reordered |= overtaken;
        rtt = now - ack.sent;
        if (ack.sent < sent || (ack.sent == sent && ack.echo < seq)) return;
        sent = ack.sent;
        seq = ack.echo;
    }
    // Step 4 of section 6.2: a receiver that had a packet already says that too little was allowed for.
    void adapt(std::uint32_t una, std::uint32_t next, bool twice, bool recovered) {
        if (round != kNone && una >= round) round = kNone;
        if (round == kNone && twice) {
            round = next;
            ++quarters;
            keeps = 16;
        } else if (recovered && (keeps == 0 || --keeps == 0)) {
            quarters = 1;
        }
    }
    bool follows(Time when, std::uint32_t at) const { return when < sent || (when == sent && at < seq); }

private:
    void widen(std::uint32_t first, std::uint32_t last) {
        std::size_t size = std::max<std::size_t>(times.size(), 16);
        const std::size_t old = times.size();
        while (size < last - first) size *= 2;
        std::vector<Time> wider(size, 0);
        for (std::size_t i = 0; i < old; ++i) {
            const auto at = static_cast<std::uint32_t>(first + i);
            wider[at & (size - 1)] = times[at & (old - 1)];
        }
        times.swap(wider);
    }
};

// RFC 8985, section 7.
struct Tail {
    Time from = 0;             // the last new packet left then, or the last acknowledgement of one came
    Time due = kNever;         // a probe, or what is overdue;
    Time event_at = kNever;    // the first event that is on its way
    std::uint32_t end = kNone;  // a probe is on its way, and is there when all below is
    bool again = false;        // it was sent before
    bool measured = true;      // a round trip since the last one
};

}  // namespace easterly::packet
