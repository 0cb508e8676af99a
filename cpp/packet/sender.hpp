// What a sender does: which packets are to go next, which are lost (overtaken: RFC 6675; sent again, and then overtaken in
// time: RFC 8985), and when it has waited too long (RFC 6298).
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "packet/board.hpp"
#include "packet/congestion.hpp"
#include "packet/doubt.hpp"
#include "packet/pacer.hpp"
#include "packet/packet.hpp"
#include "packet/port.hpp"
#include "packet/recovery.hpp"

namespace easterly::packet {

struct Flow {
    std::uint32_t packets = 0;     // that its bytes make
    std::uint32_t posted = 0;      // of those, given to it so far
    std::uint32_t due = kNone;         // so many there, and a message is complete; kNone: none is on its way
    std::uint32_t path = 0, back = 0;
    std::uint16_t last_B = 0;      // size of the last one, with its header
    std::uint16_t rules = 0;
    std::uint8_t traffic_class = 0, colour = 0;
    bool has_messages = false;
    Time start = 0;
    Time delivered = -1, acknowledged = -1;
    std::uint64_t sent = 0;
    std::uint32_t again = 0, marked = 0, timeouts = 0, reordered = 0, spurious = 0;  // timeouts that were too early
};

struct Sender {
    std::uint32_t una = 0, next = 0;   // first unacknowledged, first unsent
    std::uint32_t pipe = 0, lost = 0;  // packets in flight; known to be lost and not yet sent again
    std::uint32_t high = 0, scan = 0;  // beyond the highest that is there; those below `scan` have been judged
    std::uint32_t recover = 0;         // a loss below is part of what was answered already
    bool timed_out = false;            // by a timeout
    std::uint32_t resend = 0;          // where to look for what is lost
    std::uint32_t beyond = 0;          // those below have been sent before (go-back-N)
    std::uint32_t backoff = 0;
    bool urgent = false;               // what was lost first goes again whatever is in flight (RFC 6675, section 5)
    bool waiting = false;              // for the NIC
    bool timing = false;               // an event is on its way
    Time deadline = kNever, srtt = 0, rttvar = 0;
    Control control;
    Dcqcn pace;
    Pacer pacer;
    std::int32_t probe = -1;    // that looks at it
    std::int64_t queued_B = 0;  // before a NIC with queues
    std::uint32_t generation = 0;  // of the timers of its rate
    Board board;
    struct Again {
        std::uint32_t seq;
        Time sent;
    };
    std::vector<Again> resent;  // in the order of time; those before `first_again` have been judged
    std::size_t first_again = 0;
    Prr prr;
    Rack rack;
    Tail tail;
    Doubt doubt;

    bool recovering() const { return una < recover; }
    // How late a packet may be that was reordered.
    Time allowance(Time least_rtt) const { return std::min(least_rtt * rack.quarters / 4, srtt); }

    void measure(Time rtt) {
        if (srtt == 0) {
            srtt = rtt;
            rttvar = rtt / 2;
            return;
        }
        rttvar += ((srtt > rtt ? srtt - rtt : rtt - srtt) - rttvar) / 4;
        srtt += (rtt - srtt) / 8;
    }
    Time timeout(const Rules& rules) const {
        const Time plain = srtt == 0 ? std::max<Time>(rules.least_timeout, kPerSecond / 1000) : srtt + 4 * rttvar;
        const Time least = std::max(plain, rules.least_timeout);
        const auto doubled = std::min(backoff, 20u);
        return least >= rules.most_timeout >> doubled ? rules.most_timeout : least << doubled;
    }

    // Everything below `missing` is there, and packet `echo`. Returns how many are newly known to be.
    std::uint32_t take(std::uint32_t missing, std::uint32_t echo) {
        std::uint32_t news = 0;
        if (missing > una) {
            if (board.empty()) {
                news = missing - una;
                pipe -= news;
            } else {
                for (std::uint32_t seq = una; seq < missing; ++seq) news += arrived(seq);
            }
            una = missing;
            if (una >= high && !board.empty()) {
                board.clear();
                forget();
                lost = 0;
            }
        }
        if (echo >= una && echo < next) {
            board.cover(una, next);
            if (board[echo] != Board::there) {
                news += arrived(echo);
                board[echo] = Board::there;
                high = std::max(high, echo + 1);
            }
        }
        return news;
    }

    // The same where packets are taken in order alone.
    std::uint32_t take_in_order(std::uint32_t missing) {
        if (missing <= una) return 0;
        const std::uint32_t news = missing - una;
        una = missing;
        next = std::max(next, una);
        pipe = next - una;
        return news;
    }

    // Everything from the first unacknowledged on is sent again; how many packets that are.
    std::uint32_t go_back() {
        const std::uint32_t gone = next - una;
        beyond = std::max(beyond, next);
        next = una;
        pipe = 0;
        return gone;
    }

