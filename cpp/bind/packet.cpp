#include <algorithm>
#include <map>
#include <string>

#include <nanobind/stl/map.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "bind/arrays.hpp"
#include "bind/columns.hpp"
#include "bind/packet.hpp"
#include "bind/packet_docs.hpp"
#include "bind/rooms.hpp"
#include "buffer/shared.hpp"

namespace easterly::bind {

namespace {

using nb::literals::operator""_a;
using packet::Engine, packet::Rules, packet::Time;

// A number of a transport: its name, its range, and where it goes.
struct Number {
    const char* name;
    double least, most;
    void (*put)(Rules&, double);
};

template <auto Member>
void put(Rules& law, double value) {
    law.*Member = static_cast<std::remove_reference_t<decltype(law.*Member)>>(value);
}
template <auto Part, auto Member>
void put_in(Rules& law, double value) {
    auto& part = law.*Part;
    part.*Member = static_cast<std::remove_reference_t<decltype(part.*Member)>>(value);
}
template <auto Member>
constexpr auto put_dcqcn = put_in<&Rules::dcqcn, Member>;
template <auto Member>
constexpr auto put_source = put_in<&Rules::source, Member>;

constexpr double kLong = 1LL << 50;
using packet::HpccRules, packet::TimelyRules, packet::RecoveryRules, packet::BbrRules, packet::DcqcnRules, packet::SourceRules, packet::SwiftRules;
constexpr Number kNumbers[] = {
    {"packet_B", 64, 65535, put<&Rules::packet_B>},
    {"header_B", 0, 65534, put<&Rules::header_B>},
    {"ack_B", 1, 65535, put<&Rules::ack_B>},
    {"nic_B", 64, 1LL << 40, put<&Rules::nic_B>},
    {"least_timeout_ps", 1, kLong, put<&Rules::least_timeout>},
    {"duplicates", 1, 1 << 20, put<&Rules::duplicates>},
    {"first_window", 1, 1e18, put<&Rules::first_window>},
    {"most_window", 1, 1e18, put<&Rules::most_window>},
    {"g", 0, 1, put<&Rules::g>},
    {"cubic_C", 1e-9, 1e9, put<&Rules::cubic_C>},
    {"cubic_beta", 0.01, 0.99, put<&Rules::cubic_beta>},
    {"fast_convergence", 0, 1, put<&Rules::fast_convergence>},
    {"dcqcn_g", 0, 1, put_dcqcn<&DcqcnRules::g>},
    {"alpha_timer_ps", 1000, kLong, put_dcqcn<&DcqcnRules::alpha_timer>},
    {"rate_timer_ps", 1000, kLong, put_dcqcn<&DcqcnRules::rate_timer>},
    {"counter_B", 1, 1LL << 50, put_dcqcn<&DcqcnRules::counter_B>},
    {"fast_steps", 0, 1 << 20, put_dcqcn<&DcqcnRules::fast_steps>},
    {"additive_bps", 0, 1e15, put_dcqcn<&DcqcnRules::additive_bps>},
    {"hyper_bps", 0, 1e15, put_dcqcn<&DcqcnRules::hyper_bps>},
    {"least_bps", 1000, 1e15, put_dcqcn<&DcqcnRules::least_bps>},
    {"gap_ps", 0, kLong, put_dcqcn<&DcqcnRules::gap>},
    {"reaction_ps", 0, kLong, put_dcqcn<&DcqcnRules::reaction>},
    {"timely_alpha", 0, 1, put_in<&Rules::timely, &TimelyRules::alpha>},
    {"timely_beta", 0, 1, put_in<&Rules::timely, &TimelyRules::beta>},
    {"timely_add_bps", 0, 1e15, put_in<&Rules::timely, &TimelyRules::add_bps>},
    {"timely_least_bps", 1000, 1e15, put_in<&Rules::timely, &TimelyRules::least_bps>},
    {"timely_low_ps", 0, kLong, put_in<&Rules::timely, &TimelyRules::low>},
    {"timely_high_ps", 0, kLong, put_in<&Rules::timely, &TimelyRules::high>},
    {"timely_least_rtt_ps", 1, kLong, put_in<&Rules::timely, &TimelyRules::least_rtt>},
    {"timely_haste_after", 1, 1 << 20, put_in<&Rules::timely, &TimelyRules::haste_after>},
    {"timely_haste", 1, 1e6, put_in<&Rules::timely, &TimelyRules::haste>},
    {"timely_burst_B", 1, 1LL << 30, put_in<&Rules::timely, &TimelyRules::burst_B>},
    {"timely_gap_ps", 0, kLong, put_in<&Rules::timely, &TimelyRules::gap>},
    {"timely_at_once", 0, 1, put_in<&Rules::timely, &TimelyRules::at_once>},
    {"timely_first_share", 1e-6, 1, put_in<&Rules::timely, &TimelyRules::first_share>},
    {"timely_patched", 0, 1, put_in<&Rules::timely, &TimelyRules::patched>},
    {"timely_reference_ps", 1, kLong, put_in<&Rules::timely, &TimelyRules::reference>},
    {"hpcc_target", 0.01, 1, put_in<&Rules::hpcc, &HpccRules::target>},
    {"hpcc_most_stages", 0, 1 << 20, put_in<&Rules::hpcc, &HpccRules::most_stages>},
    {"hpcc_flows", 1, 1e9, put_in<&Rules::hpcc, &HpccRules::flows>},
    {"hpcc_add_B", 0, 1e12, put_in<&Rules::hpcc, &HpccRules::add_B>},
    {"hpcc_least_B", 0, 1e12, put_in<&Rules::hpcc, &HpccRules::least_B>},
    {"hpcc_base_ps", 0, kLong, put_in<&Rules::hpcc, &HpccRules::base>},
    {"hpcc_link_B", 0, 64, put_in<&Rules::hpcc, &HpccRules::link_B>},
    {"ideal_acks", 0, 1, put<&Rules::ideal_acks>},
    {"go_back", 0, 1, put<&Rules::go_back>},
    {"ask_again_ps", 0, 0x1p62, put<&Rules::ask_again>},
    {"ack_class", -1, 7, put<&Rules::ack_class>},
    {"cnp_class", -1, 7, put_dcqcn<&DcqcnRules::notify_class>},
    {"decrease_ps", 0, kLong, put_dcqcn<&DcqcnRules::decrease>},
    {"clamp_target", 0, 1, put_dcqcn<&DcqcnRules::clamp>},
    {"delays", 0, 2, put<&Rules::delays>},
    {"source_bps", 1000, 1e15, put_source<&SourceRules::rate_bps>},
    {"gaps", 0, 1, put_source<&SourceRules::gaps>},
    {"lengths", 0, 2, put_source<&SourceRules::lengths>},
    {"phases", 0, 2, put_source<&SourceRules::phases>},
    {"small_B", 1, 65535, put_source<&SourceRules::small_B>},
    {"small_share", 0, 1, put_source<&SourceRules::small_share>},
    {"on_ps", 0, kLong, put_source<&SourceRules::on>},
    {"off_ps", 0, kLong, put_source<&SourceRules::off>},
    {"shape", 1.01, 1000, put_source<&SourceRules::shape>},
    {"acks_every", 1, 1 << 20, put<&Rules::acks_every>},
    {"ack_delay_ps", 0, kLong, put<&Rules::ack_delay>},
    {"host_ps", 0, kLong, put<&Rules::host>},
    {"ahead", 1, 1U << 31, put<&Rules::ahead>},
    {"pacing", 0, 1000, put<&Rules::pacing>},
    {"counts_acks", 0, 1, put<&Rules::counts_acks>},
    {"classic_ecn", 0, 1, put<&Rules::classic_ecn>},
    {"prr", 0, 1, put_in<&Rules::recovery, &RecoveryRules::prr>},
    {"rack", 0, 1, put_in<&Rules::recovery, &RecoveryRules::rack>},
    {"tail_probe", 0, 1, put_in<&Rules::recovery, &RecoveryRules::tail_probe>},
    {"frto", 0, 1, put_in<&Rules::recovery, &RecoveryRules::frto>},
    {"swift_base_ps", 0, kLong, put_in<&Rules::swift, &SwiftRules::base>},
    {"swift_hop_ps", 0, 1LL << 40, put_in<&Rules::swift, &SwiftRules::hop>},
    {"swift_range_ps", 0, kLong, put_in<&Rules::swift, &SwiftRules::range>},
    {"swift_range_from", 1e-6, 1e6, put_in<&Rules::swift, &SwiftRules::range_from>},
    {"swift_range_to", 1e-6, 1e9, put_in<&Rules::swift, &SwiftRules::range_to>},
    {"swift_add", 0, 1e6, put_in<&Rules::swift, &SwiftRules::add>},
    {"swift_beta", 0, 1, put_in<&Rules::swift, &SwiftRules::beta>},
    {"swift_most_cut", 0, 1, put_in<&Rules::swift, &SwiftRules::most_cut>},
    {"swift_least_window", 1e-4, 1, put_in<&Rules::swift, &SwiftRules::least_window>},
    {"swift_resets", 1, 1000, put_in<&Rules::swift, &SwiftRules::resets>},
    {"swift_endpoint_ps", 0, kLong, put_in<&Rules::swift, &SwiftRules::endpoint>},
    {"bbr_rtt_for_ps", 1, kLong, put_in<&Rules::bbr, &BbrRules::rtt_for>},
    {"bbr_probe_rtt_ps", 0, kLong, put_in<&Rules::bbr, &BbrRules::probe_rtt>},
    {"bbr_loss_part", 0, 1, put_in<&Rules::bbr, &BbrRules::loss_part>},
    {"bbr_beta", 0, 1, put_in<&Rules::bbr, &BbrRules::beta>},
    {"bbr_headroom", 0, 1, put_in<&Rules::bbr, &BbrRules::headroom>},
    {"bbr_ecn_gain", 0, 1, put_in<&Rules::bbr, &BbrRules::ecn_gain>},
    {"bbr_ecn_factor", 0, 1, put_in<&Rules::bbr, &BbrRules::ecn_factor>},
    {"bbr_ecn_part", 0, 1, put_in<&Rules::bbr, &BbrRules::ecn_part>},
    {"bbr_ecn_below_ps", 0, kLong, put_in<&Rules::bbr, &BbrRules::ecn_below>},
    {"bbr_probe_from_ps", 0, kLong, put_in<&Rules::bbr, &BbrRules::probe_from>},
    {"bbr_probe_more_ps", 0, kLong, put_in<&Rules::bbr, &BbrRules::probe_more>},
    {"bbr_quantum_B", 1, 1 << 30, put_in<&Rules::bbr, &BbrRules::quantum_B>},
};

using packet::Law;
constexpr std::pair<const char*, Law> kLaws[] = {{"fixed", Law::fixed}, {"newreno", Law::newreno}, {"cubic", Law::cubic},
                                                 {"dctcp", Law::dctcp}, {"dcqcn", Law::dcqcn},     {"bbr", Law::bbr},
                                                 {"swift", Law::swift}, {"bbr3", Law::bbr3}, {"open", Law::open},
                                                 {"timely", Law::timely}, {"hpcc", Law::hpcc}};

void check_source(const Rules& law) {
    const packet::SourceRules& how = law.source;
    if (how.lengths == packet::Lengths::exponential && law.packet_B > 6553)
        refuse("packet_B is more than 6553, a tenth of the longest packet: too long for the mean of an exponential law");
    if (how.off > 0 && how.on < 1'000'000) refuse("on_ps is less than a microsecond, of a source that has phases");
}

void new_law(Rules* at, const std::string& name, const std::map<std::string, double>& values) {
    Rules made;
    const auto law = std::ranges::find(kLaws, name, [](const auto& each) { return std::string(each.first); });
    if (law == std::end(kLaws)) refuse("name is '" + name + "', which is no law");
    made.law = law->second;
    for (const auto& [key, value] : values) {
        const auto number = std::ranges::find(kNumbers, key, [](const Number& n) { return std::string(n.name); });
        if (number == std::end(kNumbers)) refuse("no number of a law is called '" + key + "'");
        real(number->name, value, number->least, number->most);
        number->put(made, value);
    }
    if (made.header_B >= made.packet_B) refuse("header_B leaves nothing of packet_B");
    if (made.nic_B < made.packet_B) refuse("nic_B is less than packet_B");
    if (made.open()) check_source(made);
    if (made.go_back && made.recovery.any()) refuse("go_back with prr, rack, tail_probe or frto, which are of selective repeat");
    if (made.asks_links() && made.acks_every > 1) refuse("acks_every is more than 1: hpcc answers what every packet brings back");
    if (made.asks_links() && made.packet_B > 60000) refuse("packet_B is more than 60000: nothing is left for what links write");
    if (made.acks_every > 1 && made.ack_delay == 0) refuse("ack_delay_ps is 0: what waits for acks_every would wait for ever");
    if (!(made.swift.range_from < made.swift.range_to)) refuse("swift_range_from is not below swift_range_to");
    new (at) Rules(made);
}

void check_routes(std::span<const std::int32_t> route, const In2<std::int64_t>& path, std::size_t flows, std::size_t links) {
    if (path.shape(1) != 2) refuse("path has not two columns");
    same_length("path", path.shape(0), "flow", flows);
    if (route.size() >= packet::kNone) refuse("route has 2^32 entries or more");
    if (flows > 0 && (route.empty() || route.back() != -1)) refuse("route does not end with -1");
    for (std::size_t i = 0; i < route.size(); ++i)
        if (route[i] >= static_cast<std::int64_t>(links))
            refuse(entry("route", i, std::to_string(route[i])) + ", neither -1 nor a link");
    for (std::size_t i = 0; i < 2 * flows; ++i) {
        const std::int64_t at = path.data()[i];
        if (at < 0 || at >= static_cast<std::int64_t>(route.size()) || route[at] == -1)
            refuse(entry("path", i / 2, std::to_string(at)) + ", where no path begins");
    }
}

void set_ports(Engine& engine, std::span<const std::int64_t> rate_bps, std::span<const std::int64_t> delay_ps,
               std::span<const std::int64_t> limit_B, const In2<std::int64_t>& mark_B, std::span<const double> most,
               std::span<const double> loss) {
    const std::size_t links = rate_bps.size();
    same_length("delay_ps", delay_ps.size(), "link", links);
    same_length("limit_B", limit_B.size(), "link", links);
    same_length("mark_B", mark_B.shape(0), "link", links);
    same_length("mark_most", most.size(), "link", links);
    same_length("loss", loss.size(), "link", links);
    if (mark_B.shape(1) != 2) refuse("mark_B has not two columns");
    engine.ports.resize(links);
    engine.links.resize(links);
    for (std::size_t l = 0; l < links; ++l) {
        packet::Port& port = engine.ports[l];
        packet::Link& link = engine.links[l];
        within("rate_bps", rate_bps[l], 1000, 10'000'000'000'000);
        if (rate_bps[l] % 1000 != 0) refuse(entry("rate_bps", l, std::to_string(rate_bps[l])) + ", no multiple of 1000");
        within("delay_ps", delay_ps[l], 0, std::int64_t{1} << 55);
        within("limit_B", limit_B[l], -1, std::int64_t{1} << 32);
        real("mark_most", most[l], 0.0, 1.0);
        real("loss", loss[l], 0.0, 1.0);
        const std::int64_t from = mark_B.data()[2 * l], to = mark_B.data()[2 * l + 1];
        within("mark_B", from, -1, std::int64_t{1} << 32);
        within("mark_B", to, from, std::int64_t{1} << 32);
        port.set_rate(rate_bps[l]);
        port.delay = delay_ps[l];
        if (limit_B[l] >= 0) port.limit = port.takes(limit_B[l]);
        if (from >= 0) port.mark_from = port.takes(from), link.to = port.takes(to);
        link.most = most[l];
        link.loss = loss[l];
    }
}

void new_simulation(Simulation* at, In<std::int64_t> rate_bps, In<std::int64_t> delay_ps, In<std::int64_t> limit_B,
                    In2<std::int64_t> mark_B, In<double> mark_most, In<double> loss, In<std::int32_t> route,
                    In2<std::int64_t> path, In<std::int64_t> size_B, In<std::int64_t> start_ps, In<std::int32_t> law_of,
                    In<std::int32_t> traffic_class, const std::vector<Rules>& laws, std::int64_t pause_reaction_ps,
                    std::uint64_t seed, int shift) {
    within("pause_reaction_ps", pause_reaction_ps, 0, std::int64_t{1} << 50);
    within("shift", shift, 0, 40);
    const std::size_t flows = view(size_B).size();
    same_length("start_ps", view(start_ps).size(), "flow", flows);
    same_length("law", view(law_of).size(), "flow", flows);
    same_length("traffic_class", view(traffic_class).size(), "flow", flows);
    in_range("law", view(law_of), static_cast<std::int64_t>(laws.size()));
    in_range("traffic_class", view(traffic_class), packet::kClasses);
    check_routes(view(route), path, flows, view(rate_bps).size());
    Engine engine(seed, shift);
    engine.pause_reaction = pause_reaction_ps;
    set_ports(engine, view(rate_bps), view(delay_ps), view(limit_B), mark_B, view(mark_most), view(loss));
    engine.route.assign(view(route).begin(), view(route).end());
    engine.rules = laws;
    engine.flows.resize(flows);
    for (std::size_t f = 0; f < flows; ++f) {
        packet::Flow& flow = engine.flows[f];
        const Rules& law = laws[view(law_of)[f]];
        const std::int64_t payload = law.packet_B - law.header_B;
        within("size_B", view(size_B)[f], 0, std::int64_t{1} << 44);
        within("start_ps", view(start_ps)[f], 0, std::int64_t{1} << 60);
        const std::int64_t packets = (view(size_B)[f] + payload - 1) / payload;
        if (packets >= std::int64_t{1} << 31) refuse(entry("size_B", f, std::to_string(view(size_B)[f])) + ", 2^31 packets or more");
        flow.has_messages = packets == 0;
        if (flow.has_messages && law.open()) refuse("flow " + std::to_string(f) + " is an open loop: it carries no messages");
        flow.packets = static_cast<std::uint32_t>(packets);
        if (packets > 0)
            flow.last_B = static_cast<std::uint16_t>(view(size_B)[f] - (packets - 1) * payload + law.header_B);
        flow.path = static_cast<std::uint32_t>(path.data()[2 * f]);
        flow.back = static_cast<std::uint32_t>(path.data()[2 * f + 1]);
        flow.rules = static_cast<std::uint16_t>(view(law_of)[f]);
        flow.traffic_class = static_cast<std::uint8_t>(view(traffic_class)[f]);
        flow.start = view(start_ps)[f];
    }
    new (at) Simulation{std::move(engine)};
}

}  // namespace

void begin_now(Simulation& it) {
    if (it.begun) return;
    for (std::size_t f = 0; f < it.engine.flows.size(); ++f)
        if (it.engine.flows[f].packets == 0) refuse("flow " + std::to_string(f) + " has neither a size nor messages");
    if (it.engine.choices.empty())
        for (std::size_t i = 0; i < it.engine.route.size(); ++i)
            if (it.engine.route[i] < -1) refuse(entry("route", i, std::to_string(it.engine.route[i])) + ", and there are no choices");
    it.engine.begin();
    it.begun = true;
}

namespace {

bool run(Simulation& it, std::int64_t until_ps, std::uint64_t most) {
    nb::gil_scoped_release released;
    begin_now(it);
    return it.engine.run(until_ps, most);
}

template <class Take>
auto column(std::size_t n, Take&& take) {
    std::vector<std::int64_t> made(n);
    for (std::size_t i = 0; i < n; ++i) made[i] = static_cast<std::int64_t>(take(i));
    return give(std::move(made));
}

nb::dict flows(const Simulation& it) {
    const auto& all = it.engine.flows;
    nb::dict made;
    const auto put = [&](const char* name, auto take) { made[name] = column(all.size(), [&](std::size_t i) { return take(all[i]); }); };
    put("delivered_ps", [](const packet::Flow& f) { return f.delivered; });
    put("acknowledged_ps", [](const packet::Flow& f) { return f.acknowledged; });
    made["received"] = column(all.size(), [&](std::size_t i) { return it.engine.received(i); });
    put("packets", [](const packet::Flow& f) { return f.packets; });
    put("sent", [](const packet::Flow& f) { return f.sent; });
    put("again", [](const packet::Flow& f) { return f.again; });
    put("marked", [](const packet::Flow& f) { return f.marked; });
    put("timeouts", [](const packet::Flow& f) { return f.timeouts; });
    put("reordered", [](const packet::Flow& f) { return f.reordered; });
    put("spurious", [](const packet::Flow& f) { return f.spurious; });
    return made;
}

nb::dict rates(const Simulation& it) {
    const Engine& engine = it.engine;
    const std::size_t n = it.begun ? engine.flows.size() : 0;
    nb::dict made;
    const auto put = [&](const char* name, auto take) {
        std::vector<double> values(n);
        for (std::size_t f = 0; f < n; ++f) values[f] = take(engine.sender(f), engine.rules[engine.flows[f].rules]);
        made[name] = give(std::move(values));
    };
    put("rate_bps", [](const packet::Sender& s, const Rules&) { return s.pace.current_bps; });
    put("target_bps", [](const packet::Sender& s, const Rules&) { return s.pace.target_bps; });
    put("alpha", [&](const packet::Sender& s, const Rules& law) { return s.pace.alpha_at(law.dcqcn, engine.now()); });
    return made;
}

nb::dict delays(const Simulation& it) {
    const auto& all = it.engine.delays;
    nb::dict made;
    const auto put = [&](const char* name, auto take) { made[name] = column(all.size(), [&](std::size_t i) { return take(all[i]); }); };
    const auto real = [&](const char* name, auto take) {
        std::vector<double> values(all.size());
        for (std::size_t i = 0; i < all.size(); ++i) values[i] = static_cast<double>(take(all[i]));
        made[name] = give(std::move(values));
    };
    put("packets", [](const packet::Delays& d) { return d.packets; });
    put("least_ps", [](const packet::Delays& d) { return d.packets == 0 ? -1 : d.least; });
    put("most_ps", [](const packet::Delays& d) { return d.packets == 0 ? -1 : d.most; });
    real("sum_ps", [](const packet::Delays& d) { return d.sum; });
    real("squares_ps2", [](const packet::Delays& d) { return d.squares; });
    const std::size_t bins = std::ranges::any_of(all, [](const auto& d) { return !d.bins.empty(); }) ? packet::Delays::kBins : 0;
    std::vector<std::int64_t> table(all.size() * bins, 0);
    for (std::size_t i = 0; i < all.size(); ++i) std::ranges::copy(all[i].bins, table.begin() + static_cast<std::ptrdiff_t>(i * bins));
    made["bins"] = give(std::move(table), all.size(), bins);
    return made;
}

nb::dict links(const Simulation& it) {
    const auto& all = it.engine.ports;
    nb::dict made;
    made["sent_B"] = column(all.size(), [&](std::size_t i) { return all[i].sent_B; });
    made["drops"] = column(all.size(), [&](std::size_t i) { return it.engine.links[i].drops; });
    made["marks"] = column(all.size(), [&](std::size_t i) { return it.engine.links[i].marks; });
    const auto of_class = [&](auto take) {
        std::vector<std::int64_t> table(all.size() * packet::kClasses, 0);
        for (std::size_t l = 0; l < all.size(); ++l)
            if (const std::int32_t s = it.engine.links[l].station; s >= 0)
                for (int c = 0; c < packet::kClasses; ++c)
                    table[l * packet::kClasses + c] = static_cast<std::int64_t>(take(s, c));
        return give(std::move(table), all.size(), static_cast<std::size_t>(packet::kClasses));
    };
    made["most_B"] = of_class([&](std::int32_t s, int c) { return it.engine.stations[s].most_B[c]; });
    made["pauses"] = of_class([&](std::int32_t s, int c) { return it.engine.details[s].pauses[c]; });
    made["paused_ps"] = of_class([&](std::int32_t s, int c) { return it.engine.details[s].paused_for[c]; });
    return made;
}

}  // namespace

void packet(nb::module_& m) {
    nb::class_<Rules>(m, "Law", kLaw)
        .def("__init__", &new_law, "name"_a, "values"_a);
    nb::class_<Simulation> simulation(m, "Simulation", kSimulation);
    simulation.def("__init__", &new_simulation, "rate_bps"_a, "delay_ps"_a, "limit_B"_a, "mark_B"_a, "mark_most"_a, "loss"_a,
             "route"_a, "path"_a, "size_B"_a, "start_ps"_a, "law"_a, "traffic_class"_a, "laws"_a, "pause_reaction_ps"_a,
             "seed"_a, "shift"_a)
        .def("run", &run, kRun, "until_ps"_a, "most"_a)
        .def("flows", &flows, "What became of each flow: columns by name; times are -1 where they never came.")
        .def("rates", &rates, "Where the rate of each flow stands, while it runs: columns by name; 0 where there is none.")
        .def("delays", &delays, "How long packets of each flow took, where that was asked for: columns by name.")
        .def("links", &links, "What each link sent, dropped and marked: columns by name; (L, 8) by class.")
        .def_prop_ro("now_ps", [](const Simulation& it) { return it.engine.now(); })
        .def_prop_ro("hops", [](const Simulation& it) { return it.engine.hops; })
        .def_prop_ro("events", [](const Simulation& it) { return it.engine.happened(); })
        .def_prop_ro("notifications", [](const Simulation& it) { return it.engine.notifications; })
        .def_prop_ro("lost", [](const Simulation& it) { return it.engine.lost_on_links; })
        .def_prop_ro("open", [](const Simulation& it) { return static_cast<std::int64_t>(it.engine.open()); })
        .def_prop_ro("most_packets", [](const Simulation& it) { return it.engine.most_packets(); });
    packet_messages(simulation);
    packet_queues(simulation);
    packet_record(simulation);
    packet_save(simulation);
    packet_choices(simulation);
    packet_probe(simulation);
    packet_faults(simulation);
}

}  // namespace easterly::bind
