// Packets around one switch: time never falls, what is in memory is there, and all arrives that can.
#include <algorithm>

#include "bytes.hpp"
#include "packet/engine.hpp"

namespace {

using namespace easterly::packet;
using Account = Memory::Account;
using fuzz::Bytes;

constexpr std::uint64_t kEvents = 20'000;

std::int64_t rate(Bytes& bytes) { return 1000 * bytes.within(1, 10'000'000'000); }

void manage(Bytes& bytes, Engine& engine, Details& more, int c) {
    namespace aqm = easterly::aqm;
    more.manager[c] = static_cast<std::int32_t>(engine.managers.size());
    aqm::Codel codel;
    codel.target = bytes.within(0, std::int64_t{1} << 32), codel.interval = bytes.within(1, std::int64_t{1} << 36);
    codel.mtu_B = bytes.within(0, 9216), codel.ecn = bytes.flip();
    switch (bytes.byte() % 5) {
        case 4: {
            aqm::Wred wred{{{}, {bytes.real(0.0, 1.0), bytes.real(0.0, 1e6)}, {}, bytes.flip(), bytes.flip(), 0.0}, {}, {}};
            for (int colour = 0; colour < 3; ++colour) {
                const double low = bytes.real(0.0, 1e5);
                wred.ramps.push_back({low, low + bytes.real(0.0, 1e5), bytes.real(0.0, 1.0), bytes.flip()});
            }
            wred.spreads.resize(3);
            engine.managers.emplace_back(std::move(wred), bytes.flip());
            return;
        }
        case 0: {
            const double low = bytes.real(0.0, 1e5), high = low + bytes.real(0.0, 1e5);
            const aqm::Ramp ramp{low, high, bytes.real(0.0, 1.0), bytes.flip()};
            engine.managers.emplace_back(aqm::Red{ramp, {bytes.real(0.0, 1.0), bytes.real(0.0, 1e6)}, {}, bytes.flip(), bytes.flip(), 0.0},
                                         bytes.flip());
            return;
        }
        case 1: engine.managers.emplace_back(codel); return;
        case 2: {
            aqm::Pie pie;
            pie.ticks_per_s = 1e12;
            pie.target = bytes.within(1, std::int64_t{1} << 36), pie.update = bytes.within(1 << 20, std::int64_t{1} << 36);
            pie.most_burst = bytes.within(0, std::int64_t{1} << 36), pie.ecn = bytes.flip(), pie.derandomised = bytes.flip();
            engine.managers.emplace_back(pie);
            return;
        }
        default:
            engine.managers.emplace_back(aqm::FqCodel(bytes.within(1, 16), bytes.within(1, 9216), bytes.within(1, 1 << 12), 64, codel));
    }
}

void colour(Bytes& bytes, Engine& engine, Details& more, int c) {
    namespace meter = easterly::meter;
    const std::int64_t bps = rate(bytes), second = rate(bytes), burst_B = bytes.within(0, 1 << 20), second_B = bytes.within(0, 1 << 20);
    more.marker[c] = static_cast<std::int32_t>(engine.markers.size());
    const bool aware = bytes.flip();
    switch (bytes.byte() % 3) {
        case 0: engine.markers.emplace_back(meter::SingleRate(bps, burst_B, second_B, kPerSecond, 0), 0, c, aware); return;
        case 1: engine.markers.emplace_back(meter::TwoRate(bps, burst_B, second, second_B, kPerSecond, 0), 0, c, aware); return;
        default: engine.markers.emplace_back(meter::Differential(bps, burst_B, second, second_B, bytes.flip(), kPerSecond, 0), 0, c, aware);
    }
}

void schedule(Bytes& bytes, Engine& engine, Details& more) {
    namespace sched = easterly::sched;
    more.scheduling = static_cast<std::int32_t>(engine.schedulings.size());
    std::array<std::int32_t, kClasses> queue{0, 1, 2, 3, 4, 5, 6, 7};
    std::vector<std::int64_t> weight, slope;
    for (int c = 0; c < kClasses; ++c) weight.push_back(bytes.within(1, 1 << 12)), slope.push_back(bytes.flip() ? 1000 * bytes.within(1, 100'000'000) : 0);
    const std::int64_t bps = 1000 * bytes.within(1, 1'000'000'000);
    std::vector<sched::HtbClass> tree{{-1, bps, bps, 3000, 3000, 1500, 0}};
    std::vector<sched::CbqClass> shares{{-1, bps, 1500, 0, false, 1'000'000}};
    for (int c = 0; c < kClasses; ++c) {
        tree.push_back({0, 1 + bps / (c + 1), 1 + bps / (c % 3 + 1), bytes.within(0, 1 << 16), bytes.within(0, 1 << 16), bytes.within(1, 9216), c % 8});
        shares.push_back({0, 1 + bps / (c + 1), bytes.within(1, 9216), c % 8, bytes.flip(), bytes.within(0, 1 << 30)});
    }
    std::array<std::int32_t, kClasses> leaf{1, 2, 3, 4, 5, 6, 7, 8};
    switch (bytes.byte() % 9) {
        case 0: engine.schedulings.emplace_back(sched::Fifo(kClasses), queue); return;
        case 1: engine.schedulings.emplace_back(sched::Wrr(weight, bytes.flip()), queue); return;
        case 2: case 3: engine.schedulings.emplace_back(sched::Wfq(weight, bps, kPerSecond, bytes.flip()), queue); return;
        case 4: engine.schedulings.emplace_back(sched::Wf2qPlus(weight, bps, kPerSecond), queue); return;
        case 5: engine.schedulings.emplace_back(sched::ClassBased(weight, slope, std::vector<sched::Bytes>(kClasses, 9216), kPerSecond), queue); return;
        case 6: engine.schedulings.emplace_back(sched::Htb(tree, kPerSecond), leaf); return;
        case 7: engine.schedulings.emplace_back(sched::Cbq(shares, bps, kPerSecond, 5, bytes.flip()), leaf); return;
        default: engine.schedulings.emplace_back(sched::Cbs(slope, bps, kPerSecond), queue); return;
    }
}

void trouble(Bytes& bytes, Engine& engine, std::int32_t links) {
    if (bytes.flip()) engine.pause_quanta = bytes.within(1, 65535);
    engine.patience = bytes.flip() ? bytes.within(1, std::int64_t{1} << 50) : 0;
    engine.check_every = bytes.within(1, std::int64_t{1} << 40);
    for (std::int64_t left = bytes.within(0, 3); left > 0; --left) {
        Storm& made = engine.storms.emplace_back();
        made.link = static_cast<std::int32_t>(bytes.within(0, links - 1)), made.traffic_class = bytes.byte() % kClasses;
        made.from = bytes.within(0, std::int64_t{1} << 40), made.every = bytes.within(1 << 20, std::int64_t{1} << 40);
        if (bytes.flip()) made.to = made.from + bytes.within(0, std::int64_t{1} << 40);
    }
    for (std::int64_t left = bytes.within(0, 3); left > 0; --left) {
        Guard made;
        made.link = static_cast<std::int32_t>(bytes.within(0, links - 1)), made.traffic_class = bytes.byte() % kClasses;
        made.every = bytes.within(1 << 20, std::int64_t{1} << 40);
        made.watchdog.detection = bytes.within(1, std::int64_t{1} << 41), made.watchdog.restoration = bytes.within(0, std::int64_t{1} << 41);
        made.watchdog.action = static_cast<easterly::buffer::Action>(bytes.byte() % 3);
        const Details& more = engine.details[engine.links[made.link].station];
        const std::int32_t at = more.manager[made.traffic_class];
        if (at < 0 || engine.managers[at].fair() == nullptr) engine.guards.push_back(made);
    }
}

void ports(Bytes& bytes, Engine& engine, std::int32_t links, bool queued) {
    engine.ports.resize(links);
    engine.links.resize(links);
    for (std::int32_t l = 0; l < links; ++l) {
        Port& port = engine.ports[l];
        port.set_rate(rate(bytes));
        port.delay = bytes.within(0, std::int64_t{1} << 40);
        if (bytes.flip()) port.limit = port.takes(bytes.within(0, 1 << 20));
        Link& link = engine.links[l];
        if (bytes.flip()) {
            const std::int64_t from = bytes.within(0, 1 << 20);
            port.mark_from = port.takes(from);
            link.to = port.takes(from + bytes.within(0, 1 << 20));
        }
        link.most = bytes.real(0.0, 1.0);
        link.loss = bytes.flip() ? bytes.real(0.0, 0.9) : 0.0;
        link.every = static_cast<std::uint64_t>(bytes.within(2, 1000));
        link.next_lost = bytes.flip() ? static_cast<std::uint64_t>(bytes.within(1, 100)) : 0;
        link.back = l ^ 1;
        if (!queued) continue;
        link.station = static_cast<std::int32_t>(engine.stations.size());
        Sizes quanta;
        for (std::int32_t& each : quanta) each = static_cast<std::int32_t>(bytes.within(1, 1 << 24));
        Station& station = engine.stations.emplace_back(bytes.byte(), quanta);
        for (Marks& each : station.ramps) {
            each.from_B = static_cast<float>(bytes.within(0, 1 << 20));
            each.to_B = each.from_B + static_cast<float>(bytes.within(0, 1 << 20));
            each.most = static_cast<float>(bytes.real(0.0, 1.0));
        }
        station.drops = bytes.byte();
        station.leaving = static_cast<std::uint8_t>(bytes.byte() & ~station.drops);
        Details& more = engine.details.emplace_back();
        more.limit_B.fill(bytes.within(64, 1 << 24));
        more.limit_packets.fill(bytes.within(1, 1 << 12));
        if (bytes.flip()) more.shaper.set(rate(bytes), bytes.within(0, 1 << 20));
        for (int c = 0; c < kClasses; ++c) {
            if (bytes.flip()) more.shapers[c].set(rate(bytes), bytes.within(0, 1 << 20));
            if (bytes.flip()) manage(bytes, engine, more, c);
            if (bytes.byte() % 4 == 0) colour(bytes, engine, more, c);
        }
        if (bytes.flip()) schedule(bytes, engine, more);
    }
}

std::int32_t narrow(Bytes& bytes, std::int64_t most) { return static_cast<std::int32_t>(bytes.within(0, most)); }

void memory(Bytes& bytes, Engine& engine, std::int32_t hosts) {
    auto& made = engine.memories.emplace_back();
    made.cell_B = bytes.within(1, 512);
    made.ingress_pools.resize(1);
    made.egress_pools.resize(1);
    made.ingress_pools[0].shared = narrow(bytes, 1 << 20);
    made.ingress_pools[0].headroom = narrow(bytes, 1 << 20);
    made.egress_pools[0].shared = narrow(bytes, 1 << 24);
    for (std::int32_t i = 0; i < hosts * kClasses; ++i) {
        Account in, out;
        in.port = out.port = i / kClasses;
        in.num = narrow(bytes, 64), in.den = narrow(bytes, 64), in.limit = narrow(bytes, 1 << 20);
        in.headroom = bytes.flip() ? narrow(bytes, 1 << 18) : 0;
        in.reserved = narrow(bytes, 4096);
        in.xon = narrow(bytes, 1 << 18), in.xon_offset = narrow(bytes, 1 << 18);
        out.num = narrow(bytes, 64), out.den = narrow(bytes, 64), out.limit = narrow(bytes, 1 << 20);
        made.ingress.push_back(in);
        made.egress.push_back(out);
    }
    for (std::int32_t host = 0; host < hosts; ++host) {
        engine.links[2 * host].behind = 0;
        engine.links[2 * host].way_in = host * kClasses;
        Station& out = engine.stations[engine.links[2 * host + 1].station];
        out.memory = 0;
        out.account = host * kClasses;
    }
}

void source(Bytes& bytes, SourceRules& made) {
    made.rate_bps = static_cast<double>(rate(bytes));
    made.gaps = static_cast<Gaps>(bytes.byte() % 2);
    made.lengths = static_cast<Lengths>(bytes.byte() % 3);
    made.phases = static_cast<Phases>(bytes.byte() % 3);
    made.small_B = static_cast<std::uint16_t>(bytes.within(1, 65535));
    made.small_share = bytes.real(0.0, 1.0);
    made.on = bytes.within(1'000'000, std::int64_t{1} << 50);
    made.off = bytes.flip() ? bytes.within(0, std::int64_t{1} << 50) : 0;
    made.shape = bytes.real(1.01, 10.0);
}

// Laws that read delays and links.
void reading(Bytes& bytes, Rules& made) {
    TimelyRules& timely = made.timely;
    timely.alpha = bytes.real(0.0, 1.0), timely.beta = bytes.real(0.0, 1.0);
    timely.add_bps = static_cast<double>(rate(bytes)), timely.least_bps = static_cast<double>(rate(bytes));
    timely.low = bytes.within(0, std::int64_t{1} << 40), timely.high = bytes.within(0, std::int64_t{1} << 40);
    timely.least_rtt = bytes.within(1, std::int64_t{1} << 40), timely.reference = bytes.within(1, std::int64_t{1} << 40);
    timely.burst_B = bytes.within(1, 1 << 20);
    timely.gap = bytes.flip() ? bytes.within(0, std::int64_t{1} << 40) : 0;
    timely.at_once = bytes.flip(), timely.patched = bytes.flip();
    timely.first_share = bytes.real(1e-6, 1.0);
    HpccRules& hpcc = made.hpcc;
    hpcc.target = bytes.real(0.01, 1.0), hpcc.flows = bytes.real(1.0, 1000.0);
    hpcc.most_stages = static_cast<std::uint32_t>(bytes.within(0, 10));
    hpcc.add_B = bytes.flip() ? bytes.real(0.0, 1e6) : 0.0, hpcc.least_B = bytes.flip() ? bytes.real(0.0, 1e6) : 0.0;
    hpcc.base = bytes.flip() ? bytes.within(1, std::int64_t{1} << 40) : 0;
    hpcc.link_B = static_cast<std::uint16_t>(bytes.within(0, 64));
}

void windows(Bytes& bytes, Rules& made) {
    made.acks_every = bytes.flip() ? static_cast<std::uint32_t>(bytes.within(1, 20)) : 1;
    made.ack_delay = bytes.within(1, std::int64_t{1} << 40);
    made.ahead = bytes.flip() ? static_cast<std::uint32_t>(bytes.within(1, 100)) : 1U << 31;
    made.host = bytes.flip() ? bytes.within(0, std::int64_t{1} << 36) : 0;
    made.pacing = bytes.flip() ? bytes.real(0.0, 4.0) : 0.0;
    made.counts_acks = bytes.flip();
    made.classic_ecn = bytes.flip();
    if (!made.go_back) made.recovery = {bytes.flip(), bytes.flip(), bytes.flip(), bytes.flip()};
    SwiftRules& swift = made.swift;
    swift.base = bytes.within(0, std::int64_t{1} << 40), swift.hop = bytes.within(0, 1 << 30);
    swift.range = bytes.within(0, std::int64_t{1} << 40), swift.endpoint = bytes.within(0, std::int64_t{1} << 40);
    swift.range_from = bytes.real(0.01, 1.0), swift.range_to = bytes.real(2.0, 1000.0);
    swift.add = bytes.real(0.0, 10.0), swift.beta = bytes.real(0.0, 1.0), swift.most_cut = bytes.real(0.0, 1.0);
    swift.least_window = bytes.real(1e-3, 1.0), swift.resets = static_cast<std::uint32_t>(bytes.within(1, 10));
    made.bbr.rtt_for = bytes.within(1, std::int64_t{1} << 44), made.bbr.probe_rtt = bytes.within(0, std::int64_t{1} << 40);
    made.bbr.quantum_B = bytes.within(1, 1 << 20);
}

Rules law(Bytes& bytes) {
    Rules made;
    made.packet_B = static_cast<std::uint16_t>(bytes.within(64, 9216));
    made.header_B = static_cast<std::uint16_t>(bytes.within(0, made.packet_B - 1));
    made.ack_B = static_cast<std::uint16_t>(bytes.within(1, 200));
    made.nic_B = bytes.within(made.packet_B, 1 << 20);
    made.least_timeout = bytes.within(1'000'000, std::int64_t{1} << 42);
    made.duplicates = static_cast<std::uint32_t>(bytes.within(1, 100));
    constexpr Law laws[] = {Law::fixed, Law::newreno, Law::cubic, Law::dctcp,  Law::dcqcn, Law::bbr,
                            Law::bbr3,  Law::swift,   Law::open,  Law::timely, Law::hpcc};
    made.law = laws[bytes.byte() % std::size(laws)];
    made.delays = bytes.byte() % 3;
    made.go_back = bytes.flip();
    made.ideal_acks = bytes.flip();
    made.ask_again = bytes.flip() ? bytes.within(0, std::int64_t{1} << 40) : kNever;
    made.ack_class = static_cast<std::int8_t>(bytes.within(-1, kClasses - 1));
    made.dcqcn.notify_class = static_cast<std::int8_t>(bytes.within(-1, kClasses - 1));
    made.dcqcn.decrease = bytes.flip() ? bytes.within(1000, std::int64_t{1} << 32) : 0;
    made.dcqcn.clamp = bytes.flip();
    source(bytes, made.source);
    reading(bytes, made);
    windows(bytes, made);
    if (made.asks_links()) made.acks_every = 1;  // nothing else is taken from a caller
    made.first_window = bytes.real(1.0, 300.0);
    made.g = bytes.real(0.0, 1.0);
    made.cubic_C = bytes.real(1e-3, 10.0);
    made.cubic_beta = bytes.real(0.1, 0.9);
    made.fast_convergence = bytes.flip();
    made.dcqcn.gap = bytes.within(0, std::int64_t{1} << 32);
    made.dcqcn.reaction = bytes.within(0, std::int64_t{1} << 32);
    made.dcqcn.counter_B = bytes.within(1, 1 << 24);
    made.dcqcn.alpha_timer = bytes.within(1000, std::int64_t{1} << 32);
    made.dcqcn.rate_timer = bytes.within(1000, std::int64_t{1} << 32);
    return made;
}

void flows(Bytes& bytes, Engine& engine, std::int32_t hosts, const Rules& of) {
    engine.flows.resize(bytes.within(1, 8));
    for (Flow& flow : engine.flows) {
        const auto from = static_cast<std::int32_t>(bytes.byte() % hosts), to = (from + 1) % hosts;
        const auto path = [&](std::int32_t a, std::int32_t b) {
            const auto at = static_cast<std::uint32_t>(engine.route.size());
            engine.route.insert(engine.route.end(), {2 * a, 2 * b + 1, -1});
            return at;
        };
        flow.path = path(from, to);
        flow.back = path(to, from);
        flow.packets = static_cast<std::uint32_t>(bytes.within(1, 300));
        flow.last_B = static_cast<std::uint16_t>(bytes.within(of.header_B + 1, of.packet_B));
        flow.traffic_class = bytes.byte() % kClasses, flow.colour = bytes.byte() % 3;
        flow.start = bytes.within(0, std::int64_t{1} << 40);
    }
}

// A choice of two links to the switch, and of two from it, in the place of some paths.
void choices(Bytes& bytes, Engine& engine, std::int32_t hosts) {
    Choices& made = engine.choices;
    const auto group = [&](std::initializer_list<std::uint32_t> members, std::int32_t table, Pick pick) {
        Manner how;
        how.pick = pick;
        how.modulo = bytes.flip(), how.added = bytes.flip(), how.resilient = bytes.flip();
        how.bits = static_cast<std::uint8_t>(bytes.within(1, 64));
        how.seed = static_cast<std::uint64_t>(bytes.within(0, INT64_MAX));
        how.gap = bytes.flip() ? bytes.within(0, std::int64_t{1} << 40) : 0;
        made.groups.push_back({static_cast<std::uint32_t>(made.member.size()), static_cast<std::uint32_t>(members.size()),
                               static_cast<std::uint32_t>(members.size()), static_cast<std::uint32_t>(made.manners.size()), table, true, {}});
        made.manners.push_back(how);
        made.member.insert(made.member.end(), members);
        const double own = bytes.real(0.1, 10.0);
        for (std::size_t i = 0; i < members.size(); ++i) made.weight.push_back(how.modulo ? 1.0 : bytes.flip() ? 1.0 : own);
    };
    const auto host = [&] { return static_cast<std::int32_t>(bytes.byte() % hosts); };
    const auto pick = [&] { return static_cast<Pick>(bytes.byte() % 7); };
    for (Flow& flow : engine.flows)
        for (std::uint32_t* start : {&flow.path, &flow.back}) {
            if (bytes.flip()) continue;
            const auto at = static_cast<std::uint32_t>(engine.route.size());
            const auto up = static_cast<std::int32_t>(made.groups.size()), down = up + 1, back = up + 2;
            const std::int32_t from = engine.route[*start], to = engine.route[*start + 1];
            engine.route.insert(engine.route.end(), {-2 - up, -1, from, -2 - down, -1, 2 * host(), -2 - down, -1, to, -2 - back,
                                                     2 * host() + 1, -2 - back, -1});
            group({at + 2, at + 5}, -1, pick());
            group({at + 8, at + 10}, up, pick());
            group({}, up, Pick::back);
            *start = at;
        }
    for (std::size_t i = 0; i < 2 * engine.flows.size(); ++i) made.name.push_back(static_cast<std::uint64_t>(bytes.within(0, INT64_MAX)));
    made.watched = bytes.flip();
}

void faults(Bytes& bytes, Engine& engine) {
    engine.faults.all.resize(bytes.within(1, 24));
    for (Fault& each : engine.faults.all) {
        each.at = bytes.within(0, std::int64_t{1} << 40);
        each.what = static_cast<What>(bytes.byte() % (engine.choices.empty() ? 6 : 9));
        each.link = static_cast<std::int32_t>(bytes.byte() % engine.ports.size());
        each.value = each.what == What::rate ? static_cast<double>(rate(bytes)) : bytes.real(0.0, 0.9);
        if (each.what != What::tables) continue;
        each.link = static_cast<std::int32_t>(engine.faults.tables.size());
        Tables& made = engine.faults.tables.emplace_back();
        made.ptr = {0};
        for (std::uint32_t g = 0; g < engine.choices.groups.size(); ++g) {
            const Group& of = engine.choices.groups[g];
            if (of.count == 0 || bytes.flip()) continue;
            made.group.push_back(g);
            for (std::int64_t i = bytes.within(0, 3); i > 0; --i) {
                made.member.push_back(engine.choices.member[of.first + (bytes.byte() & 1)]);
                made.weight.push_back(1.0);
            }
            made.ptr.push_back(static_cast<std::uint32_t>(made.member.size()));
        }
    }
    std::ranges::stable_sort(engine.faults.all, {}, &Fault::at);
}

// Samples, and links that are watched.
void recording(Bytes& bytes, Engine& engine) {
    Record& record = engine.record;
    record.every = record.next = bytes.flip() ? bytes.within(1, std::int64_t{1} << 36) : 0;
    record.samples_left = static_cast<std::uint64_t>(bytes.within(0, 5000));
    record.trace_left = static_cast<std::uint64_t>(bytes.within(0, 5000));
    for (std::size_t l = 0; l < engine.ports.size(); ++l) record.sampled.push_back(static_cast<std::int32_t>(l));
    for (std::size_t l = 0; l < engine.ports.size(); ++l) record.watch.push_back(bytes.byte() & 3);
}

// A queue has been at some depth all the time.
void gauges(Engine& engine) {
    engine.settle();
    for (const Gauged& each : engine.record.gauges) {
        Time all = 0;
        for (const std::int64_t in_bin : each.depths.times()) {
            HOLDS(in_bin >= 0);
            all += in_bin;
        }
        HOLDS(all == engine.now());
    }
}

}  // namespace

void fuzz::target(Bytes bytes) {
    Engine engine(bytes.byte(), static_cast<int>(bytes.within(0, 30)));
    engine.pause_reaction = bytes.within(0, std::int64_t{1} << 32);
    const auto hosts = static_cast<std::int32_t>(bytes.within(2, 5));
    const bool queued = bytes.flip();
    ports(bytes, engine, 2 * hosts, queued);
    if (queued) {
        memory(bytes, engine, hosts);
        trouble(bytes, engine, 2 * hosts);
    }
    engine.rules = {law(bytes)};
    flows(bytes, engine, hosts, engine.rules.front());
    if (bytes.flip()) recording(bytes, engine);
    if (bytes.flip()) choices(bytes, engine, hosts);
    if (bytes.flip()) faults(bytes, engine);
    if (bytes.flip()) engine.probes.push_back({0, bytes.within(0, std::int64_t{1} << 40), 0, {}});
    engine.begin();
    Time before = 0;
    bool more = true;
    for (std::uint64_t done = 0; more && done < kEvents; done += 997) {
        more = engine.run(std::int64_t{1} << 61, 997);
        HOLDS(engine.now() >= before);
        before = engine.now();
    }
    if (engine.now() > std::int64_t{1} << 61) return;
    gauges(engine);
    const bool paused = std::ranges::any_of(engine.stations, [](const Station& each) { return each.paused != 0; });
    HOLDS(more || engine.open() == 0 || engine.stuck.cause != Cause::none);
    for (std::size_t f = 0; f < engine.flows.size(); ++f) {
        const Flow& flow = engine.flows[f];
        HOLDS(engine.received(f) <= flow.packets && flow.sent >= flow.again);
        HOLDS(flow.acknowledged < 0 || (flow.delivered >= 0 && flow.delivered <= flow.acknowledged));
    }
    if (more || paused || engine.stuck.cause != Cause::none) return;
    for (const auto& each : engine.memories) HOLDS(each.total.used == 0);
}
