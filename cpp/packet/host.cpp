// Hosts: what is sent, acknowledged, and sent again.
#include "packet/engine.hpp"

namespace easterly::packet {

void Engine::receive(std::uint32_t at) {
    const std::uint32_t f = pool_[at].flow;
    Flow& flow = flows[f];
    const Rules& law = rules[flow.rules];
    const bool some = law.acks_every > 1;
    if (some) note_marks(f, pool_[at].flags & kCe);
    Packet& packet = pool_[at];
    if (!record.watch.empty()) there(packet);
    Receiver& receiver = receivers_[f];
    if (law.special && !aside(at, flow, receiver)) return;
    flow.reordered += packet.seq + 1 < receiver.high;
    const bool next = packet.seq == receiver.missing;
    if (!receiver.take(packet.seq)) packet.flags |= kTwice;
    const bool whole = receiver.missing >= flow.due;
    if (whole) complete(f, receiver.missing);
    if (some) {
        if (next && !(whole && law.go_back) && receiver.missing == receiver.high && receiver.missing == packet.seq + 1 && wait_to_acknowledge(at)) return;
        receiver.waiting = 0;
    }
    answer(at);
}

// A data packet becomes its acknowledgement.
void Engine::answer(std::uint32_t at) {
    Packet& packet = pool_[at];
    const Flow& flow = flows[packet.flow];
    const Rules& law = rules[flow.rules];
    packet.echo = packet.seq;
    packet.seq = receivers_[packet.flow].missing;
    packet.flags = kAck | (packet.flags & kCe ? kEce : 0) | (packet.flags & (kAgain | kCnp | kTwice));
    packet.size_B = law.asks_links() ? static_cast<std::uint16_t>(law.ack_B + stamps_[at] * law.hpcc.link_B) : law.ack_B;
    packet.hop = flow.back;
    if (coloured_) paint(at, 0);
    law.ideal_acks ? come_back(at) : depart(at);
}

// What arrives is timed, and asks for notifications; whether it is to be acknowledged.
bool Engine::aside(std::uint32_t at, Flow& flow, Receiver& receiver) {
    Packet& packet = pool_[at];
    const Rules& law = rules[flow.rules];
    if (law.delays > 0) delays[packet.flow].add(now_ - packet.sent);
    if (law.open()) {
        absorb(at);
        return false;
    }
    if (law.law == Law::dcqcn && packet.flags & kCe && !law.dcqcn.sampled() && now_ - receiver.notified >= law.dcqcn.gap) {
        receiver.notified = now_;
        wheel_.add({now_ + law.dcqcn.reaction, event(Kind::notify, packet.flow)});
    }
    if (law.ack_class >= 0) packet.traffic_class = static_cast<std::uint8_t>(law.ack_class);
    return !law.go_back || in_order(at, receiver);
}

void Engine::acknowledged(std::uint32_t at) {
    const Packet packet = pool_[at];
    pool_.give(at);
    if (!record.watch.empty()) there(packet);
    Flow& flow = flows[packet.flow];
    Sender& sender = senders_[packet.flow];
    if (flow.acknowledged >= 0) return;
    const Rules& law = rules[flow.rules];
    if ((packet.flags & (kAck | kCnp)) == kCnp) return slow_down(packet.flow);
    const Time rtt = packet.flags & kAgain ? 0 : now_ - packet.sent;
    if (rtt > 0) sender.measure(rtt);
    const std::uint32_t before = sender.una, high = sender.high;
    const std::uint32_t news = law.go_back ? sender.take_in_order(packet.seq) : sender.take(packet.seq, packet.echo);
    const bool marked = packet.flags & kEce;
    flow.marked += marked ? (law.acks_every > 1 ? std::max(news, 1U) : 1) : 0;
    const bool asked = packet.flags & kCnp && packet.seq == sender.una;
    const std::uint32_t gone = asked ? sender.go_back() : law.recovery.judges() ? judge(sender, packet, before, news, high) : sender.judge(law, packet.sent);
    const bool first = gone > 0 && !sender.recovering();
    if (first) begin_recovery(sender, law, news);
    const bool fast = before < sender.recover && !sender.timed_out;
    if (!sender.recovering()) sender.timed_out = false;
    const std::uint32_t advanced = fast ? 0 : std::min(sender.una - before, news);  // what was there before has counted
    const bool asks = law.asks_links();
    const Ack ack{now_, rtt, news, advanced, gone, marked, sender.recovering(), fast, sender.una, sender.next, sender.pipe,
                  packet.echo, packet.sent, sender.srtt, law.host > 0 ? host_[at] : 0,
                  asks ? telemetry_.data() + std::size_t{stride_} * at : nullptr, asks ? stamps_[at] : 0U};
    if (first) sender.control.lost(law, ack);
    if (law.recovery.tail_probe && repaired(sender, packet, rtt) && !first) sender.control.lost(law, ack);
    if (news > 0) sender.control.acknowledged(law, ack);
    if (law.recovery.prr && fast) sender.prr.acknowledged(news, sender.pipe, sender.control.window.size, sender.una > before && gone == 0);
    if (law.law == Law::dcqcn && marked && law.dcqcn.sampled()) slow_down(packet.flow);
    if (sender.una > before) {
        sender.backoff = 0;
        if (law.recovery.timed()) sender.tail.from = now_;
        if (sender.una == flow.packets) {
            flow.acknowledged = now_;
            --open_;
            return;
        }
        sender.deadline = sender.una < sender.next ? now_ + sender.timeout(rules[flow.rules]) : kNever;
    }
    send(packet.flow);
    if (sender.probe >= 0) probes[sender.probe].look(now_, law, sender);
}

void Engine::send(std::uint32_t at) {
    Flow& flow = flows[at];
    Sender& sender = senders_[at];
    if (flow.acknowledged >= 0 || sender.waiting) return;
    const Rules& law = rules[flow.rules];
    const std::uint32_t edge = std::min(flow.posted, sender.una + law.ahead);
    while (((sender.urgent && sender.lost > 0) || lets(law, sender)) && (sender.lost > 0 || sender.next < edge)) {
        if (!room(at, flow, sender)) {
            sender.waiting = true;
            break;
        }
        const bool lost = sender.lost > 0;
        sender.urgent = false;
        emit(at, lost ? sender.pick(now_) : sender.next, lost || sender.next < sender.beyond);
    }
    if (law.models() && !sender.waiting && sender.lost == 0 && sender.next == flow.posted &&
        sender.control.window.lets(sender.pipe))
        sender.control.idle(sender.pipe);
    if (sender.una == sender.next) return;
    arm(at);
    if (law.recovery.timed()) watch_tail(at);
}

void Engine::emit(std::uint32_t at, std::uint32_t seq, bool again) {
    Flow& flow = flows[at];
    Sender& sender = senders_[at];
    flow.again += again;
    if (again && seq == sender.una) sender.deadline = now_ + sender.timeout(rules[flow.rules]);  // it has a round trip to go
    if (seq == sender.next) {
        ++sender.next;
        if (!sender.board.empty()) sender.board.cover(sender.una, sender.next);
    }
    ++sender.pipe;
    ++flow.sent;
    const Rules& law = rules[flow.rules];
    if (law.recovery.any()) note_departure(sender, law, seq, again);
    const std::uint32_t made = pool_.take();
    Packet& packet = pool_[made];
    packet.flow = at;
    packet.seq = seq;
    const std::int32_t link = nic(at);
    packet.hop = route[flow.path] >= 0 ? flow.path : choices.chosen[at];
    packet.size_B = flow.has_messages ? size_in_message(at, seq) : seq + 1 == flow.packets ? flow.last_B : law.packet_B;
    packet.traffic_class = flow.traffic_class;
    packet.flags = static_cast<std::uint8_t>((law.ecn() ? kEct : 0) | (again ? kAgain : 0));
    packet.sent = now_;
    if (link >= 0 && links[link].station >= 0) {
        packet.flags |= kOwn;
        sender.queued_B += packet.size_B;
    }
    if (coloured_) paint(made, flow.colour);
    if (law.paced()) spend(at, made, link);
    if (route[flow.path] >= 0) return forward(made, -1);
    choices.chosen[at] = kNone;
    if (link >= 0) return forward(made, -1);
    ++choices.lost;
    pool_.give(made);
}

// One event per flow is on its way: it finds out whether the deadline has moved since.
void Engine::arm(std::uint32_t at) {
    Sender& sender = senders_[at];
    if (sender.deadline == kNever) sender.deadline = now_ + sender.timeout(rules[flows[at].rules]);
    if (sender.timing) return;
    sender.timing = true;
    wheel_.add({sender.deadline, event(Kind::timer, at)});
}

void Engine::expire(std::uint32_t at) {
    Flow& flow = flows[at];
    Sender& sender = senders_[at];
    const Rules& law = rules[flow.rules];
    sender.timing = false;
    if (sender.deadline == kNever || flow.acknowledged >= 0) return;  // nothing is outstanding
    if (sender.tail.due <= now_) tail(at);  // at the same time: the probe goes first, and moves it
    if (now_ >= sender.deadline) {
        ++flow.timeouts;
        check();
        const double flight = sender.next - sender.una;
        const bool doubts = law.recovery.frto && (sender.doubt.step == Doubt::first_again || !sender.recovering());
        if (doubts && sender.doubt.before.empty()) sender.doubt.before.push_back(sender.control);
        sender.control.timed_out(law, {now_, sender.srtt, sender.next, flight});
        if (!doubts) sender.doubt.end();
        sender.doubt.step = doubts ? Doubt::first_again : Doubt::none;
        if (law.go_back) sender.go_back();
        else if (doubts) sender.give_up_one();
        else sender.give_up();
        sender.recover = std::max(sender.next, sender.beyond);
        sender.timed_out = true;
        sender.tail.end = kNone;
        sender.rack.due = kNever;
        ++sender.backoff;
        sender.deadline = now_ + sender.timeout(law);
        send(at);
        if (sender.probe >= 0) probes[sender.probe].look(now_, law, sender);
    }
    arm(at);
}

}  // namespace easterly::packet
