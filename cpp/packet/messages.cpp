// Messages of connections: when they begin, which packets they are, and what begins when they are there.
#include "packet/engine.hpp"

namespace easterly::packet {

void Engine::begin_messages() {
    posted_.resize(messages.empty() ? 0 : flows.size());
    for (std::uint32_t m = 0; m < messages.all.size(); ++m)
        if (messages[m].waits == 0) wheel_.add({messages[m].earliest, event(Kind::post, m)});
}

// All that the message waited for is done.
void Engine::post(std::uint32_t m) {
    Message& message = messages[m];
    message.begun = now_;
    if (message.flow == kNone) return wheel_.add({now_ + message.duration, event(Kind::worked, m)});
    Flow& flow = flows[message.flow];
    Posted& posted = posted_[message.flow];
    message.first = flow.posted;
    flow.posted += message.packets;
    if (posted.last != kNone) messages[posted.last].next = m;
    posted.last = m;
    for (std::uint32_t* cursor : {&posted.sending, &posted.arriving, &posted.oldest})
        if (*cursor == kNone) *cursor = m;
    if (posted.arriving == m) flow.due = message.end();
    send(message.flow);
}

void Engine::finish(std::uint32_t m) {
    messages[m].done = now_;
    if (record.arrivals) record.done_messages.push_back(m);
    for (std::uint32_t i = messages.ptr[m]; i < messages.ptr[m + 1]; ++i) {
        Message& next = messages[messages.after[i]];
        if (--next.waits > 0) continue;
        wheel_.add({std::max(now_ + next.delay, next.earliest), event(Kind::post, messages.after[i])});
    }
}

// Everything below `missing` is at the receiver, and with it at least one message as a whole.
void Engine::complete(std::uint32_t f, std::uint32_t missing) {
    Flow& flow = flows[f];
    if (missing == flow.packets) {
        flow.delivered = now_;
        if (record.arrivals) record.done.push_back(f);
    }
    flow.due = kNone;
    if (posted_.empty() || posted_[f].arriving == kNone) return;
    Posted& posted = posted_[f];
    while (posted.arriving != kNone && messages[posted.arriving].end() <= missing) {
        finish(posted.arriving);
        posted.arriving = messages[posted.arriving].next;
    }
    if (posted.arriving != kNone) flow.due = messages[posted.arriving].end();
}

// The size of a packet of a connection with messages; those before the oldest that is not acknowledged are not asked for.
std::uint16_t Engine::size_in_message(std::uint32_t f, std::uint32_t seq) {
    Posted& posted = posted_[f];
    const std::uint32_t una = senders_[f].una;
    while (messages[posted.oldest].end() <= una && messages[posted.oldest].next != kNone)
        posted.oldest = messages[posted.oldest].next;
    std::uint32_t m = messages[posted.sending].first <= seq ? posted.sending : posted.oldest;
    while (messages[m].end() <= seq) m = messages[m].next;
    posted.sending = m;
    return seq + 1 == messages[m].end() ? messages[m].last_B : rules[flows[f].rules].packet_B;
}

}  // namespace easterly::packet
