// Go-back-N, as adapters recover: a receiver takes packets in order alone and asks once for what is missing; the sender
// goes back to it (InfiniBand Architecture Specification 1.4, section 9.7.5; Mittal et al. 2018, SIGCOMM, section 2).
#include "packet/engine.hpp"

namespace easterly::packet {

// Whether the packet is the next one. One before is acknowledged again; one beyond is dropped, and the first of them asks.
bool Engine::in_order(std::uint32_t at, Receiver& receiver) {
    Packet& packet = pool_[at];
    const Rules& law = rules[flows[packet.flow].rules];
    if (packet.seq == receiver.missing) return true;
    if (packet.seq > receiver.missing) {
        if (receiver.asked == receiver.missing && now_ - receiver.asked_at < law.ask_again) {
            pool_.give(at);
            return false;
        }
        receiver.asked = receiver.missing;
        receiver.asked_at = now_;
        packet.flags |= kCnp;
    }
    receiver.waiting = 0;  // this says the same
    answer(at);
    return false;
}

}  // namespace easterly::packet
