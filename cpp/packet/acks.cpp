// What a receiver says, and when: at once, or for some packets together (RFC 5681, section 4.2; RFC 8257, section 3.2).
#include "packet/engine.hpp"

namespace easterly::packet {

// The host takes its time for each packet, one after the other.
void Engine::process(std::uint32_t at) {
    Receiver& receiver = receivers_[pool_[at].flow];
    const Time each = rules[flows[pool_[at].flow].rules].host;
    receiver.busy_until = std::max(now_, receiver.busy_until) + each;
    if (host_.size() < pool_.most()) host_.resize(2 * pool_.most());
    host_[at] = receiver.busy_until - now_;
    wheel_.add({receiver.busy_until, event(Kind::host, pool_[at].flow, at)});
}

// What came before and waits was not marked, or was, other than this packet: it is acknowledged alone.
void Engine::note_marks(std::uint32_t flow, bool marked) {
    Receiver& receiver = receivers_[flow];
    if (receiver.marked == marked) return;
    receiver.marked = marked;
    if (receiver.waiting > 0) acknowledge_now(flow);
}

// Whether the acknowledgement can wait for more packets; the packet is in order and nothing is missing.
bool Engine::wait_to_acknowledge(std::uint32_t at) {
    const Packet& packet = pool_[at];
    const Rules& law = rules[flows[packet.flow].rules];
    Receiver& receiver = receivers_[packet.flow];
    if (receiver.waiting + 1 >= law.acks_every) {
        receiver.waiting = 0;
        return false;
    }
    receiver.last = packet;
    receiver.last_host = law.host > 0 ? host_[at] : 0;
    if (receiver.waiting++ == 0) receiver.ack_at = now_ + law.ack_delay;
    if (!receiver.timing) wheel_.add({receiver.ack_at, event(Kind::ack, packet.flow)});
    receiver.timing = true;
    pool_.give(at);
    return true;
}

// For what has waited.
void Engine::acknowledge_now(std::uint32_t flow) {
    Receiver& receiver = receivers_[flow];
    const std::uint32_t made = pool_.take();
    pool_[made] = receiver.last;
    receiver.waiting = 0;
    if (rules[flows[flow].rules].host > 0) {
        if (host_.size() < pool_.most()) host_.resize(2 * pool_.most());
        host_[made] = receiver.last_host;
    }
    answer(made);
}

// One event per flow is on its way: it finds out whether anything waits, and for how long.
void Engine::acknowledge_late(std::uint32_t flow) {
    Receiver& receiver = receivers_[flow];
    receiver.timing = false;
    if (receiver.waiting == 0) return;
    if (now_ >= receiver.ack_at) return acknowledge_now(flow);
    receiver.timing = true;
    wheel_.add({receiver.ack_at, event(Kind::ack, flow)});
}

// Over a path that is taken to be idle: one event, and nothing on its links. Where it would choose, it goes as others do.
void Engine::come_back(std::uint32_t at) {
    Packet& packet = pool_[at];
    Time then = now_;
    std::uint32_t place = packet.hop;
    for (; route[place] >= 0; ++place) {
        const Port& port = ports[route[place]];
        const __int128 work = static_cast<__int128>(packet.size_B) * port.per_B;
        then += static_cast<Time>((work + port.parts - 1) / port.parts) + port.delay;
    }
    if (route[place] != -1) return depart(at);
    packet.hop = place - 1;
    wheel_.add({then, event(Kind::arrive, static_cast<std::uint32_t>(route[packet.hop]), at)});
}

}  // namespace easterly::packet
