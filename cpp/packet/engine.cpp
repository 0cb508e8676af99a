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
    in_link_.resize(memories.size());
    for (std::size_t m = 0; m < memories.size(); ++m) in_link_[m].assign(memories[m].ingress.size(), -1);
    for (std::size_t l = 0; l < ports.size(); ++l) {
        const Marking& more = marking[l];
        if (more.behind >= 0)
            for (int c = 0; c < kClasses; ++c) in_link_[more.behind][more.way_in + c] = static_cast<std::int32_t>(l);
        if (more.station >= 0) ports[l].limit = -1;
    }
    for (std::uint32_t f = 0; f < flows.size(); ++f)
        if (rules[flows[f].rules].paced()) {
            senders_[f].window.size = 1e18;
            senders_[f].pace.start(line_bps(f));
        }
}

double Engine::line_bps(std::uint32_t flow) const {
    const Port& nic = ports[route[flows[flow].path]];
    return 8e12 * nic.parts / static_cast<double>(nic.per_B);
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
                else if (packet.flags & (kAck | kCnp)) acknowledged(at);
                else receive(at);
                break;
            }
            case Kind::left: left(static_cast<std::int32_t>(entity)); break;
            case Kind::pause: heed(static_cast<std::int32_t>(entity), next.what >> 1 & 7, next.what & 1); break;
            case Kind::notify: notify(entity); break;
            case Kind::alpha: tick(entity, next.what & 0xffffff, true); break;
            case Kind::rate: tick(entity, next.what & 0xffffff, false); break;
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
        if (marking[link].station >= 0) return queue(at, link, stations[marking[link].station]);
        ++marking[link].drops;
        return pool_.give(at);
    }
    if (waits >= port.mark_from && marks(link, port, waits) && packet.flags & kEct) {
        packet.flags |= kCe;
        ++marking[link].marks;
    }
    port.serve(now_, packet.size_B);
    ++hops;
    if (lost(link)) return pool_.give(at);
    wheel_.add({port.free_at + (port.rest != 0) + port.delay, event(Kind::arrive, static_cast<std::uint32_t>(link), at)});
}

// Whether the packet that was put on the link last never gets to its end.
bool Engine::lost(std::int32_t link) {
    const double share = marking[link].loss;
    if (!(share > 0.0)) return false;
    const std::uint64_t key = random::mix(seed_, ~static_cast<std::uint64_t>(link));
    if (!(random::unit(random::mix(key, static_cast<std::uint64_t>(ports[link].sent_B))) < share)) return false;
    ++lost_on_links;
    return true;
}

// A port with queues: taken into the memory of its switch, or refused; the senders behind a full way in are paused.
void Engine::queue(std::uint32_t at, std::int32_t link, Station& station) {
    Packet& packet = pool_[at];
    const int c = packet.traffic_class;
    if (from_.size() < pool_.most()) from_.resize(2 * pool_.most());
    if (station.memory >= 0) {
        const std::int32_t before = route[packet.hop - 1], from = marking[before].way_in + c;
        buffer::Memory& memory = memories[station.memory];
        buffer::Account& in = memory.ingress[from];
        const bool was = in.paused;
        const buffer::Outcome outcome = memory.admit(from, station.account + c, packet.size_B);
        if (in.paused != was) signal(before, c, in.paused);
        if (outcome == buffer::Outcome::no_ingress || outcome == buffer::Outcome::no_egress) {
            ++marking[link].drops;
            return pool_.give(at);
        }
        from_[at] = from;
    } else if (station.lines[c].bytes + packet.size_B > station.limit_B) {
        ++marking[link].drops;
        if (packet.hop == flows[packet.flow].path) senders_[packet.flow].queued_B -= packet.size_B;
        return pool_.give(at);
    }
    const Marks& ramp = station.ramps[c];
    if (packet.flags & kEct && ramp.to_B > 0.0F && station.lines[c].bytes >= ramp.from_B) {
        const double p = ramp.probability(station.lines[c].bytes);
        if (p >= 1.0 || random::unit(random::mix(random::mix(seed_, static_cast<std::uint64_t>(link)), station.draws++)) < p) {
            packet.flags |= kCe;
            ++marking[link].marks;
        }
    }
    station.push(pool_, at, now_);
    if (!station.busy) serve(link);
}

