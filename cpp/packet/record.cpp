#include <utility>

#include "packet/engine.hpp"

namespace easterly::packet {

void Record::note(Seen what, Time time, std::int32_t link, const Packet& packet) {
    if (!watches(link, kTrace) || (!traced.empty() && !traced[packet.flow])) return;
    if (trace_left == 0) {
        ++untold;
        return;
    }
    --trace_left;
    sights.push_back({time, link, packet.flow, packet.seq, packet.size_B, packet.flags, packet.traffic_class, what});
}

// Links without queues that are watched leave the fast path as those with queues do: nothing fits.
void Engine::watch_on() {
    if (record.watch.empty()) return;
    record.gauge.assign(links.size(), -1);
    record.limit.assign(links.size(), kNever);
    for (std::size_t l = 0; l < links.size(); ++l) {
        if (!record.watch[l]) continue;
        const bool queues = links[l].station >= 0;
        if (!queues) record.limit[l] = std::exchange(ports[l].limit, -1);
        if (!(record.watch[l] & Record::kDepth)) continue;
        record.gauge[l] = static_cast<std::int32_t>(record.gauges.size());
        for (int c = 0; c < (queues ? kClasses : 1); ++c) record.gauges.emplace_back().link = static_cast<std::int32_t>(l);
    }
}

bool Engine::run(Time until, std::uint64_t most) {
    const std::uint64_t before = events;
    while (record.sampling() && open_ > 0) {
        const bool more = handle(std::min(until, record.next), most - (events - before));
        if (!more) break;
        if (events - before == most || record.next > until) return true;
        sample(record.next);
        record.next += record.every;
        if (record.full()) return true;
    }
    const bool more = handle(until, most - (events - before));
    if (!more && record.sampling()) {
        sample(std::max(record.next, now_));
        record.ended = true;
    }
    return more;
}

// The state after all that happens until `at`. What a port first in, first out has sent is what was put there, less what
// still waits.
void Engine::sample(Time at) {
    --record.samples_left;
    record.at.push_back(at);
    for (const std::int32_t l : record.sampled) {
        const Port& port = ports[l];
        const auto rest = static_cast<__int128>(port.waits(at)) * port.parts;
        const auto unsent_B = static_cast<std::int64_t>((rest + port.per_B - 1) / port.per_B);
        std::int64_t waits_B = unsent_B;
        Time paused = 0;
        if (const std::int32_t s = links[l].station; s >= 0) {
            const Station& station = stations[s];
            for (int c = 0; c < kClasses; ++c) {
                record.class_B.push_back(station.lines[c].bytes);
                waits_B += station.lines[c].bytes;
                paused += details[s].paused_for[c] + (details[s].heard >> c & 1 ? at - details[s].paused_since[c] : 0);
            }
        } else {
            record.class_B.insert(record.class_B.end(), kClasses, 0);
        }
        record.backlog_B.push_back(waits_B);
        record.sent_B.push_back(port.sent_B - unsent_B);
        record.drops.push_back(links[l].drops);
        record.marks.push_back(links[l].marks);
        record.paused_ps.push_back(paused);
    }
    for (const Memory& each : memories) record.memory_B.push_back(each.total.used * each.cell_B);
    const std::size_t first = record.delivered.size();
    record.delivered.resize(first + record.groups, 0);
    for (std::size_t f = 0; f < record.group.size(); ++f)
        if (record.group[f] >= 0) record.delivered[first + record.group[f]] += received(f);
}

// A port first in, first out that is watched: what `forward` does, and all of it is known when the packet joins.
void Engine::watched(std::uint32_t at, std::int32_t link) {
    Packet& packet = pool_[at];
    Port& port = ports[link];
    const Time waits = port.waits(now_);
    if (waits + port.takes(packet.size_B) > record.limit[link]) {
        ++links[link].drops;
        record.note(Seen::dropped, now_, link, packet);
        return pool_.give(at);
    }
    const std::int32_t gauge = record.gauge[link];
    if (gauge >= 0) record.gauges[gauge].drained(now_);
    record.note(Seen::enqueued, now_, link, packet);
    if (waits >= port.mark_from && marks(link, port, waits) && packet.flags & kEct) {
        packet.flags |= kCe;
        ++links[link].marks;
        record.note(Seen::marked, now_, link, packet);
    }
    port.serve(now_, packet.size_B);
    ++hops;
    if (gauge >= 0) record.gauges[gauge].depth = port.waits(now_);
    const Time end = port.free_at + (port.rest != 0);
    record.note(Seen::sent, end, link, packet);
    if (!lost(link, packet.size_B)) return wheel_.add({end + port.delay, event(Kind::arrive, static_cast<std::uint32_t>(link), at)});
    record.note(Seen::lost, end, link, packet);
    vanish(at, link);
}

void Engine::gauge(std::int32_t link, int c) {
    if (record.gauge[link] < 0) return;
    Gauged& of = record.gauges[record.gauge[link] + c];
    of.stood(now_);
    of.depth = stations[links[link].station].lines[c].bytes;
}

// Queues of classes: the packet waits, and later leaves.
void Engine::joined(std::int32_t link, const Packet& packet) {
    gauge(link, packet.traffic_class);
    record.note(Seen::enqueued, now_, link, packet);
}

void Engine::leaves(std::int32_t link, const Packet& packet, Time end) {
    gauge(link, packet.traffic_class);
    record.note(Seen::sent, end, link, packet);
}

// A packet is at the end of its path.
void Engine::there(const Packet& packet) {
    const std::int32_t link = route[packet.hop - 1];
    if (link >= 0) record.note(Seen::delivered, now_, link, packet);
}

void Engine::settle() {
    for (Gauged& each : record.gauges) {
        if (links[each.link].station >= 0) each.stood(now_);
        else each.drained(now_);
    }
}

}  // namespace easterly::packet
