// Ports with queues: what a switch takes in, in which order it leaves, and whom it pauses.
#include "packet/engine.hpp"
#include "random/mix.hpp"

namespace easterly::packet {

// Refused by the memory of its switch, or taken into it; the senders behind a full way in are paused.
bool Engine::admit(Packet& packet, std::uint32_t at, std::int32_t link, std::int32_t came) {
    Station& station = stations[links[link].station];
    const int c = packet.traffic_class;
    if (station.memory < 0) return station.lines[c].bytes + packet.size_B <= station.limit_B;
    if (from_.size() < pool_.most()) from_.resize(2 * pool_.most());
    const std::int32_t from = links[came].way_in + c;
    buffer::Memory& memory = memories[station.memory];
    buffer::Account& in = memory.ingress[from];
    const bool was = in.paused;
    const buffer::Outcome outcome = memory.admit(from, station.account + c, packet.size_B);
    if (in.paused != was) signal(came, c, in.paused);
    from_[at] = from;
    return outcome == buffer::Outcome::shared || outcome == buffer::Outcome::headroom;
}

void Engine::queue(std::uint32_t at, std::int32_t link, std::int32_t came) {
    Packet& packet = pool_[at];
    Station& station = stations[links[link].station];
    const int c = packet.traffic_class;
    if (!admit(packet, at, link, came)) {
        ++links[link].drops;
        if (!record.watch.empty()) record.note(Seen::dropped, now_, link, packet);
        if (packet.flags & kOwn) senders_[packet.flow].queued_B -= packet.size_B;
        return pool_.give(at);
    }
    const Marks& ramp = station.ramps[c];
    if (packet.flags & kEct && ramp.to_B > 0.0F && station.lines[c].bytes >= ramp.from_B) {
        const double p = ramp.probability(station.lines[c].bytes);
        if (p >= 1.0 || random::unit(random::mix(random::mix(seed_, static_cast<std::uint64_t>(link)), station.draws++)) < p) {
            packet.flags |= kCe;
            ++links[link].marks;
            if (!record.watch.empty()) record.note(Seen::marked, now_, link, packet);
        }
    }
    station.push(pool_, at, now_);
    if (!record.watch.empty()) joined(link, packet);
    if (!station.busy) serve(link);
}

void Engine::serve(std::int32_t link) {
    Station& station = stations[links[link].station];
    const std::uint32_t at = station.pull(pool_, now_);
    if (at == kNone) return;
    Port& port = ports[link];
    Packet& packet = pool_[at];
    port.serve(now_, packet.size_B);
    ++hops;
    station.busy = true;
    station.from = station.memory >= 0 ? from_[at] : -1;
    station.leaving_B = packet.size_B;
    station.leaving_class = packet.traffic_class;
    station.leaving_flow = packet.flags & kOwn ? packet.flow : kNone;
    packet.flags &= static_cast<std::uint8_t>(~kOwn);
    const Time end = port.free_at + (port.rest != 0);
    wheel_.add({end, event(Kind::left, static_cast<std::uint32_t>(link))});
    if (!record.watch.empty()) leaves(link, packet, end);
    if (lost(link)) {
        if (!record.watch.empty()) record.note(Seen::lost, end, link, packet);
        return pool_.give(at);
    }
    wheel_.add({end + port.delay, event(Kind::arrive, static_cast<std::uint32_t>(link), at)});
}

void Engine::left(std::int32_t link) {
    Station& station = stations[links[link].station];
    station.busy = false;
    const int c = station.leaving_class;
    if (station.memory >= 0) {
        buffer::Memory& memory = memories[station.memory];
        buffer::Account& in = memory.ingress[station.from];
        const bool was = in.paused;
        memory.release(station.from, station.account + c, station.leaving_B);
        if (in.paused != was) signal(in_link_[station.memory][station.from], c, in.paused);
    } else if (station.leaving_flow != kNone) {
        left_host(station.leaving_flow, station.leaving_B);
    }
    if (!station.busy) serve(link);
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

// A pause frame goes the other way as soon as the packet on that link has left.
void Engine::signal(std::int32_t link, int c, bool pause) {
    const Port& back = ports[links[link].back];
    const Time rest = std::min(back.waits(now_), back.takes(most_packet_B_));
    wheel_.add({now_ + rest + back.takes(64) + back.delay + pause_reaction,
                event(Kind::pause, static_cast<std::uint32_t>(link), static_cast<std::uint32_t>(c << 1 | pause))});
}

void Engine::heed(std::int32_t link, int c, bool pause) {
    Station& station = stations[links[link].station];
    if (pause) return station.pause(c, now_);
    station.resume(pool_, c, now_);
    if (!station.busy) serve(link);
}

}  // namespace easterly::packet