void Engine::serve(std::int32_t link) {
    Station& station = stations[marking[link].station];
    const std::uint32_t at = station.pull(pool_, now_);
    if (at == kNone) return;
    Port& port = ports[link];
    const Packet& packet = pool_[at];
    port.serve(now_, packet.size_B);
    ++hops;
    station.busy = true;
    station.from = station.memory >= 0 ? from_[at] : -1;
    station.leaving_B = packet.size_B;
    station.leaving_class = packet.traffic_class;
    station.leaving_flow = packet.hop == flows[packet.flow].path ? packet.flow : kNone;
    const Time end = port.free_at + (port.rest != 0);
    wheel_.add({end, event(Kind::left, static_cast<std::uint32_t>(link))});
    if (lost(link)) return pool_.give(at);
    wheel_.add({end + port.delay, event(Kind::arrive, static_cast<std::uint32_t>(link), at)});
}

void Engine::left(std::int32_t link) {
    Station& station = stations[marking[link].station];
    station.busy = false;
    const int c = station.leaving_class;
    if (station.memory >= 0) {
        buffer::Memory& memory = memories[station.memory];
        buffer::Account& in = memory.ingress[station.from];
        const bool was = in.paused;
        memory.release(station.from, station.account + c, station.leaving_B);
        if (in.paused != was) signal(in_link_[station.memory][station.from], c, in.paused);
    } else if (station.leaving_flow != kNone) {
        Sender& sender = senders_[station.leaving_flow];
        sender.queued_B -= station.leaving_B;
        if (sender.waiting && sender.queued_B < hosts_.nic_B / 2 && !rules[flows[station.leaving_flow].rules].paced()) {
            sender.waiting = false;
            send(station.leaving_flow);
        }
    }
    if (!station.busy) serve(link);
}

// A pause frame goes the other way as soon as the packet on that link has left.
void Engine::signal(std::int32_t link, int c, bool pause) {
    const Port& back = ports[marking[link].back];
    const Time rest = std::min(back.waits(now_), back.takes(hosts_.packet_B));
    wheel_.add({now_ + rest + back.takes(64) + back.delay + hosts_.pause_reaction,
                event(Kind::pause, static_cast<std::uint32_t>(link), static_cast<std::uint32_t>(c << 1 | pause))});
}

void Engine::heed(std::int32_t link, int c, bool pause) {
    Station& station = stations[marking[link].station];
    if (pause) return station.pause(c, now_);
    station.resume(pool_, c, now_);
    if (!station.busy) serve(link);
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
    const Rules& law = rules[flow.rules];
    if (law.law == Law::dcqcn && packet.flags & kCe && now_ - receiver.notified >= law.dcqcn.gap) {
        receiver.notified = now_;
        wheel_.add({now_ + law.dcqcn.reaction, event(Kind::notify, packet.flow)});
    }
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
    if (packet.flags & kCnp) {
        sender.pace.notified(law.dcqcn);
        return ticks_on(packet.flow);
    }
    const Time rtt = packet.flags & kAgain ? 0 : now_ - packet.sent;
    if (rtt > 0) sender.measure(rtt);
    const std::uint32_t before = sender.una, news = sender.take(packet.seq, packet.echo);
    const bool marked = packet.flags & kEce;
    flow.marked += marked;
    if (sender.judge(recovery_, packet.sent) && !sender.recovering()) {
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
        sender.deadline = sender.una < sender.next ? now_ + sender.timeout(recovery_) : kNever;
    }
    send(packet.flow);
}