    // Judges what has been overtaken by a packet that was sent at `sent` and is there; how many are newly lost.
    std::uint32_t judge(const Rules& rules, Time sent) {
        if (board.empty()) return 0;
        const std::uint32_t before = lost;
        board.cover(una, next);
        for (scan = std::max(scan, una); scan + rules.duplicates < high; ++scan)
            if (board[scan] == Board::sent) lose(scan);
        for (; first_again < resent.size() && resent[first_again].sent + srtt / 4 < sent; ++first_again) {
            const std::uint32_t seq = resent[first_again].seq;
            if (seq >= una && board[seq] == Board::again) lose(seq);
        }
        if (first_again == resent.size()) forget();
        return lost - before;
    }

    // The same by the time at which they left (RFC 8985, section 6.2).
    std::uint32_t judge_by_time(const Rules& rules, Time now) {
        rack.due = kNever;
        if (board.empty()) return 0;
        const std::uint32_t before = lost;
        board.cover(una, next);
        const Time overdue = now - rack.rtt - tolerance(rules);
        for (scan = std::max(scan, una); scan < next; ++scan)
            if (board[scan] == Board::sent && !late(scan, rack.left(scan), overdue, now)) break;
        for (; first_again < resent.size(); ++first_again) {
            const auto [seq, sent] = resent[first_again];
            if (seq >= una && board[seq] == Board::again && !late(seq, sent, overdue, now)) break;
        }
        if (first_again == resent.size()) forget();
        return lost - before;
    }

    // All that is not there is lost.
    void give_up() {
        board.cover(una, next);
        lost = pipe = 0;
        for (std::uint32_t seq = una; seq < next; ++seq)
            if (board[seq] != Board::there) {
                board[seq] = Board::lost;
                ++lost;
            }
        forget();
        scan = resend = una;
        high = std::max(high, next);  // so that the board stays until all of it is there
    }

    // The first that is not there is lost, and goes again whatever is in flight.
    void give_up_one() {
        board.cover(una, next);
        if (board[una] != Board::lost) lose(una);
        urgent = true;
    }
    // Those below are lost that have not been sent again; how many are newly lost.
    std::uint32_t give_up_below(std::uint32_t end) {
        const std::uint32_t before = lost;
        board.cover(una, next);
        for (std::uint32_t seq = una; seq < end; ++seq)
            if (board[seq] == Board::sent) lose(seq);
        high = std::max(high, end);
        return lost - before;
    }

    // The next packet that was lost; there is one.
    std::uint32_t pick(Time now) {
        std::uint32_t seq = std::max(resend, una);
        while (board[seq] != Board::lost) ++seq;
        resend = seq + 1;
        board[seq] = Board::again;
        resent.push_back({seq, now});
        --lost;
        return seq;
    }

private:
    void lose(std::uint32_t seq) {
        board[seq] = Board::lost;
        resend = lost == 0 ? seq : std::min(resend, seq);
        ++lost;
        --pipe;
    }
    // None where nothing has been seen to overtake, and a loss is plain.
    Time tolerance(const Rules& rules) const {
        const std::uint32_t there = next - una - pipe - lost;
        const bool plain = recovering() || there >= rules.duplicates;
        const Time least = control.window.least_rtt > 0 ? control.window.least_rtt : srtt;
        return plain && !rack.reordered ? 0 : allowance(least);
    }
    // Whether it has been lost; if it only may be, when that will be known.
    bool late(std::uint32_t seq, Time sent, Time overdue, Time now) {
        if (!rack.follows(sent, seq)) return false;
        if (sent > overdue) {
            rack.due = std::min(rack.due, now + sent - overdue);
            return false;
        }
        lose(seq);
        return true;
    }
    void forget() {
        resent.clear();
        first_again = 0;
    }
    bool arrived(std::uint32_t seq) {
        std::uint8_t& state = board[seq];
        const std::uint8_t before = state;
        state = Board::sent;  // its place is free for one that comes later
        if (before == Board::there) return false;
        if (before == Board::lost) --lost;
        else --pipe;
        return true;
    }
};

// What a receiver misses.
struct Receiver {
    Time notified = -kNever / 2;
    std::uint32_t missing = 0, high = 0;
    std::uint32_t asked = kNone;  // for this one, of late (go-back-N)
    Time asked_at = 0;
    Board board;
    std::uint32_t waiting = 0;  // packets whose acknowledgement waits
    bool timing = false;        // an event for it is on its way
    bool marked = false;        // the last packet was
    Time ack_at = 0, busy_until = 0, last_host = 0;
    Packet last{};  // of those that wait

    // Returns false for what it has already.
    bool take(std::uint32_t seq) {
        if (seq == missing && board.empty()) {
            high = ++missing;
            return true;
        }
        if (seq < missing) return false;
        high = std::max(high, seq + 1);
        board.cover(missing, high);
        if (board[seq] == Board::there) return false;
        board[seq] = Board::there;
        while (missing < high && board[missing] == Board::there) board[missing++] = Board::sent;
        if (missing == high) board.clear();
        return true;
    }
};

}  // namespace easterly::packet
