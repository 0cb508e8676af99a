// Pauses: asked for, heeded, repeated and ended; storms of them, and what guards against those.
#include "buffer/pfc.hpp"
#include "packet/engine.hpp"

namespace easterly::packet {

namespace {

constexpr std::int64_t kFrame_B = 64;

bool has(std::uint8_t mask, int c) { return mask >> c & 1; }
void set(std::uint8_t& mask, int c) { mask |= static_cast<std::uint8_t>(1 << c); }
void clear(std::uint8_t& mask, int c) { mask &= static_cast<std::uint8_t>(~(1 << c)); }

}  // namespace

void Engine::begin_pauses() {
    for (std::uint32_t i = 0; i < storms.size(); ++i) wheel_.add({storms[i].from, event(Kind::storm, i)});
    for (std::uint32_t i = 0; i < guards.size(); ++i) wheel_.add({guards[i].every, event(Kind::poll, i)});
}

// How long a pause of the longest kind lasts on a link.
Time Engine::lasts(std::int32_t link) const { return ports[link].takes(pause_quanta * (buffer::kQuantumBits / 8)); }

// A pause frame goes the other way as soon as the packet on that link has left.
void Engine::signal(std::int32_t link, int c, bool pause) {
    Details& more = details[links[link].station];
    if (pause) more.root[c] = root_of(links[link].behind, c);
    tell(link, c, pause);
    if (!pause || pause_quanta == 0 || has(more.repeating, c)) return;
    set(more.repeating, c);
    wheel_.add({now_ + lasts(link) / 2, event(Kind::repeat, static_cast<std::uint32_t>(link), static_cast<std::uint32_t>(c))});
}

void Engine::tell(std::int32_t link, int c, bool pause) {
    if (is_down(links[link].back)) return;
    const Port& back = ports[links[link].back];
    const Time rest = std::min(back.waits(now_), back.takes(most_packet_B_));
    wheel_.add({now_ + rest + back.takes(kFrame_B) + back.delay + pause_reaction,
                event(Kind::pause, static_cast<std::uint32_t>(link), static_cast<std::uint32_t>(c << 1 | pause))});
}

// A pause that is still wanted is asked for again before it runs out.
void Engine::repeat(std::int32_t link, int c) {
    Details& more = details[links[link].station];
    if (!memories[links[link].behind].ingress[links[link].way_in + c].paused) return clear(more.repeating, c);
    check();
    tell(link, c, true);
    wheel_.add({now_ + lasts(link) / 2, event(Kind::repeat, static_cast<std::uint32_t>(link), static_cast<std::uint32_t>(c))});
}

void Engine::heed(std::int32_t link, int c, bool pause) {
    if (is_down(link)) return;
    Station& station = stations[links[link].station];
    Details& more = details[links[link].station];
    if (!pause) return go_on(link, c);
    ++more.pauses[c];
    if (pause_quanta > 0) {
        more.until[c] = now_ + lasts(link);
        wheel_.add({more.until[c], event(Kind::lapse, static_cast<std::uint32_t>(link), static_cast<std::uint32_t>(c))});
    }
    if (has(more.heard, c)) return;
    set(more.heard, c);
    more.paused_since[c] = now_;
    if (!has(more.ignored, c)) stop(link, station, more, c);
}

void Engine::stop(std::int32_t link, Station& station, Details& more, int c) {
    if (!station.holds(c)) hold(station, more, c);
    set(station.paused, c);
    if (more.manager[c] >= 0 && managers[more.manager[c]].fair() != nullptr) return;
    std::uint32_t at = station.lines[c].first;
    for (std::uint32_t left = station.lines[c].packets; left > 0; --left, at = pool_[at].next) held_up(pool_[at], link);
}

void Engine::go_on(std::int32_t link, int c) {
    Station& station = stations[links[link].station];
    Details& more = details[links[link].station];
    if (!has(more.heard, c)) return;
    clear(more.heard, c);
    ++more.resumes[c];
    more.paused_for[c] += now_ - more.paused_since[c];
    unpause(link, station, more, c);
}

void Engine::unpause(std::int32_t link, Station& station, Details& more, int c) {
    if (!has(station.paused, c)) return;
    clear(station.paused, c);
    if (!station.holds(c)) free_class(station, more, c);
    if (!station.busy) serve(link, station);
}

void Engine::lapse(std::int32_t link, int c) {
    if (now_ >= details[links[link].station].until[c]) go_on(link, c);
}

// The queue that made a switch pause: its longest of the class; where that is paused itself, what made that pause.
std::int32_t Engine::root_of(std::int32_t memory, int c) const {
    std::int32_t longest = -1;
    std::uint32_t most = 0;
    for (const std::int32_t link : out_links_[memory]) {
        const Station& station = stations[links[link].station];
        const std::uint32_t waits = station.lines[c].bytes + (station.busy && station.leaving_class == c ? station.leaving_B : 0U);
        if (waits > most) most = waits, longest = link;
    }
    if (longest < 0) return -1;
    const std::int32_t s = links[longest].station;
    return has(stations[s].paused, c) ? details[s].root[c] : longest;
}

// A packet waits behind a pause; its flow is a victim if what made the pause is not on its way.
void Engine::held_up(const Packet& packet, std::int32_t link) {
    const std::int32_t root = details[links[link].station].root[packet.traffic_class];
    if (root < 0 || packet.flags & (kAck | kCnp) || victims[packet.flow]) return;
    std::uint32_t hop = packet.hop;
    for (; route[hop] >= 0; ++hop)
        if (route[hop] == root) return;
    if (route[hop] != -1) return;  // its way is not yet chosen
    victims[packet.flow] = 1;
}

// The far end of a link asks for a pause, whatever it has received.
void Engine::rage(std::uint32_t at) {
    const Storm& storm = storms[at];
    const int c = storm.traffic_class;
    if (now_ >= storm.to) return go_on(storm.link, c);
    details[links[storm.link].station].root[c] = storm.link;
    heed(storm.link, c, true);
    check();
    if (open_ > 0) wheel_.add({std::min(storm.to, now_ + storm.every), event(Kind::storm, at)});
}

// A watchdog looks at its queue.
void Engine::poll(std::uint32_t at) {
    Guard& guard = guards[at];
    const int c = guard.traffic_class;
    Station& station = stations[links[guard.link].station];
    Details& more = details[links[guard.link].station];
    const buffer::Sample sample{more.pauses[c], more.resumes[c], has(more.heard, c)};
    const buffer::Event what = guard.watchdog.poll(now_, sample);
    if (what == buffer::Event::storm && guard.watchdog.ignores_pause()) {
        set(more.ignored, c);
        unpause(guard.link, station, more, c);
    } else if (what == buffer::Event::storm && guard.watchdog.drops()) {
        set(more.dropping, c);
        station.special |= kDropping;
        flush(guard.link, station, more, c);
    } else if (what == buffer::Event::restored) {
        clear(more.ignored, c);
        clear(more.dropping, c);
        if (more.dropping == 0) station.special &= static_cast<std::uint8_t>(~kDropping);
        if (has(more.heard, c) && !has(station.paused, c)) stop(guard.link, station, more, c);
    }
    check();
    if (open_ > 0) wheel_.add({now_ + guard.every, event(Kind::poll, at)});
}

// All that waits in a class is dropped. The class is held, as it is paused.
void Engine::flush(std::int32_t link, Station& station, Details& more, int c) {
    if (station.lines[c].packets == 0) return;
    while (station.lines[c].packets > 0) {
        const std::uint32_t at = station.take(pool_, c);
        withdraw(station, more, c, pool_[at].size_B);
        discard(at, link, station);
    }
    if (more.scheduling < 0) station.turn.forget(c);
    settle_drops();
}

}  // namespace easterly::packet
