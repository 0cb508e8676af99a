// Rates that answer notifications or marks (DCQCN).
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
    const Rules& law = rules[flow.rules];
    const auto of_class = law.dcqcn.notify_class < 0 ? flow.traffic_class : static_cast<std::uint8_t>(law.dcqcn.notify_class);
    packet = {at, 0, 0, flow.back, kNone, law.ack_B, of_class, kCnp, now_};
    ++notifications;
    if (coloured_) paint(made, 0);
    law.ideal_acks ? come_back(made) : depart(made);
}

// A notification, or a mark where they are sampled.
void Engine::slow_down(std::uint32_t at) {
    Dcqcn& pace = senders_[at].pace;
    const DcqcnRules& law = rules[flows[at].rules].dcqcn;
    if (!law.sampled()) {
        pace.notified(law, now_);
        return ticks_on(at);
    }
    const Time then = pace.marked(law, now_);
    if (then != kNever) wheel_.add({then, event(Kind::cut, at)});
}

void Engine::cut(std::uint32_t at) {
    if (flows[at].acknowledged >= 0) return;
    senders_[at].pace.cut_for_marks(rules[flows[at].rules].dcqcn, now_);
    ticks_on(at);
}

// The timer of a rate runs anew from each cut on, and only while the rate is below the line's.
void Engine::ticks_on(std::uint32_t at) {
    Sender& sender = senders_[at];
    sender.generation = (sender.generation + 1) & 0xffffff;
    wheel_.add({now_ + rules[flows[at].rules].dcqcn.rate_timer, event(Kind::rate, at, sender.generation)});
}

void Engine::tick(std::uint32_t at, std::uint32_t generation) {
    Sender& sender = senders_[at];
    if (sender.generation != generation || flows[at].acknowledged >= 0) return;
    const DcqcnRules& law = rules[flows[at].rules].dcqcn;
    const double line = line_bps(at);
    sender.pace.tick(law, line);
    if (sender.pace.current_bps < line) wheel_.add({now_ + law.rate_timer, event(Kind::rate, at, generation)});
}

}  // namespace easterly::packet