void Engine::send(std::uint32_t at) {
    Flow& flow = flows[at];
    Sender& sender = senders_[at];
    if (flow.acknowledged >= 0 || sender.waiting) return;
    while (sender.pipe < sender.window.size && (sender.lost > 0 || sender.next < flow.packets)) {
        if (!room(at, flow, sender)) {
            sender.waiting = true;
            break;
        }
        const bool again = sender.lost > 0;
        emit(at, again ? sender.pick(now_) : sender.next, again);
    }
    if (sender.una < sender.next) arm(at);
}

// Whether the NIC takes one more; if not, what wakes the flow is on its way.
bool Engine::room(std::uint32_t at, const Flow& flow, Sender& sender) {
    const std::int32_t link = route[flow.path];
    const Port& nic = ports[link];
    if (rules[flow.rules].paced()) {
        if (now_ >= sender.pace_at && sender.queued_B < hosts_.nic_B) return true;
        // A NIC that holds the flow back is asked again after a packet's time.
        const Time then = now_ < sender.pace_at ? sender.pace_at : now_ + nic.takes(hosts_.packet_B);
        wheel_.add({then, event(Kind::wake, at)});
        return false;
    }
    if (marking[link].station >= 0) return sender.queued_B < hosts_.nic_B;
    if (nic.waits(now_) <= nic.takes(hosts_.nic_B)) return true;
    wheel_.add({nic.free_at - nic.takes(hosts_.nic_B / 2), event(Kind::wake, at)});  // when half of that has left
    return false;
}

void Engine::notify(std::uint32_t at) {
    const Flow& flow = flows[at];
    const std::uint32_t made = pool_.take();
    Packet& packet = pool_[made];
    packet = {at, 0, 0, flow.back, kNone, hosts_.ack_B, flow.traffic_class, kCnp, now_};
    ++notifications;
    forward(made);
}

// Timers of a rate run only while it is below the line's.
void Engine::ticks_on(std::uint32_t at) {
    Sender& sender = senders_[at];
    const DcqcnRules& law = rules[flows[at].rules].dcqcn;
    sender.generation = (sender.generation + 1) & 0xffffff;
    wheel_.add({now_ + law.alpha_timer, event(Kind::alpha, at, sender.generation)});
    wheel_.add({now_ + law.rate_timer, event(Kind::rate, at, sender.generation)});
}

void Engine::tick(std::uint32_t at, std::uint32_t generation, bool alpha) {
    Sender& sender = senders_[at];
    if (sender.generation != generation || flows[at].acknowledged >= 0) return;
    const DcqcnRules& law = rules[flows[at].rules].dcqcn;
    const double line = line_bps(at);
    if (alpha) {
        sender.pace.quiet(law);
        if (sender.pace.current_bps < line) wheel_.add({now_ + law.alpha_timer, event(Kind::alpha, at, generation)});
    } else {
        sender.pace.tick(law, line);
        if (sender.pace.current_bps < line) wheel_.add({now_ + law.rate_timer, event(Kind::rate, at, generation)});
    }
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
    const Rules& law = rules[flow.rules];
    const std::uint32_t made = pool_.take();
    Packet& packet = pool_[made];
    packet.flow = at;
    packet.seq = seq;
    packet.hop = flow.path;
    packet.size_B = seq + 1 == flow.packets ? flow.last_B : hosts_.packet_B;
    packet.traffic_class = flow.traffic_class;
    packet.flags = static_cast<std::uint8_t>((law.ecn() ? kEct : 0) | (again ? kAgain : 0));
    packet.sent = now_;
    if (marking[route[flow.path]].station >= 0) sender.queued_B += packet.size_B;
    if (law.paced()) {
        sender.pace.sent(law.dcqcn, line_bps(at), packet.size_B);
        sender.pace_at = std::max(now_, sender.pace_at) + static_cast<Time>(8e12 * packet.size_B / sender.pace.current_bps);
    }
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
    if (sender.deadline == kNever || flow.acknowledged >= 0) return;  // nothing is outstanding
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
