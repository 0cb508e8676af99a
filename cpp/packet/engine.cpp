#include "packet/engine.hpp"

#include "random/mix.hpp"

namespace easterly::packet {

namespace {

constexpr std::uint64_t event(Kind kind, std::uint32_t entity, std::uint32_t rest = 0) {
    return static_cast<std::uint64_t>(kind) << 56 | static_cast<std::uint64_t>(entity) << 24 | rest;
}

}  // namespace

void Engine::begin() {
    senders_.resize(flows.size());
    receivers_.resize(flows.size());
    for (std::uint32_t f = 0; f < flows.size(); ++f) {
        senders_[f].window.size = rules[flows[f].rules].first_window;
        wheel_.add({flows[f].start, event(Kind::start, f)});
    }
    open_ = static_cast<std::uint32_t>(flows.size());
}

bool Engine::run(Time until, std::uint64_t most) {
    for (std::uint64_t handled = 0; !wheel_.empty(); ++handled) {
        if (handled == most || wheel_.front().time > until) return true;
        const Event next = wheel_.pop();
        now_ = next.time;
        ++events;
        const auto entity = static_cast<std::uint32_t>(next.what >> 24);
        switch (static_cast<Kind>(next.what >> 56)) {
            case Kind::arrive: {
                const auto at = static_cast<std::uint32_t>(next.what & 0xffffff);
                Packet& packet = pool_[at];
                if (route[++packet.hop] >= 0) forward(at);
                else if (packet.flags & kAck) acknowledged(at);
                else receive(at);
                break;
            }
            case Kind::timer: expire(entity); break;
            case Kind::wake:
                senders_[entity].waiting = false;
                send(entity);
                break;
            case Kind::start: send(entity); break;
        }
    }
    return false;
}

// A port first in, first out: what becomes of the packet is decided when it joins the queue.
void Engine::forward(std::uint32_t at) {
    Packet& packet = pool_[at];
    const std::int32_t link = route[packet.hop];
    Port& port = ports[link];
    const Time waits = port.waits(now_);
    if (waits + port.takes(packet.size_B) > port.limit) {
        ++port.drops;
        return pool_.give(at);
    }
    if (waits >= port.mark_from && marks(link, port, waits) && packet.flags & kEct) {
        packet.flags |= kCe;
        ++port.marks;
    }
    port.serve(now_, packet.size_B);
    ++hops;
    const Marking& more = marking[link];
    if (more.loss > 0.0 && random::unit(random::mix(random::mix(seed_, ~static_cast<std::uint64_t>(link)), port.sent_B)) < more.loss) {
        ++lost_on_links;
        return pool_.give(at);
    }
    wheel_.add({port.free_at + (port.rest != 0) + port.delay, event(Kind::arrive, static_cast<std::uint32_t>(link), at)});
}

bool Engine::marks(std::int32_t link, Port& port, Time waits) {
    Marking& more = marking[link];
    if (waits >= more.to) return true;
    const double p = more.most * static_cast<double>(waits - port.mark_from) / static_cast<double>(more.to - port.mark_from);
    return random::unit(random::mix(random::mix(seed_, static_cast<std::uint64_t>(link)), more.draws++)) < p;
}

void Engine::receive(std::uint32_t at) {
    Packet& packet = pool_[at];
    Flow& flow = flows[packet.flow];
    Receiver& receiver = receivers_[packet.flow];
    flow.reordered += packet.seq + 1 < receiver.high;
    receiver.take(packet.seq);
    if (receiver.missing == flow.packets && flow.delivered < 0) flow.delivered = now_;
    packet.echo = packet.seq;
    packet.seq = receiver.missing;
    packet.flags = kAck | (packet.flags & kCe ? kEce : 0) | (packet.flags & kAgain);
    packet.size_B = hosts_.ack_B;
    packet.hop = flow.back;
    forward(at);
}

void Engine::acknowledged(std::uint32_t at) {
    const Packet packet = pool_[at];
    pool_.give(at);
    Flow& flow = flows[packet.flow];
    Sender& sender = senders_[packet.flow];
    if (flow.acknowledged >= 0) return;
    const Rules& law = rules[flow.rules];
    const Time rtt = packet.flags & kAgain ? 0 : now_ - packet.sent;
    if (rtt > 0) sender.measure(rtt);
    const std::uint32_t before = sender.una, news = sender.take(packet.seq, packet.echo);
    const bool marked = packet.flags & kEce;
    flow.marked += marked;
    if (sender.judge(recovery_) && !sender.recovering()) {
        sender.recover = sender.next;
        sender.window.lost(law, sender.next);
    } else if (news > 0 && !sender.recovering()) {
        sender.window.acknowledged(law, {now_, rtt, news, marked, sender.una, sender.next});
    }
    if (sender.una > before) {
        sender.backoff = 0;
        if (sender.una == flow.packets) {
            flow.acknowledged = now_;
            --open_;
            return;
        }
        sender.deadline = now_ + sender.timeout(recovery_);
    }
    send(packet.flow);
}

void Engine::send(std::uint32_t at) {
    Flow& flow = flows[at];
    Sender& sender = senders_[at];
    if (flow.acknowledged >= 0 || sender.waiting) return;
    const Port& nic = ports[route[flow.path]];
    while (sender.pipe < sender.window.size && (sender.lost > 0 || sender.next < flow.packets)) {
        if (nic.waits(now_) > nic.takes(hosts_.nic_B)) {  // the rest when half of that has left
            sender.waiting = true;
            wheel_.add({nic.free_at - nic.takes(hosts_.nic_B / 2), event(Kind::wake, at)});
            break;
        }
        const bool again = sender.lost > 0;
        emit(at, again ? sender.pick() : sender.next, again);
    }
    arm(at);
}

void Engine::emit(std::uint32_t at, std::uint32_t seq, bool again) {
    Flow& flow = flows[at];
    Sender& sender = senders_[at];
    if (again) {
        ++flow.again;
    } else {
        ++sender.next;
        if (!sender.board.empty()) sender.board.cover(sender.una, sender.next);
    }
    ++sender.pipe;
    ++flow.sent;
    const std::uint32_t made = pool_.take();
    Packet& packet = pool_[made];
    packet.flow = at;
    packet.seq = seq;
    packet.hop = flow.path;
    packet.size_B = seq + 1 == flow.packets ? flow.last_B : hosts_.packet_B;
    packet.traffic_class = flow.traffic_class;
    packet.flags = static_cast<std::uint8_t>((rules[flow.rules].law == Law::dctcp ? kEct : 0) | (again ? kAgain : 0));
    packet.sent = now_;
    forward(made);
}

// One event per flow is on its way: it finds out whether the deadline has moved since.
void Engine::arm(std::uint32_t at) {
    Sender& sender = senders_[at];
    if (sender.deadline == kNever) sender.deadline = now_ + sender.timeout(recovery_);
    if (sender.timing) return;
    sender.timing = true;
    wheel_.add({sender.deadline, event(Kind::timer, at)});
}

void Engine::expire(std::uint32_t at) {
    Flow& flow = flows[at];
    Sender& sender = senders_[at];
    sender.timing = false;
    if (flow.acknowledged >= 0) return;
    if (now_ >= sender.deadline) {
        ++flow.timeouts;
        const double flight = sender.next - sender.una;
        sender.window.timed_out(rules[flow.rules], sender.next, flight);
        sender.give_up();
        sender.recover = sender.next;
        ++sender.backoff;
        sender.deadline = now_ + sender.timeout(recovery_);
        send(at);
    }
    arm(at);
}

}  // namespace easterly::packet
