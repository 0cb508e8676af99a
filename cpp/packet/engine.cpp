#include "packet/engine.hpp"

#include "random/mix.hpp"

namespace easterly::packet {

void Engine::begin() {
    begin_telemetry();
    begin_faults();
    senders_.resize(flows.size());
    receivers_.resize(flows.size());
    for (std::uint32_t f = 0; f < flows.size(); ++f) {
        if (!flows[f].has_messages && !rules[flows[f].rules].open()) {
            flows[f].posted = flows[f].due = flows[f].packets;
            wheel_.add({flows[f].start, event(Kind::start, f)});
        }
    }
    for (std::size_t p = 0; p < probes.size(); ++p) senders_[probes[p].flow].probe = static_cast<std::int32_t>(p);
    begin_messages();
    begin_sources();
    begin_choices();
    for (std::uint32_t f = 0; f < flows.size(); ++f) senders_[f].control.start(rules[flows[f].rules], path_of(f));
    open_ = static_cast<std::uint32_t>(flows.size());
    for (Rules& law : rules) {
        law.special = law.law == Law::dcqcn || law.open() || law.delays > 0 || law.go_back || law.ack_class >= 0;
        const bool any = law.open() && law.source.lengths == Lengths::exponential;
        most_packet_B_ = std::max<std::int64_t>(most_packet_B_, any ? UINT16_MAX : law.packet_B);
    }
    begin_stations();
    for (std::uint32_t f = 0; f < flows.size(); ++f)
        if (rules[flows[f].rules].rates()) {
            senders_[f].control.window.size = 1e18;
            senders_[f].pace.start(line_bps(f));
        }
    watch_on();
}

bool Engine::handle(Time until, std::uint64_t most) {
    if (stuck.cause != Cause::none) return false;
    for (std::uint64_t handled = 0; !wheel_.empty(); ++handled) {
        if (handled == most) return true;
        if (wheel_.front().time > until) {
            settle_outgoing(until);
            return true;
        }
        const Event next = wheel_.pop();
        now_ = next.time;
        ++events;
        const auto entity = static_cast<std::uint32_t>(next.what >> 24);
        switch (static_cast<Kind>(next.what >> 56)) {
            case Kind::arrive: arrive(static_cast<std::uint32_t>(next.what & 0xffffff), static_cast<std::int32_t>(entity)); break;
            case Kind::left: left(static_cast<std::int32_t>(entity)); break;
            case Kind::pause: heed(static_cast<std::int32_t>(entity), next.what >> 1 & 7, next.what & 1); break;
            case Kind::notify: notify(entity); break;
            case Kind::ack: acknowledge_late(entity); break;
            case Kind::host: receive(static_cast<std::uint32_t>(next.what & 0xffffff)); break;
            case Kind::cut: cut(entity); break;
            case Kind::rate: tick(entity, next.what & 0xffffff); break;
            case Kind::wake:
                senders_[entity].waiting = false;
                send(entity);
                break;
            case Kind::start: send(entity); break;
            case Kind::pulse: pulse(entity); break;
            case Kind::post: post(entity); break;
            case Kind::worked: finish(entity); break;
            default:
                seldom(next);
                if (stuck.cause != Cause::none) return false;
        }
    }
    settle_outgoing(kNever);
    stand_still();
    return false;
}

// What happens seldom, and may end a run that leads nowhere.
void Engine::seldom(const Event& next) {
    const auto entity = static_cast<std::uint32_t>(next.what >> 24);
    const auto link = static_cast<std::int32_t>(entity);
    const auto rest = static_cast<std::uint32_t>(next.what & 0xffffff);
    switch (static_cast<Kind>(next.what >> 56)) {
        case Kind::fault: return happen();
        case Kind::timer: return expire(entity);
        case Kind::tail: return tail(entity);
        case Kind::ready: return wake(link, rest);
        case Kind::repeat: return repeat(link, static_cast<int>(rest));
        case Kind::lapse: return lapse(link, static_cast<int>(rest));
        case Kind::poll: return poll(entity);
        case Kind::storm: return rage(entity);
        default: return;
    }
}

// A packet is at the end of a link.
void Engine::arrive(std::uint32_t at, std::int32_t over) {
    Packet& packet = pool_[at];
    const std::int32_t next = route[++packet.hop];
    if (next >= 0) forward(at, over);
    else if (next < -1) choose(at, over);
    else reach(at);
}

// A packet is where it was sent to.
void Engine::reach(std::uint32_t at) {
    if (pool_[at].flags & (kAck | kCnp)) acknowledged(at);
    else if (rules[flows[pool_[at].flow].rules].host > 0) process(at);
    else receive(at);
}

// A port first in, first out: what becomes of the packet is decided when it joins the queue. `came`: the link that brought
// it, -1 in the host that sends it.
void Engine::forward(std::uint32_t at, std::int32_t came) {
    Packet& packet = pool_[at];
    const std::int32_t link = route[packet.hop];
    Port& port = ports[link];
    const Time waits = port.waits(now_);
    if (waits + port.takes(packet.size_B) > port.limit) {
        if (is_down(link) && (links[link].station < 0 || !faults.of[link].held)) return turned_away(at, link);
        if (port.limit <= kQueued) return queue(at, link, came);
        if (!record.watch.empty() && record.watch[link]) return watched(at, link);
        ++links[link].drops;
        return pool_.give(at);
    }
    if (waits >= port.mark_from && marks(link, port, waits) && packet.flags & kEct) {
        packet.flags |= kCe;
        ++links[link].marks;
    }
    port.serve(now_, packet.size_B);
    ++hops;
    if ((links[link].loss > 0.0 || links[link].next_lost > 0) && lost(link, packet.size_B)) return vanish(at, link);
    wheel_.add({port.free_at + (port.rest != 0) + port.delay, event(Kind::arrive, static_cast<std::uint32_t>(link), at)});
}

// Whether the packet that was put on the link last never gets to its end.
bool Engine::lost(std::int32_t link, std::int64_t size_B) {
    Link& more = links[link];
    double share = more.loss;
    if (more.next_lost > 0 && ++more.put == more.next_lost) {
        more.next_lost = more.every > 0 ? more.put + more.every : 0;
        ++lost_on_links;
        ++more.lost;
        return true;
    }
    if (!(share > 0.0)) return false;
    if (share > 1.0) share = 1.0 - (1.0 - faults.of[link].loss) * (1.0 - any_of(faults.of[link].bits, 8 * size_B));
    const std::uint64_t key = random::mix(seed_, ~static_cast<std::uint64_t>(link));
    if (!(random::unit(random::mix(key, static_cast<std::uint64_t>(ports[link].sent_B))) < share)) return false;
    ++lost_on_links;
    ++links[link].lost;
    return true;
}

bool Engine::marks(std::int32_t link, Port& port, Time waits) {
    Link& more = links[link];
    if (waits >= more.to) return true;
    const double p = more.most * static_cast<double>(waits - port.mark_from) / static_cast<double>(more.to - port.mark_from);
    return random::unit(random::mix(random::mix(seed_, static_cast<std::uint64_t>(link)), more.draws++)) < p;
}

}  // namespace easterly::packet
