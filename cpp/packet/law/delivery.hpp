// Samples of the rate at which packets are delivered (draft-cheng-iccrg-delivery-rate-estimation-00): what was delivered
// between the sending of a packet and its acknowledgement, over the longer of the times that sending and acknowledging took.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "packet/law/window.hpp"

namespace easterly::packet {

struct Sample {
    double rate_bps = 0.0;       // 0: none
    std::uint64_t prior = 0;     // delivered when the packet left
    std::uint64_t delivered = 0;  // since then
    std::uint64_t lost = 0, marked = 0;  // the same
    std::uint32_t flight = 0;    // with it, when it left
    bool limited = false;        // by what there was to send
    bool taken = false;          // whether the acknowledgement is of a packet that was not known to be there
};

class Delivery {
public:
    template <class A>
    void archive(A& a) { a.all_of(*this, delivered, lost, marked, first_sent_, delivered_at_, limited_until_, stamps_); }
    std::uint64_t delivered = 0, lost = 0, marked = 0;
    bool limited() const { return limited_until_ != 0; }

    void sent(const Departure& it) {
        if (it.pipe == 0) first_sent_ = delivered_at_ = it.now;
        cover(it.una, it.next);
        at(it.seq) = {it.now, first_sent_, delivered_at_, delivered, lost, marked, it.seq, it.pipe + 1, limited()};
    }
    // There is nothing more to send: what is in flight says less than the path could do.
    void idle(std::uint32_t pipe) { limited_until_ = std::max<std::uint64_t>(delivered + pipe, 1); }

    Sample take(const Rules& rules, const Ack& ack, Time least_rtt) {
        delivered += ack.packets;
        lost += ack.lost;
        if (ack.marked) marked += ack.packets;
        delivered_at_ = ack.now;
        if (limited_until_ != 0 && delivered > limited_until_) limited_until_ = 0;
        Sample made;
        if (stamps_.empty()) return made;
        Stamp& stamp = at(ack.echo);
        if (stamp.seq != ack.echo || stamp.sent != ack.sent) return made;
        made.taken = true;
        made.prior = stamp.delivered;
        made.delivered = delivered - stamp.delivered;
        made.lost = lost - stamp.lost;
        made.marked = marked - stamp.marked;
        made.flight = stamp.flight;
        made.limited = stamp.limited;
        first_sent_ = stamp.sent;
        const Time took = std::max(stamp.sent - stamp.first_sent, ack.now - stamp.delivered_at);
        stamp.sent = -1;  // counts once
        if (took > 0 && took >= least_rtt)
            made.rate_bps = 8e12 * rules.packet_B * static_cast<double>(made.delivered) / static_cast<double>(took);
        return made;
    }

private:
    struct Stamp {
        Time sent = -1, first_sent = 0, delivered_at = 0;
        std::uint64_t delivered = 0, lost = 0, marked = 0;
        std::uint32_t seq = 0, flight = 0;
        bool limited = false;
    };
    Stamp& at(std::uint32_t seq) { return stamps_[seq & (stamps_.size() - 1)]; }
    void cover(std::uint32_t first, std::uint32_t last) {
        if (last - first <= stamps_.size() && !stamps_.empty()) return;
        std::size_t size = std::max<std::size_t>(16, stamps_.size());
        while (size < last - first) size *= 2;
        std::vector<Stamp> wider(size);
        for (const Stamp& each : stamps_)
            if (each.sent >= 0) wider[each.seq & (size - 1)] = each;
        stamps_.swap(wider);
    }

    Time first_sent_ = 0, delivered_at_ = 0;
    std::uint64_t limited_until_ = 0;
    std::vector<Stamp> stamps_;  // by number of packet, those in flight
};

// The most of the last so many rounds.
template <int Length>
class MostOf {
public:
    double value() const { return most_; }
    void put(std::uint64_t round, double value) {
        for (; round_ < round; ++round_) {
            const std::uint64_t at = (round_ + 1) % Length;
            if (round - round_ > Length) round_ = round - Length - 1;
            else best_[at] = 0.0;
        }
        best_[round % Length] = std::max(best_[round % Length], value);
        most_ = *std::max_element(best_, best_ + Length);
    }

private:
    double best_[Length] = {}, most_ = 0.0;
    std::uint64_t round_ = 0;
};

}  // namespace easterly::packet
