// Rates that answer notifications (DCQCN).
#include "packet/engine.hpp"

namespace easterly::packet {

double Engine::line_bps(std::uint32_t flow) {
    const std::int32_t link = nic(flow);
    if (link < 0) return 1000.0;  // all are down
    return 8e12 * ports[link].parts / static_cast<double>(ports[link].per_B);
}

void Engine::notify(std::uint32_t at) {
    const Flow& flow = flows[at];
    const std::uint32_t made = pool_.take();
    Packet& packet = pool_[made];
    packet = {at, 0, 0, flow.back, kNone, rules[flow.rules].ack_B, flow.traffic_class, kCnp, now_};
    ++notifications;
    depart(made);
}

// Timers of a rate run only while it is below the line's.
void Engine::ticks_on(std::uint32_t at) {
    Sender& sender = senders_[at];
    const DcqcnRules& law = rules[flows[at].rules].dcqcn;
    sender.generation = (sender.generation + 1) & 0xffffff;
    wheel_.add({now_ + law.alpha_timer, event(Kind::alpha, at, sender.generation)});
    wheel_.add({now_ + law.rate_timer, event(Kind::rate, at, sender.generation)});
}

void Engine::tick(std::uint32_t at, std::uint32_t generation, bool alpha) {
    Sender& sender = senders_[at];
    if (sender.generation != generation || flows[at].acknowledged >= 0) return;
    const DcqcnRules& law = rules[flows[at].rules].dcqcn;
    const double line = line_bps(at);
    if (alpha) {
        sender.pace.quiet(law);
        if (sender.pace.current_bps < line) wheel_.add({now_ + law.alpha_timer, event(Kind::alpha, at, generation)});
    } else {
        sender.pace.tick(law, line);
        if (sender.pace.current_bps < line) wheel_.add({now_ + law.rate_timer, event(Kind::rate, at, generation)});
    }
}

}  // namespace easterly::packet
