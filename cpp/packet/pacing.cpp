// When packets may leave their sender: at the rate of its law, and as its NIC takes them.
#include "packet/engine.hpp"

namespace easterly::packet {

double Engine::rate_bps(const Sender& sender, const Rules& law) {
    return law.rates() ? sender.pace.current_bps : sender.control.window.rate_bps;
}

// Whether the NIC takes one more; if not, what wakes the flow is on its way.
bool Engine::room(std::uint32_t at, const Flow& flow, Sender& sender) {
    const std::int32_t link = nic(at);
    if (link < 0) return true;  // what is sent now is lost
    const Port& nic = ports[link];
    const Rules& law = rules[flow.rules];
    if (law.paced() && !sender.pacer.ready(now_, rate_bps(sender, law))) {
        sender.pacer.held = true;
        wheel_.add({sender.pacer.due(rate_bps(sender, law)), event(Kind::wake, at)});
        return false;
    }
    if (links[link].station >= 0) {
        look_at(link, stations[links[link].station]);
        if (sender.queued_B < law.nic_B) return true;
        // A NIC that holds a rate back is asked again after a packet's time.
        if (law.paced()) wheel_.add({now_ + nic.takes(law.packet_B), event(Kind::wake, at)});
        return false;
    }
    if (nic.waits(now_) <= nic.takes(law.nic_B)) return true;
    wheel_.add({nic.free_at - nic.takes(law.nic_B / 2), event(Kind::wake, at)});  // when half of that has left
    return false;
}

// What a law with a rate is to know of a packet that leaves.
void Engine::spend(std::uint32_t at, std::uint32_t made, std::int32_t link) {
    Packet& packet = pool_[made];
    Sender& sender = senders_[at];
    const Rules& law = rules[flows[at].rules];
    Window& window = sender.control.window;
    if (law.rates()) sender.pace.sent(law.dcqcn, line_bps(at), packet.size_B);
    if (law.models()) sender.control.sent(law, {now_, packet.seq, sender.una, sender.next, sender.pipe - 1});
    if (law.asks_links()) unstamp(made);
    if (law.clocks_nic() && link >= 0) packet.sent += ports[link].waits(now_);  // as the NIC takes the time
    sender.pacer.sent(now_, packet.size_B, rate_bps(sender, law), window.quantum_B);
}

}  // namespace easterly::packet
