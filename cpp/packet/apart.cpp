// Ports with more than lines, marks and turns: other schedulers, shapers, limits, queue management.
#include "packet/engine.hpp"
#include "random/mix.hpp"

namespace easterly::packet {

namespace {

constexpr std::uint64_t kOfManager = std::uint64_t{1} << 41;  // draws, apart from those of links and sources
constexpr std::uint32_t kPort = kClasses;                     // a wake event of the port, not of a class

// The queue of one class, as CoDel sees it.
struct View {
    Station& station;
    Pool& pool;
    const std::vector<Time>& since;
    int c;

    bool empty() const { return station.lines[c].packets == 0; }
    std::int64_t bytes() const { return station.lines[c].bytes; }
    aqm::Packet pop() {
        const std::uint32_t at = station.take(pool, c);
        return seen(pool[at], at, since[at]);
    }
};

}  // namespace

void Engine::prepare(Station& station, Details& more, std::int32_t link) {
    if (more.scheduling >= 0) station.special |= kScheduled;
    if (more.shaper.on()) station.special |= kPortShaped;
    for (int c = 0; c < kClasses; ++c) {
        if (more.limit_B[c] != INT64_MAX || more.limit_packets[c] != INT64_MAX) station.special |= kLimited;
        if (more.shapers[c].on()) station.special |= kShaped;
        if (more.marker[c] >= 0) station.leaving |= static_cast<std::uint8_t>(1 << c);
        if (more.manager[c] < 0) continue;
        station.special |= kManaged;
        managers[more.manager[c]].key =
            random::mix(seed_, kOfManager + static_cast<std::uint64_t>(link) * kClasses + static_cast<std::uint64_t>(c));
    }
}

void Engine::queue_apart(std::uint32_t at, std::int32_t link, std::int32_t came) {
    Packet& packet = pool_[at];
    Station& station = stations[kQueued - ports[link].limit];
    Details& more = details[kQueued - ports[link].limit];
    const int c = packet.traffic_class;
    Manager* const manager = more.manager[c] < 0 ? nullptr : &managers[more.manager[c]];
    bool meant = false, refuse = more.dropping >> c & 1;
    if (manager != nullptr) {
        const aqm::Verdict verdict = judge(*manager, packet, at, station.lines[c]);
        meant = verdict == aqm::Verdict::marked;
        refuse |= verdict == aqm::Verdict::refused;
    } else if (station.ramped >> c & 1) {
        meant = early(packet, station, link);
        refuse |= meant && station.drops >> c & 1;
    }
    const Line& line = station.lines[c];
    refuse |= packet.size_B > more.limit_B[c] - line.bytes || line.packets >= more.limit_packets[c];
    if (!refuse && !admit(packet, at, station, came)) refuse = true;
    else if (!refuse && !enlist(at, link, station, more)) {
        if (station.memory >= 0) release(station, from_[at], c, packet.size_B);
        refuse = true;
    }
    if (refuse) {
        refused(at, link);
        aqm::Average* const mean = manager != nullptr && line.packets == 0 ? manager->average() : nullptr;
        if (mean != nullptr) mean->emptied(now_);
        return;
    }
    if (meant) mark(packet, link);
    if (!record.watch.empty()) joined(link, packet);
    if (station.paused >> c & 1) held_up(packet, link);
    if (manager != nullptr && manager->fair() != nullptr) offer_fairly(*manager, at, link, station, more);
    if (!station.busy) serve(link, station);
}

// What a manager says of a packet that arrives.
aqm::Verdict Engine::judge(Manager& manager, const Packet& packet, std::uint32_t at, const Line& line) {
    if (since_.size() < pool_.most()) since_.resize(2 * pool_.most());
    since_[at] = now_;
    const double drawn = random::unit(random::mix(manager.key, manager.draws++));
    aqm::Packet known = seen(packet, at, now_);
    const double length = manager.by_packets ? line.packets : line.bytes;
    if (auto* const red = std::get_if<aqm::Red>(&manager.any)) return red->arrive(length, now_, known, drawn);
    if (auto* const wred = std::get_if<aqm::Wred>(&manager.any)) {
        known.colour = static_cast<std::int8_t>(colour_[at]);
        return wred->arrive(length, now_, known, drawn);
    }
    if (auto* const pie = std::get_if<aqm::Pie>(&manager.any)) {
        pie->advance(now_, line.bytes);
        return pie->arrive(line.bytes, known, drawn);
    }
    return aqm::Verdict::kept;
}

// Joins its line, and the scheduler is told; false: the scheduler refuses it.
bool Engine::enlist(std::uint32_t at, std::int32_t link, Station& station, Details& more) {
    const Packet& packet = pool_[at];
    const int c = packet.traffic_class;
    const bool first = station.lines[c].packets == 0, fair = is_fair(more, c);
    if (first && more.shapers[c].on() && !(station.spent >> c & 1)) spend(link, station, more, c, fair ? most_packet_B_ : packet.size_B);
    if (more.scheduling >= 0) {
        if (!schedulings[more.scheduling].arrive(c, packet.size_B, now_)) return false;
    } else if (first && !station.holds(c)) {
        station.turn.arrive(c, fair ? 1 : packet.size_B, now_);
    }
    if (!fair) {
        station.append(pool_, at);
        return true;
    }
    ++station.lines[c].packets;
    station.grow(c, packet.size_B);
    return true;
}

// Holds a class until its bucket pays for a packet of so many bytes; it is not held yet.
void Engine::spend(std::int32_t link, Station& station, Details& more, int c, std::int64_t size_B) {
    const Time ready = more.shapers[c].ready(size_B);
    if (ready <= now_) return;
    if (!station.holds(c)) hold(station, more, c);
    station.spent |= static_cast<std::uint8_t>(1 << c);
    wheel_.add({ready, event(Kind::ready, static_cast<std::uint32_t>(link), static_cast<std::uint32_t>(c))});
}

void Engine::hold(Station& station, Details& more, int c) {
    if (more.scheduling >= 0) schedulings[more.scheduling].hold(c);
    else if (station.lines[c].packets > 0) station.turn.hold(c);
}

// A class that nothing holds any more.
void Engine::free_class(Station& station, Details& more, int c) {
    if (more.scheduling >= 0) {
        Scheduling& all = schedulings[more.scheduling];
        std::uint32_t at = station.lines[c].packets == 0 || is_fair(more, c) ? kNone : station.lines[c].first;
        for (std::uint32_t known = all.told(c); known > 0 && at != kNone; --known) at = pool_[at].next;
        std::uint32_t left = station.lines[c].packets - all.told(c);
        return all.resume(c, now_, [&]() -> std::int64_t {
            if (left == 0) return 0;
            --left;
            return is_fair(more, c) ? head_B(station, more, c) : pool_[std::exchange(at, pool_[at].next)].size_B;
        });
    }
    if (station.lines[c].packets > 0) station.turn.resume(c, head_B(station, more, c), now_);
}

bool Engine::is_fair(const Details& more, int c) const {
    return more.manager[c] >= 0 && managers[more.manager[c]].fair() != nullptr;
}

// Size of the packet that is next in its class, as its scheduler is told. Which one flow queues give is known only when they
// give it: deficits are told of a byte, other schedulers of the mean, and what went is put right afterwards.
std::int64_t Engine::head_B(const Station& station, const Details& more, int c) {
    const Line& line = station.lines[c];
    if (!is_fair(more, c)) return station.head_B(pool_, c);
    if (more.scheduling < 0 || line.packets == 0) return line.packets > 0;
    return (std::int64_t{line.bytes} + line.packets - 1) / line.packets;
}

// The scheduler of a port is told of a packet that has been dropped; of one that it has not heard of, it need not be.
void Engine::withdraw(const Station& station, const Details& more, int c, std::int64_t size_B) {
    if (more.scheduling < 0) return;
    Scheduling& all = schedulings[more.scheduling];
    if (all.told(c) > station.lines[c].packets) all.dropped(c, size_B, now_, head_B(station, more, c));
}

void Engine::wake(std::int32_t link, std::uint32_t c) {
    Station& station = stations[kQueued - ports[link].limit];
    Details& more = details[kQueued - ports[link].limit];
    if (c == kPort) {
        if (now_ >= more.asked) more.asked = kNever;
    } else {
        station.spent &= static_cast<std::uint8_t>(~(1 << c));
        if (!station.holds(static_cast<int>(c))) free_class(station, more, static_cast<int>(c));
    }
    if (!station.busy) serve(link, station);
}

void Engine::ask(std::int32_t link, Details& more, Time when) {
    if (more.asked > now_ && more.asked <= when) return;
    more.asked = when;
    wheel_.add({when, event(Kind::ready, static_cast<std::uint32_t>(link), kPort)});
}

void Engine::serve_apart(std::int32_t link, Station& station) {
    Details& more = details[kQueued - ports[link].limit];
    for (;;) {
        sched::Choice choice{station.waiting == 0 ? -1 : 0, kNever};
        if (choice.queue == 0 && more.scheduling >= 0) choice = schedulings[more.scheduling].next(now_);
        else if (choice.queue == 0) choice.queue = station.turn.next(now_);
        const int c = choice.queue;
        if (c < 0) {
            if (choice.when != kNever) ask(link, more, std::max(choice.when, now_ + 1));
            return;
        }
        const bool fair = is_fair(more, c);
        if (more.shaper.on()) {
            const Time ready = more.shaper.ready(fair ? most_packet_B_ : station.head_B(pool_, c));
            if (ready > now_) return ask(link, more, ready);
        }
        const std::uint32_t at = remove(link, station, more, c);
        const std::int64_t size_B = at == kNone ? 0 : pool_[at].size_B;
        if (more.scheduling >= 0) {
            if (fair && at != kNone) schedulings[more.scheduling].replace(c, size_B);
            if (at != kNone) schedulings[more.scheduling].sent(c, now_, head_B(station, more, c));
        } else {
            if (more.manager[c] >= 0) station.turn.replace(c, size_B);
            station.turn.sent(c, now_, head_B(station, more, c));
        }
        if (at != kNone) {
            if (more.shaper.on()) more.shaper.sent(now_, size_B);
            if (more.shapers[c].on()) {
                more.shapers[c].sent(now_, size_B);
                if (station.lines[c].packets > 0) spend(link, station, more, c, fair ? most_packet_B_ : station.head_B(pool_, c));
            }
            transmit(at, link, station);
        }
        settle_drops();
        if (at != kNone) return;
    }
}

// The packet of a class that goes next; its manager may drop some first, and then there may be none.
std::uint32_t Engine::remove(std::int32_t link, Station& station, Details& more, int c) {
    Manager* const manager = more.manager[c] < 0 ? nullptr : &managers[more.manager[c]];
    const auto lost = [&](const aqm::Packet& gone) {
        withdraw(station, more, c, gone.size_B);
        discard(static_cast<std::uint32_t>(gone.id), link, station);
    };
    if (manager == nullptr) return station.take(pool_, c);
    aqm::Packet found;
    if (auto* const codel = std::get_if<aqm::Codel>(&manager->any)) {
        View view{station, pool_, since_, c};
        if (!codel->take(view, now_, found, lost)) return kNone;
    } else if (aqm::FqCodel* const fair = manager->fair()) {
        const auto gone = [&](const aqm::Packet& each) {
            --station.lines[c].packets;
            station.shrink(c, static_cast<std::uint32_t>(each.size_B));
            lost(each);
        };
        if (!fair->take(now_, found, gone)) return kNone;
        --station.lines[c].packets;
        station.shrink(c, static_cast<std::uint32_t>(found.size_B));
    } else {
        if (auto* const pie = std::get_if<aqm::Pie>(&manager->any)) pie->advance(now_, station.lines[c].bytes);
        const std::uint32_t at = station.take(pool_, c);
        const Line& line = station.lines[c];
        if (auto* const pie = std::get_if<aqm::Pie>(&manager->any)) pie->left(seen(pool_[at], at, since_[at]), now_, line.bytes);
        aqm::Average* const mean = line.packets == 0 ? manager->average() : nullptr;
        if (mean != nullptr) mean->emptied(now_);
        return at;
    }
    const auto at = static_cast<std::uint32_t>(found.id);
    if (found.marked) mark(pool_[at], link);
    return at;
}

void Engine::offer_fairly(Manager& manager, std::uint32_t at, std::int32_t link, Station& station, const Details& more) {
    const int c = pool_[at].traffic_class;
    aqm::FqCodel& fair = *manager.fair();
    aqm::Packet known = seen(pool_[at], at, now_);
    known.flow = static_cast<std::int32_t>(random::mix(manager.key, pool_[at].flow) % fair.flows().size());
    fair.offer(known, [&](const aqm::Packet& gone) {
        --station.lines[c].packets;
        station.shrink(c, static_cast<std::uint32_t>(gone.size_B));
        withdraw(station, more, c, gone.size_B);
        discard(static_cast<std::uint32_t>(gone.id), link, station);
    });
    settle_drops();
}

// What is asked of a packet that leaves: whether the queue behind it marks it, and of which colour it is from here on.
void Engine::look_after(std::uint32_t at, std::int32_t link, Station& station) {
    Packet& packet = pool_[at];
    const Details& more = details[kQueued - ports[link].limit];
    const int c = packet.traffic_class;
    if (more.ramps_leaving >> c & 1 && early(packet, station, link)) mark(packet, link);
    if (more.marker[c] >= 0 && coloured_) colour_[at] = markers[more.marker[c]].mark(now_, packet.size_B, colour_[at]);
}

// The colour with which a packet begins.
void Engine::paint(std::uint32_t at, std::uint8_t colour) {
    if (colour_.size() < pool_.most()) colour_.resize(2 * pool_.most());
    colour_[at] = colour;
}

// A packet that waited is dropped; its sender is told when the port has been served.
void Engine::discard(std::uint32_t at, std::int32_t link, Station& station) {
    const Packet& packet = pool_[at];
    ++links[link].drops;
    if (!record.watch.empty()) record.note(Seen::dropped, now_, link, packet);
    if (station.memory >= 0) release(station, from_[at], packet.traffic_class, packet.size_B);
    if (packet.flags & kOwn) dropped_.push_back({packet.flow, packet.size_B});
    pool_.give(at);
}

void Engine::settle_drops() {
    while (!dropped_.empty()) {
        const auto [flow, size_B] = dropped_.back();
        dropped_.pop_back();
        left_host(flow, size_B);
    }
}

}  // namespace easterly::packet
