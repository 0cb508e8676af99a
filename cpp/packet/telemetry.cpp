// What switches write into packets of HPCC as they leave, and how it gets back to their sender.
#include "packet/engine.hpp"
#include "random/mix.hpp"

namespace easterly::packet {

namespace {

constexpr std::uint32_t kLinks = 16;  // of a path among several, that can say something

}  // namespace

// Every link from an entry of `route` on, by the first member of every group; whether that leads to the end.
template <class Do>
bool Engine::walk(std::uint32_t start, Do&& act) const {
    std::uint32_t place = start;
    while (route[place] != -1) {
        const std::int32_t entry = route[place++];
        if (entry >= 0) {
            act(entry);
            continue;
        }
        const Group& group = choices.groups[-2 - entry];
        if (group.count > 0) place = choices.member[group.first];
        else if (choices.manners[group.manner].pick != Pick::back) return false;
        else place = behind(start, group.table);
    }
    return true;
}

// A link tells what waits when a packet leaves, which only a port with queues knows: ports of switches get one queue.
void Engine::begin_telemetry() {
    if (std::ranges::none_of(rules, &Rules::asks_links)) return;
    std::vector<bool> of_host(ports.size(), false);
    for (const Flow& flow : flows)
        for (const std::uint32_t first : {flow.path, flow.back})
            if (route[first] >= 0) of_host[route[first]] = true;
    for (std::size_t l = 0; l < ports.size(); ++l) {
        if (of_host[l] || links[l].station >= 0) continue;
        const Port& port = ports[l];
        const auto bytes = [&](Time time) { return static_cast<float>(static_cast<double>(time) * port.parts / port.per_B); };
        Sizes quanta;
        quanta.fill(1500);
        links[l].station = static_cast<std::int32_t>(stations.size());
        Station& made = stations.emplace_back(0, quanta);
        details.resize(stations.size());
        if (port.limit != kNever) details.back().limit_B.fill(static_cast<std::int64_t>(bytes(port.limit) + 0.5F));
        if (port.mark_from == kNever) continue;
        for (Marks& each : made.ramps)
            each = {bytes(port.mark_from), std::max(bytes(links[l].to), 1.0F), static_cast<float>(links[l].most)};
    }
    for (const Flow& flow : flows) {
        std::uint32_t links_of_path = 0;
        walk(flow.path, [&](std::int32_t) { ++links_of_path; });
        if (rules[flow.rules].asks_links()) stride_ = std::max(stride_, links_of_path);
    }
    stride_ = choices.empty() ? stride_ : std::max(stride_, kLinks);
}

// The path that a sender knows of: where packets choose, by the first member of every group.
Path Engine::path_of(std::uint32_t f) {
    const Flow& flow = flows[f];
    const Rules& law = rules[flow.rules];
    const std::int64_t more_B = law.asks_links() ? law.hpcc.link_B : 0;
    std::int64_t size_B = law.packet_B;
    Path found{0, random::mix(random::mix(seed_, 0xcc), f), 0.0, 0};
    const auto over = [&](std::int32_t link) { found.idle_rtt += ports[link].takes(size_B) + ports[link].delay; };
    const bool there = walk(flow.path, [&](std::int32_t link) {
        over(link);
        ++found.links;
        size_B += more_B;
    });
    size_B = law.ack_B + more_B * std::max<std::int64_t>(std::int64_t{found.links} - 1, 0);
    if (!walk(flow.back, over) || !there) found.idle_rtt = 0;
    if (law.asks_links() || law.clocks_nic()) found.line_bps = line_bps(f);
    return found;
}

// A packet leaves a switch.
void Engine::stamp(std::uint32_t at, std::int32_t link) {
    Packet& packet = pool_[at];
    const Rules& law = rules[flows[packet.flow].rules];
    if (packet.flags & (kAck | kCnp | kOwn) || !law.asks_links() || stamps_[at] == stride_) return;
    Telemetry& made = telemetry_[static_cast<std::size_t>(at) * stride_ + stamps_[at]++];
    const Port& port = ports[link];
    packet.size_B = static_cast<std::uint16_t>(packet.size_B + law.hpcc.link_B);
    made = {now_, port.sent_B + packet.size_B, 8e12 * port.parts / static_cast<double>(port.per_B), 0, link};
    for (const Line& each : stations[links[link].station].lines) made.queue_B += each.bytes;
}

// A new packet has nothing written into it.
void Engine::unstamp(std::uint32_t at) {
    if (stamps_.size() < pool_.most()) {
        stamps_.resize(2 * pool_.most());
        telemetry_.resize(2 * pool_.most() * stride_);
    }
    stamps_[at] = 0;
}

}  // namespace easterly::packet
