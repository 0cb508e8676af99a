// Sources without acknowledgements, and the delays of packets.
#include "packet/engine.hpp"
#include "random/mix.hpp"

namespace easterly::packet {

namespace {

constexpr std::uint64_t kOfSource = std::uint64_t{1} << 40;  // its draws, apart from those of links
constexpr double kLongest = 0x1p50;                          // [ps] of a gap and of a phase

Time whole(double time) { return static_cast<Time>(std::min(time, kLongest)); }

}  // namespace

void Engine::begin_sources() {
    const bool open = std::ranges::any_of(rules, &Rules::open);
    const bool timed = std::ranges::any_of(rules, [](const Rules& law) { return law.delays > 0; });
    sources_.resize(open ? flows.size() : 0);
    delays.resize(timed ? flows.size() : 0);
    for (std::uint32_t f = 0; f < flows.size(); ++f) {
        Flow& flow = flows[f];
        const Rules& law = rules[flow.rules];
        if (law.delays > 1) delays[f].bins.assign(Delays::kBins, 0);
        if (!law.open()) continue;
        Source& source = sources_[f];
        source.left_B = static_cast<std::int64_t>(flow.packets - 1) * (law.packet_B - law.header_B) + flow.last_B - law.header_B;
        flow.packets = 0;
        source.on_left = whole(law.source.phase(static_cast<double>(law.source.on), draw(f)));
        if (law.source.gaps == Gaps::exponential) rest(f, law.source.mean_B(law.packet_B));
        wheel_.add({flow.start, event(Kind::pulse, f)});
    }
}

double Engine::draw(std::uint32_t flow) {
    return random::unit(random::mix(random::mix(seed_, kOfSource + flow), sources_[flow].draws++));
}

// From a packet of so many bytes to the next one.
void Engine::rest(std::uint32_t at, double size_B) {
    Source& source = sources_[at];
    const Rules& law = rules[flows[at].rules];
    const bool drawn = law.source.gaps == Gaps::exponential;
    const auto bps = static_cast<std::int64_t>(law.source.rate_bps);
    if (!drawn && static_cast<double>(bps) == law.source.rate_bps) {  // exactly: what is left of a picosecond is carried on
        const __int128 work = static_cast<__int128>(size_B) * 8 * kPerSecond + source.carry;
        source.wait = static_cast<Time>(std::min<__int128>(work / bps, static_cast<Time>(kLongest)));
        source.carry = static_cast<std::int64_t>(work % bps);
        return;
    }
    const double mean = 8e12 * (drawn ? law.source.mean_B(law.packet_B) : size_B) / law.source.rate_bps;
    const double gap = std::min((drawn ? SourceRules::exponential(mean, draw(at)) : mean) + source.rest, kLongest);
    source.wait = static_cast<Time>(gap);
    source.rest = gap - static_cast<double>(source.wait);
}

// The source sends if it is time; and is asked again when the next packet is due, or when its next phase begins.
void Engine::pulse(std::uint32_t at) {
    Source& source = sources_[at];
    const SourceRules& how = rules[flows[at].rules].source;
    if (source.wait == 0) {
        rest(at, shoot(at));
        if (source.left_B == 0) {
            --open_;
            return;
        }
    }
    Time then = source.wait;
    if (how.off == 0 || source.wait <= source.on_left) {
        source.on_left -= how.off == 0 ? 0 : source.wait;
        source.wait = 0;
    } else {
        then = source.on_left + whole(how.phase(static_cast<double>(how.off), draw(at)));
        source.wait -= source.on_left;
        source.on_left = whole(how.phase(static_cast<double>(how.on), draw(at)));
    }
    wheel_.add({now_ + then, event(Kind::pulse, at)});
}

// Sends one packet; returns its size.
std::uint16_t Engine::shoot(std::uint32_t at) {
    Flow& flow = flows[at];
    Source& source = sources_[at];
    const Rules& law = rules[flow.rules];
    const bool fixed = law.source.lengths == Lengths::fixed;
    const double drawn_B = fixed ? law.packet_B : law.source.length_B(law.packet_B, draw(at)) + 0.5;
    const auto size_B = std::clamp<std::int64_t>(static_cast<std::int64_t>(drawn_B), law.header_B + 1, UINT16_MAX);
    const std::int64_t data_B = std::min<std::int64_t>(size_B - law.header_B, source.left_B);
    source.left_B -= data_B;
    const auto whole_B = static_cast<std::uint16_t>(data_B + law.header_B);
    const std::uint32_t made = pool_.take();
    pool_[made] = {at, flow.packets, 0, flow.path, kNone, whole_B, flow.traffic_class, 0, now_};
    ++flow.packets;
    ++flow.sent;
    if (coloured_) paint(made, flow.colour);
    depart(made);
    return whole_B;
}

// What arrives without being acknowledged.
void Engine::absorb(std::uint32_t at) {
    const Packet& packet = pool_[at];
    Flow& flow = flows[packet.flow];
    Receiver& receiver = receivers_[packet.flow];
    ++receiver.missing;
    flow.reordered += packet.seq + 1 < receiver.high;
    receiver.high = std::max(receiver.high, packet.seq + 1);
    if (sources_[packet.flow].left_B == 0 && receiver.missing == flow.packets) flow.delivered = now_;
    pool_.give(at);
}

}  // namespace easterly::packet
