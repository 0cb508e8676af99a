// Losses that time shows, probes of what is last (RFC 8985), and timeouts that were too early (RFC 5682).
#include "packet/engine.hpp"

namespace easterly::packet {

// What is lost is answered for the first time.
void Engine::begin_recovery(Sender& sender, const Rules& law, std::uint32_t news) {
    sender.recover = std::max(sender.next, sender.beyond);
    sender.urgent = !law.recovery.prr || news == 0;
    sender.prr.begin(sender.pipe + sender.lost + news, sender.pipe);
}

// Whether one more packet may be in flight.
bool Engine::lets(const Rules& law, const Sender& sender) {
    if (law.recovery.frto && sender.doubt.step != Doubt::none) return sender.doubt.lets(sender.next);
    if (law.recovery.prr && sender.recovering() && !sender.timed_out) return sender.pipe < sender.prr.most;
    return sender.control.window.lets(sender.pipe);
}

void Engine::note_departure(Sender& sender, const Rules& law, std::uint32_t seq, bool again) const {
    ++sender.prr.out;
    if (law.recovery.rack) sender.rack.put(sender.una, sender.next, seq, now_);
    if (!again) sender.tail.from = now_;
}

// Judges by time, or in doubt, after so many packets have newly arrived; how many are newly lost.
std::uint32_t Engine::judge(Sender& sender, const Packet& ack, std::uint32_t before, std::uint32_t news, std::uint32_t high) {
    Flow& flow = flows[ack.flow];
    const Rules& law = rules[flow.rules];
    if (law.recovery.rack) {
        if (news > 0) sender.rack.arrived(ack, now_, !(ack.flags & kAgain) && ack.echo + 1 < high && !sender.timed_out);
        sender.rack.adapt(sender.una, sender.next, ack.flags & kTwice, before < sender.recover && !sender.recovering());
    }
    Doubt& doubt = sender.doubt;
    if (doubt.step == Doubt::first_again) {
        if (sender.una == before) return 0;  // it adds to what is known, no more
        doubt.point = sender.next;
        if (sender.una < doubt.point) {
            if (sender.next >= std::min(flow.posted, sender.una + law.ahead)) return fall_back(sender);
            doubt.step = Doubt::two_new;
            return 0;
        }
        doubt.end();
    } else if (doubt.step == Doubt::two_new) {
        if (ack.seq < sender.una && news == 0) return 0;  // an older one
        if (news == 0 || std::max(sender.una, sender.high) > doubt.point) return fall_back(sender);
        undo(sender);
        ++flow.spurious;
    }
    return law.recovery.rack ? sender.judge_by_time(law, now_) : sender.judge(law, ack.sent);
}

// What was in flight when time ran out is lost indeed.
std::uint32_t Engine::fall_back(Sender& sender) {
    sender.control.window.size = std::min(sender.control.window.size, 1.0 + Doubt::kNew);
    const std::uint32_t end = sender.doubt.point;
    sender.doubt.end();
    return sender.give_up_below(end);
}

// It was late, and nothing has happened but that the round trip is longer than it was.
void Engine::undo(Sender& sender) {
    const Time least = sender.control.window.least_rtt;
    sender.control = std::move(sender.doubt.before.front());
    sender.control.window.least_rtt = least;
    sender.doubt.end();
    sender.recover = 0;
    sender.timed_out = false;
}

// RFC 8985, sections 7.2 and 7.3: nothing is missing as far as is known, and no other probe is on its way.
bool Engine::may_probe(const Sender& sender, const Rules& law) {
    const bool orderly = sender.next - sender.una == sender.pipe + sender.lost;
    return law.recovery.tail_probe && orderly && sender.tail.end == kNone && sender.tail.measured && !sender.recovering();
}

// Asks for an event when the next packet is overdue, or else when the last of them is to be probed.
void Engine::watch_tail(std::uint32_t at) {
    Sender& sender = senders_[at];
    const Rules& law = rules[flows[at].rules];
    Tail& tail = sender.tail;
    tail.due = sender.rack.due;
    if (tail.due == kNever && may_probe(sender, law)) {
        Time wait = sender.srtt == 0 ? kPerSecond : 2 * sender.srtt;
        if (sender.srtt > 0 && sender.next - sender.una == 1 && law.acks_every > 1) wait += law.ack_delay;
        tail.due = std::min(tail.from + wait, sender.deadline);
    }
    if (tail.due == kNever || tail.event_at <= tail.due) return;
    tail.event_at = std::max(tail.due, now_);
    wheel_.add({tail.event_at, event(Kind::tail, at)});
}

void Engine::tail(std::uint32_t at) {
    Sender& sender = senders_[at];
    Tail& tail = sender.tail;
    if (now_ >= tail.event_at) tail.event_at = kNever;
    if (flows[at].acknowledged >= 0 || tail.due == kNever || sender.una == sender.next) return;
    if (now_ < tail.due) {
        if (tail.event_at <= tail.due) return;
        tail.event_at = tail.due;
        return wheel_.add({tail.due, event(Kind::tail, at)});
    }
    tail.due = kNever;
    sender.rack.due == kNever ? probe_tail(at) : miss(at);
}

// Packets are overdue.
void Engine::miss(std::uint32_t at) {
    Sender& sender = senders_[at];
    const Rules& law = rules[flows[at].rules];
    const std::uint32_t gone = sender.judge_by_time(law, now_);
    if (gone > 0 && !sender.recovering()) {
        begin_recovery(sender, law, 0);
        sender.control.lost(law, {now_, 0, 0, 0, gone, false, true, true, sender.una, sender.next, sender.pipe, 0, 0, sender.srtt, 0});
    }
    send(at);
}

// One packet more, a new one if there is one, so that its acknowledgement tells of those before.
void Engine::probe_tail(std::uint32_t at) {
    const Flow& flow = flows[at];
    Sender& sender = senders_[at];
    const Rules& law = rules[flow.rules];
    if (sender.waiting || !may_probe(sender, law)) return;  // for its NIC, and asks again when that has room
    if (!room(at, flow, sender)) {
        sender.waiting = true;
        return;
    }
    const bool again = sender.next >= std::min(flow.posted, sender.una + law.ahead);
    emit(at, again ? sender.next - 1 : sender.next, again);
    sender.pipe -= again;  // one of the two counts
    sender.tail.end = sender.next;
    sender.tail.again = again;
    sender.tail.measured = false;
    sender.deadline = now_ + sender.timeout(law);
    arm(at);
}

// Whether a probe has repaired a loss that nothing else has told of (RFC 8985, section 7.4).
bool Engine::repaired(Sender& sender, const Packet& ack, Time rtt) {
    Tail& tail = sender.tail;
    tail.measured |= rtt > 0;
    if (tail.end == kNone || sender.una < tail.end) return false;
    const bool found = tail.again && !(ack.flags & kTwice);
    if (found && sender.una == tail.end) return false;
    tail.end = kNone;
    return found;
}

}  // namespace easterly::packet
