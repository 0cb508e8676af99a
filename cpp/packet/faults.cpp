#include "packet/faults.hpp"

#include <algorithm>
#include <utility>

#include "maths/elementary.hpp"
#include "packet/engine.hpp"

namespace easterly::packet {

namespace {

using Wide = __int128;

std::int64_t as_bytes(const Port& port, Time time) {
    if (time == kNever || time < 0) return -1;
    return static_cast<std::int64_t>((static_cast<Wide>(time) * port.parts + port.per_B - 1) / port.per_B);
}

Wide up(Wide value, Wide by) { return (value + by - 1) / by; }

}  // namespace

double any_of(double p, std::int64_t bits) {
    if (!(p > 0.0)) return 0.0;
    if (p >= 1.0) return 1.0;
    const double n = static_cast<double>(bits);
    // n ln(1 - p), by its series where 1 - p would lose digits.
    const double log = p < 1e-3 ? -n * p * (1.0 + p * (1.0 / 2 + p * (1.0 / 3 + p * (1.0 / 4 + p / 5)))) : n * maths::log(1.0 - p);
    if (log < -1e-3) return 1.0 - maths::exp(log);
    return -log * (1.0 + log * (1.0 / 2 + log * (1.0 / 6 + log * (1.0 / 24 + log / 120))));
}

void Engine::begin_faults() {
    if (faults.empty()) return;
    faults.of.resize(links.size());
    faults.lost.assign(flows.size(), 0);
    for (std::size_t l = 0; l < links.size(); ++l) {
        Condition& own = faults.of[l];
        own.limit_B = as_bytes(ports[l], ports[l].limit);
        own.mark_B = as_bytes(ports[l], ports[l].mark_from);
        own.to_B = as_bytes(ports[l], links[l].to);
        own.loss = links[l].loss;
    }
    for (const Fault& each : faults.all)
        if (each.what == What::hold || each.what == What::rate) faults.of[each.link].timed = true;
    route.push_back(kGone);
    wheel_.add({faults.all.front().at, event(Kind::fault, 0)});
}

// The next of the schedule; what follows is not waited for when nothing is left to send, and nothing is held.
void Engine::happen() {
    const Fault& what = faults.all[faults.next++];
    const bool waited = open_ > 0 || what.what == What::hold || std::ranges::any_of(faults.of, &Condition::held);
    if (faults.next < faults.all.size() && waited) wheel_.add({faults.all[faults.next].at, event(Kind::fault, 0)});
    switch (what.what) {
        case What::down: return fail(what.link, kNever);
        case What::hold: return fail(what.link, returns(what.link));
        case What::up: return recover(what.link);
        case What::rate: return change(what.link, static_cast<std::int64_t>(what.value));
        case What::loss:
        case What::bits: {
            Condition& own = faults.of[what.link];
            (what.what == What::loss ? own.loss : own.bits) = what.value;
            links[what.link].loss = own.bits > 0.0 ? 2.0 : own.loss;
            return;
        }
        case What::avoid: return choices.avoid(what.link, true, route);
        case What::trust: return choices.avoid(what.link, false, route);
        case What::tables: return choices.install(faults.tables[what.link], route);
    }
}

// When a link that goes down now is up again.
Time Engine::returns(std::int32_t link) const {
    for (std::size_t i = faults.next; i < faults.all.size(); ++i)
        if (faults.all[i].link == link && faults.all[i].what == What::up) return faults.all[i].at;
    return kNever;
}

// Packets that have not come to the end of a link, in the order in which they would.
std::vector<Event> Engine::on_link(std::int32_t link) {
    std::vector<Event> found = wheel_.extract([&](const Event& each) {
        return each.what >> 56 == static_cast<std::uint64_t>(Kind::arrive) && static_cast<std::int32_t>(each.what >> 24) == link &&
               each.time > now_;
    });
    std::sort(found.begin(), found.end());
    return found;
}

void Engine::sever(std::uint32_t at, std::int32_t link) {
    if (route[pool_[at].hop + 1] != kGone) {
        ++faults.of[link].cut;
        ++faults.lost[pool_[at].flow];
        if (!record.watch.empty()) record.note(Seen::lost, now_, link, pool_[at]);
    }
    pool_.give(at);
}

// `back` is when the link is up again if what waits is held, kNever if it is lost.
void Engine::fail(std::int32_t link, Time back) {
    Condition& own = faults.of[link];
    if (own.down) return;
    own.down = true;
    own.held = back != kNever;
    own.back = back;
    Port& port = ports[link];
    const bool queues = links[link].station >= 0;
    if (!queues) own.limit = std::exchange(port.limit, -1);
    if (queues || !own.held) {
        for (const Event& each : on_link(link)) sever(static_cast<std::uint32_t>(each.what & 0xffffff), link);
        if (!queues) port.free_at = now_, port.rest = 0;
    } else {
        serve_again(link, back, port);
    }
    if (!queues) return clear_gauge(link);
    for (int c = 0; c < kClasses; ++c) go_on(link, c);  // whom it was paused by is out of reach
    Station& station = stations[links[link].station];
    if (!station.busy) serve(link, station);
}

void Engine::recover(std::int32_t link) {
    Condition& own = faults.of[link];
    if (!own.down) return;
    own.down = own.held = false;
    if (links[link].station >= 0) {
        pause_again(link);
        if (Station& station = stations[links[link].station]; !station.busy) serve(link, station);
        return wake_senders(link);
    }
    ports[link].limit = own.limit;
    if (ports[link].free_at <= now_) {
        ports[link].free_at = now_;
        ports[link].rest = 0;
    }
    wake_senders(link);
}

// The switch behind a link that is up again pauses what it had paused, and the one before it what goes the other way.
void Engine::pause_again(std::int32_t link) {
    for (const std::int32_t each : {link, links[link].back}) {
        const Link& way = links[each];
        if (way.behind < 0 || faults.of[each].down || faults.of[way.back].down) continue;
        for (int c = 0; c < kClasses; ++c) {
            const bool wanted = memories[way.behind].ingress[way.way_in + c].paused;
            if (wanted || details[way.station].heard >> c & 1) tell(each, c, wanted);
        }
    }
}

// What waits before a port first in, first out leaves at the rate of `with`, from `from` on; the packet of which a part has left
// goes on, or, where the link is down, is lost with what is ahead of it.
void Engine::serve_again(std::int32_t link, Time from, const Port& with) {
    Port& port = ports[link];
    std::vector<Event> all = on_link(link);
    const Wide was = port.per_B, now = static_cast<Wide>(now_) * port.parts;
    std::vector<Wide> left(all.size());  // what each has to wait for its own bits, in parts of the rate before
    Wide end = static_cast<Wide>(port.free_at) * port.parts + port.rest;
    std::size_t first = all.size();
    while (first > 0 && end > now) {
        const std::int64_t size_B = pool_[all[first - 1].what & 0xffffff].size_B;
        const Wide start = end - size_B * was;
        --first;
        left[first] = start >= now ? -size_B : end - now;
        end = start;
    }
    const bool held = faults.of[link].down;
    std::size_t kept = first;
    if (held && first < all.size() && left[first] >= 0) ++kept;
    for (std::size_t i = 0; i < kept; ++i) {
        if (held) sever(static_cast<std::uint32_t>(all[i].what & 0xffffff), link);
        else wheel_.add(all[i]);
    }
    Wide at = static_cast<Wide>(from) * with.parts;
    for (std::size_t i = kept; i < all.size(); ++i) {
        at += left[i] < 0 ? -left[i] * with.per_B : up(left[i] * with.per_B, was);
        all[i].time = static_cast<Time>(up(at, with.parts)) + port.delay;
        wheel_.add(all[i]);
    }
    port.parts = with.parts, port.per_B = with.per_B;
    port.free_at = static_cast<Time>(at / with.parts);
    port.rest = static_cast<std::int64_t>(at % with.parts);
}

// The packet that leaves a port with queues.
void Engine::leave_again(std::int32_t link, const Port& with) {
    Port& port = ports[link];
    const Time before = port.free_at + (port.rest != 0);
    std::vector<Event> moved = wheel_.extract([&](const Event& each) {
        if (static_cast<std::int32_t>(each.what >> 24) != link || each.time <= now_) return false;
        const auto kind = static_cast<Kind>(each.what >> 56);
        return kind == Kind::left || (kind == Kind::arrive && each.time == before + port.delay);
    });
    const Wide rest = (static_cast<Wide>(port.free_at) - now_) * port.parts + port.rest;
    const Wide at = static_cast<Wide>(now_) * with.parts + (rest > 0 ? up(rest * with.per_B, port.per_B) : 0);
    if (stations[links[link].station].busy) {
        port.free_at = static_cast<Time>(at / with.parts);
        port.rest = static_cast<std::int64_t>(at % with.parts);
    } else {
        port.rest = 0;
    }
    port.parts = with.parts, port.per_B = with.per_B;
    const Time after = port.free_at + (port.rest != 0);
    for (Event& each : moved) {
        each.time += after - before;
        wheel_.add(each);
    }
}

void Engine::change(std::int32_t link, std::int64_t rate_bps) {
    Port with;
    with.set_rate(rate_bps);
    Condition& own = faults.of[link];
    Port& port = ports[link];
    if (links[link].station >= 0) {
        leave_again(link, with);
    } else {
        if (port.free_at > now_) serve_again(link, own.held ? std::max(now_, own.back) : now_, with);
        port.parts = with.parts, port.per_B = with.per_B;
        if (port.free_at <= now_) port.free_at = now_, port.rest = 0;
    }
    if (own.limit_B >= 0 && links[link].station < 0) {
        const bool watches = !record.watch.empty() && record.watch[link];
        (watches ? record.limit[link] : own.down ? own.limit : port.limit) = port.takes(own.limit_B);
    }
    if (own.mark_B >= 0) port.mark_from = port.takes(own.mark_B);
    if (own.to_B >= 0) links[link].to = port.takes(own.to_B);
    clear_gauge(link);
    wake_senders(link);
}

// Depth of a watched port first in, first out, after what waits has changed.
void Engine::clear_gauge(std::int32_t link) {
    if (record.watch.empty() || record.gauge[link] < 0 || links[link].station >= 0) return;
    Gauged& of = record.gauges[record.gauge[link]];
    of.drained(now_);
    of.depth = ports[link].waits(now_);
}

// Flows that wait for their NIC look again: it has another rate, or is up.
void Engine::wake_senders(std::int32_t link) {
    std::vector<Event> waking = wheel_.extract([&](const Event& each) {
        if (each.what >> 56 != static_cast<std::uint64_t>(Kind::wake)) return false;
        const std::int32_t first = route[flows[static_cast<std::uint32_t>(each.what >> 24)].path];
        return first == link || first < 0;
    });
    for (Event& each : waking) {
        each.time = now_;
        wheel_.add(each);
    }
}

// A packet that comes to a port whose link is down.
void Engine::turned_away(std::uint32_t at, std::int32_t link) {
    Packet& packet = pool_[at];
    Condition& own = faults.of[link];
    Port& port = ports[link];
    if (!own.held) {
        ++own.refused;
        ++faults.lost[packet.flow];
        if (packet.flags & kOwn) senders_[packet.flow].queued_B -= packet.size_B;
    } else {
        const Time limit = !record.watch.empty() && record.watch[link] ? record.limit[link] : own.limit;
        port.free_at = std::max(port.free_at, own.back);
        if (port.free_at - own.back + port.takes(packet.size_B) <= limit) {
            port.serve(now_, packet.size_B);
            ++hops;
            if (lost(link, packet.size_B)) return vanish(at, link);
            return wheel_.add({port.free_at + (port.rest != 0) + port.delay, event(Kind::arrive, static_cast<std::uint32_t>(link), at)});
        }
        ++links[link].drops;
    }
    if (!record.watch.empty()) record.note(Seen::dropped, now_, link, packet);
    pool_.give(at);
}

// All that waits before a link that is down and holds nothing, as far as its scheduler and shapers hand it out.
void Engine::drain(std::int32_t link, Station& station) {
    if (faults.of[link].held) return;
    for (std::uint64_t before = ~std::uint64_t{0};;) {
        std::uint64_t waiting = 0;
        for (const Line& line : station.lines) waiting += line.packets;
        if (waiting == before || waiting == 0) break;
        before = waiting;
        serve_now(link, station);
    }
    settle_drops();
}

// A packet whose turn it is on a link that is down.
void Engine::swallow(std::uint32_t at, std::int32_t link, const Station& station) {
    const Packet& packet = pool_[at];
    if (station.memory >= 0) release(station, from_[at], packet.traffic_class, packet.size_B);
    if (packet.flags & kOwn) dropped_.push_back({packet.flow, packet.size_B});
    if (!record.watch.empty()) gauge(link, packet.traffic_class);
    sever(at, link);
}

// A packet that is lost on a link; where ends of transmissions move, its own is still asked for.
void Engine::vanish(std::uint32_t at, std::int32_t link) {
    if (faults.empty() || !faults.of[link].timed || links[link].station >= 0) return pool_.give(at);
    const Port& port = ports[link];
    pool_[at].hop = static_cast<std::uint32_t>(route.size() - 2);
    wheel_.add({port.free_at + (port.rest != 0) + port.delay, event(Kind::arrive, static_cast<std::uint32_t>(link), at)});
}

}  // namespace easterly::packet
