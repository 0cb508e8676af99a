// Ports with queues: what a switch takes in, and in which order it leaves.
#include "packet/engine.hpp"
#include "random/mix.hpp"

namespace easterly::packet {

void Engine::begin_stations() {
    in_link_.resize(memories.size());
    out_links_.resize(memories.size());
    way_in_.assign(ports.size(), {});
    details.resize(stations.size());
    victims.assign(stations.empty() ? 0 : flows.size(), 0);
    for (std::size_t m = 0; m < memories.size(); ++m) in_link_[m].assign(memories[m].ingress.size(), -1);
    for (std::size_t l = 0; l < ports.size(); ++l) {
        const Link& more = links[l];
        way_in_[l] = {more.behind, more.way_in};
        if (more.behind >= 0)
            for (int c = 0; c < kClasses; ++c) in_link_[more.behind][more.way_in + c] = static_cast<std::int32_t>(l);
        if (more.station < 0) continue;
        ports[l].limit = kQueued - more.station;
        Station& station = stations[more.station];
        if (station.memory >= 0) out_links_[station.memory].push_back(static_cast<std::int32_t>(l));
        for (int c = 0; c < kClasses; ++c) station.ramped |= static_cast<std::uint8_t>((station.ramps[c].to_B > 0.0F) << c);
        station.ramped &= static_cast<std::uint8_t>(~station.leaving);
        details[more.station].ramps_leaving = station.leaving;
        prepare(station, details[more.station], static_cast<std::int32_t>(l));
    }
    coloured_ = !markers.empty() || std::ranges::any_of(managers, [](const Manager& each) { return each.coloured(); });
    begin_outgoing();
    begin_pauses();
}

// Taken into the memory of its switch, or refused by it; the senders behind a full way in are paused.
bool Engine::admit(const Packet& packet, std::uint32_t at, const Station& station, std::int32_t came) {
    if (station.memory < 0) return true;
    if (from_.size() < pool_.most()) from_.resize(2 * pool_.most());
    const int c = packet.traffic_class;
    // What begins in the switch itself came by no port, and is counted nowhere.
    if (came < 0 || way_in_[came].memory != station.memory) {
        from_[at] = -1;
        return true;
    }
    const std::int32_t from = way_in_[came].account + c;
    settle(station.memory, INT32_MAX);
    Memory& memory = memories[station.memory];
    const Memory::Account& in = memory.ingress[from];
    const bool was = in.paused;
    const buffer::Outcome outcome = memory.admit(from, station.account + c, packet.size_B);
    if (in.paused || !memory.ingress_pools[in.pool].is_still()) wake_outgoing(station.memory);
    if (in.paused != was) asked(station.memory, came, c, in.paused);
    from_[at] = from;
    return outcome == buffer::Outcome::shared || outcome == buffer::Outcome::headroom;
}

void Engine::release(const Station& station, std::int32_t from, int c, std::int64_t size_B) {
    if (from < 0) return;
    Memory& memory = memories[station.memory];
    const Memory::Account& in = memory.ingress[from];
    const bool was = in.paused;
    memory.release(from, station.account + c, size_B);
    if (in.paused != was) asked(station.memory, in_link_[station.memory][from], c, in.paused);
}

// An account at the way in begins or ends to ask for a pause.
void Engine::asked(std::int32_t memory, std::int32_t link, int c, bool pause) {
    if (pause && pausing_[memory] == 0)
        for (const std::int32_t out : out_links_[memory]) look_at(out, stations[links[out].station]);
    pausing_[memory] += pause ? 1 : -1;
    signal(link, c, pause);
}

void Engine::refused(std::uint32_t at, std::int32_t link) {
    const Packet& packet = pool_[at];
    ++links[link].drops;
    if (!record.watch.empty()) record.note(Seen::dropped, now_, link, packet);
    if (packet.flags & kOwn) senders_[packet.flow].queued_B -= packet.size_B;
    pool_.give(at);
}

void Engine::mark(Packet& packet, std::int32_t link) {
    packet.flags |= kCe;
    ++links[link].marks;
    if (!record.watch.empty()) record.note(Seen::marked, now_, link, packet);
}

// Whether the ramp of its class means the packet, which may be marked, or is to be dropped.
bool Engine::early(const Packet& packet, Station& station, std::int32_t link) {
    const int c = packet.traffic_class;
    const Marks& ramp = station.ramps[c];
    const bool may = packet.flags & kEct || station.drops >> c & 1;
    if (!may || !(static_cast<float>(station.lines[c].bytes) >= ramp.from_B)) return false;
    const double p = ramp.probability(station.lines[c].bytes);
    return p >= 1.0 || random::unit(random::mix(random::mix(seed_, static_cast<std::uint64_t>(link)), station.draws++)) < p;
}

void Engine::queue(std::uint32_t at, std::int32_t link, std::int32_t came) {
    Packet& packet = pool_[at];
    Station& station = stations[kQueued - ports[link].limit];
    if (station.special != 0) return queue_apart(at, link, came);
    const int c = packet.traffic_class;
    const bool meant = station.ramped >> c & 1 && early(packet, station, link);
    if ((meant && station.drops >> c & 1) || !admit(packet, at, station, came)) return refused(at, link);
    if (meant) mark(packet, link);
    look_at(link, station);
    // Nothing waits and nothing is sent: whatever the scheduler, it is this one.
    if (!station.busy && station.waiting == 0 && !station.holds(c) && record.watch.empty() && !is_down(link)) {
        station.most_B[c] = std::max<std::uint32_t>(station.most_B[c], packet.size_B);
        return transmit(at, link, station);
    }
    wait_for(link, station);
    station.push(pool_, at, now_);
    if (!record.watch.empty()) joined(link, packet);
    if (station.paused >> c & 1) held_up(packet, link);
    if (!station.busy) serve(link, station);
}

void Engine::serve(std::int32_t link, Station& station) {
    if (is_down(link)) return drain(link, station);
    serve_now(link, station);
}

void Engine::serve_now(std::int32_t link, Station& station) {
    if ((station.waiting & ~station.held()) == 0) return;
    if (station.special != 0) return serve_apart(link, station);
    const std::uint32_t at = station.pull(pool_, now_);
    if (at != kNone) transmit(at, link, station);
}

void Engine::transmit(std::uint32_t at, std::int32_t link, Station& station) {
    if (is_down(link)) return swallow(at, link, station);
    Port& port = ports[link];
    Packet& packet = pool_[at];
    if (station.leaving >> packet.traffic_class & 1) look_after(at, link, station);
    station.busy = true;
    station.from = station.memory >= 0 ? from_[at] : -1;
    station.leaving_B = packet.size_B;
    station.leaving_class = packet.traffic_class;
    station.leaving_flow = packet.flags & kOwn ? packet.flow : kNone;
    if (stride_ > 0) stamp(at, link);
    port.serve(now_, packet.size_B);
    ++hops;
    packet.flags &= static_cast<std::uint8_t>(~kOwn);
    const Time end = port.ends();
    if (unseen(station)) leave_unseen(link, station, end);
    else wheel_.add({end, event(Kind::left, static_cast<std::uint32_t>(link))});
    if (!record.watch.empty()) leaves(link, packet, end);
    if (lost(link, packet.size_B)) {
        if (!record.watch.empty()) record.note(Seen::lost, end, link, packet);
        return pool_.give(at);
    }
    wheel_.add({end + port.delay, event(Kind::arrive, static_cast<std::uint32_t>(link), at)});
}

void Engine::left(std::int32_t link) {
    Station& station = stations[kQueued - ports[link].limit];
    station.busy = false;
    if (station.memory >= 0) settle(station.memory, link);
    if (station.memory >= 0) release(station, station.from, station.leaving_class, station.leaving_B);
    if (station.leaving_flow != kNone) left_host(station.leaving_flow, station.leaving_B);
    if (!station.busy) serve(link, station);
}

// A packet has left the NIC of its sender, which may go on.
void Engine::left_host(std::uint32_t at, std::int64_t size_B) {
    Sender& sender = senders_[at];
    const Rules& law = rules[flows[at].rules];
    sender.queued_B -= size_B;
    if (!sender.waiting || sender.queued_B >= law.nic_B / 2 || law.paced()) return;
    sender.waiting = false;
    send(at);
}

}  // namespace easterly::packet
