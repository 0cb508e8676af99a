// Ports where nothing waits: what leaves them is settled when somebody looks.
#include "packet/engine.hpp"

namespace easterly::packet {

// Nobody watches, and no port changes but by its own packets.
void Engine::begin_outgoing() {
    outgoing_.resize(memories.size());
    pausing_.assign(memories.size(), 0);
    for (Memory& each : memories) each.prepare();
    settles_ = record.watch.empty() && faults.empty() && guards.empty() && storms.empty();
}

// Whether the packet that a port has begun to send may leave it without an event.
bool Engine::unseen(const Station& station) const {
    if (!settles_ || station.waiting != 0 || station.special != 0) return false;
    if (station.leaving_flow != kNone) return rules[flows[station.leaving_flow].rules].paced();
    if (station.memory >= 0 && pausing_[station.memory] > 0) return false;
    if (station.from < 0) return true;
    const Memory& memory = memories[station.memory];
    return memory.ingress_pools[memory.ingress[station.from].pool].is_still();
}

void Engine::leave_unseen(std::int32_t link, Station& station, Time end) {
    station.unseen = true;
    if (station.from >= 0)
        outgoing_[station.memory].add({end, link, station.from, station.account + station.leaving_class,
                                           memories[station.memory].cells(station.leaving_B)});
}

// What has left a switch before the event of `link` at this time gives its memory back.
void Engine::settle(std::int32_t memory, std::int32_t link) {
    Outgoings& gone = outgoing_[memory];
    while (gone.due(now_, link)) {
        const Outgoing next = gone.pop();
        memories[memory].give_back(next.from, next.to, next.cells);
    }
}

// A port is looked at that may have sent its packet since.
void Engine::look_at(std::int32_t link, Station& station) {
    if (!station.unseen || ports[link].ends() > now_) return;
    station.unseen = station.busy = false;
    ++unseen_;
    if (station.leaving_flow != kNone) senders_[station.leaving_flow].queued_B -= station.leaving_B;
}

// Somebody waits for the packet that is being sent.
void Engine::wait_for(std::int32_t link, Station& station) {
    if (!station.unseen) return;
    station.unseen = false;
    if (station.from >= 0) outgoing_[station.memory].remove(link);
    wheel_.add({ports[link].ends(), event(Kind::left, static_cast<std::uint32_t>(link))});
}

// Somebody may have to be told when the next packet leaves: those that are being sent have events again.
void Engine::wake_outgoing(std::int32_t memory) {
    Outgoings& list = outgoing_[memory];
    while (!list.empty()) {
        const Outgoing next = list.pop();
        stations[links[next.link].station].unseen = false;
        wheel_.add({next.end, event(Kind::left, static_cast<std::uint32_t>(next.link))});
    }
}

// All that has left by now, where a run ends or is looked at.
void Engine::settle_outgoing(Time until) {
    for (std::size_t l = 0; l < ports.size() && settles_; ++l) {
        if (links[l].station < 0 || !stations[links[l].station].unseen || ports[l].ends() > until) continue;
        now_ = std::max(now_, ports[l].ends());
        look_at(static_cast<std::int32_t>(l), stations[links[l].station]);
    }
    for (std::size_t m = 0; m < outgoing_.size(); ++m) settle(static_cast<std::int32_t>(m), INT32_MAX);
}

}  // namespace easterly::packet
