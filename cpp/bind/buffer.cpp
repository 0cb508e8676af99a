#include <nanobind/stl/array.h>
#include <nanobind/stl/vector.h>

#include "bind/arrays.hpp"
#include "bind/buffer_docs.hpp"
#include "bind/columns.hpp"
#include "bind/rooms.hpp"
#include "buffer/pfc.hpp"
#include "buffer/play.hpp"
#include "buffer/shared.hpp"
#include "buffer/watchdog.hpp"

namespace easterly::bind {

namespace {

using nb::literals::operator""_a;
using buffer::Account, buffer::Gauge, buffer::Memory, buffer::Pool;
using buffer::PauseReceiver, buffer::PauseSender, buffer::Watchdog;

constexpr std::int64_t kMostCells = std::int64_t{1} << 40;

std::vector<Pool> pools(const char* name, const In2<std::int64_t>& table) {
    if (table.shape(1) != 2) refuse(std::string(name) + " has not two columns");
    std::vector<Pool> made(table.shape(0));
    for (std::size_t i = 0; i < made.size(); ++i) {
        made[i].shared = table.data()[2 * i], made[i].headroom = table.data()[2 * i + 1];
        within(name, made[i].shared, 0, kMostCells);
        within(name, made[i].headroom, 0, kMostCells);
    }
    return made;
}

void check(const char* name, const Account& one, std::size_t n_pools) {
    within((std::string("pool of ") + name).c_str(), one.pool, 0, static_cast<std::int64_t>(n_pools) - 1);
    within((std::string("port of ") + name).c_str(), one.port, 0, 1 << 20);
    for (std::int64_t cells : {one.reserved, one.limit, one.headroom, one.xon, one.xon_offset})
        within((std::string("cells of ") + name).c_str(), cells, 0, kMostCells);
    within((std::string("num of ") + name).c_str(), one.num, 0, std::int64_t{1} << 31);
    within((std::string("den of ") + name).c_str(), one.den, 0, std::int64_t{1} << 31);
}

std::vector<Account> accounts(const char* name, const In2<std::int64_t>& table, std::size_t columns,
                              std::size_t n_pools) {
    if (table.shape(1) != columns)
        refuse(std::string(name) + " has " + std::to_string(table.shape(1)) + " columns, not " +
               std::to_string(columns));
    std::vector<Account> made(table.shape(0));
    for (std::size_t i = 0; i < made.size(); ++i) {
        const std::int64_t* row = table.data() + i * columns;
        Account& one = made[i];
        one.pool = static_cast<std::int32_t>(std::clamp<std::int64_t>(row[0], -1, 1 << 30));
        one.port = static_cast<std::int32_t>(std::clamp<std::int64_t>(row[1], -1, 1 << 30));
        one.reserved = row[2], one.num = row[3], one.den = row[4], one.limit = row[5];
        if (columns == 9) one.headroom = row[6], one.xon = row[7], one.xon_offset = row[8];
        check(name, one, n_pools);
    }
    return made;
}

std::size_t ports(const std::vector<Account>& all) {
    std::int32_t most = -1;
    for (const Account& one : all) most = std::max(most, one.port);
    return static_cast<std::size_t>(most + 1);
}

void new_memory(Memory* at, std::int64_t cell_B, std::int64_t overhead_B, In2<std::int64_t> ingress_pools,
                In2<std::int64_t> egress_pools, In2<std::int64_t> ingress, In2<std::int64_t> egress) {
    within("cell_B", cell_B, 1, kMostSize);
    within("overhead_B", overhead_B, 0, kMostSize);
    Memory made;
    made.cell_B = cell_B, made.overhead_B = overhead_B;
    made.ingress_pools = pools("ingress_pools", ingress_pools);
    made.egress_pools = pools("egress_pools", egress_pools);
    made.ingress = accounts("ingress", ingress, 9, made.ingress_pools.size());
    made.egress = accounts("egress", egress, 6, made.egress_pools.size());
    made.prepare();
    made.ingress_ports.resize(ports(made.ingress));
    made.egress_ports.resize(ports(made.egress));
    new (at) Memory(std::move(made));
}

void known(const Memory& it, std::int64_t group, std::int64_t queue, std::int64_t size_B) {
    within("group", group, 0, static_cast<std::int64_t>(it.ingress.size()) - 1);
    within("queue", queue, 0, static_cast<std::int64_t>(it.egress.size()) - 1);
    within("size_B", size_B, 1, kMostSize);
}

int admit_packet(Memory& it, std::int64_t group, std::int64_t queue, std::int64_t size_B) {
    known(it, group, queue, size_B);
    return static_cast<int>(
        it.admit(static_cast<std::int32_t>(group), static_cast<std::int32_t>(queue), size_B));
}

void release(Memory& it, std::int64_t group, std::int64_t queue, std::int64_t size_B) {
    known(it, group, queue, size_B);
    const Account &in = it.ingress[static_cast<std::size_t>(group)], &out = it.egress[static_cast<std::size_t>(queue)];
    const std::int64_t n = it.cells(size_B);
    if (n > in.in_use.used + in.in_headroom.used || n > out.in_use.used)
        refuse("size_B is " + std::to_string(size_B) + ", more than group or queue hold");
    it.release(static_cast<std::int32_t>(group), static_cast<std::int32_t>(queue), size_B);
}

bool paused(Memory& it, std::int64_t group) {
    within("group", group, 0, static_cast<std::int64_t>(it.ingress.size()) - 1);
    return it.paused(static_cast<std::int32_t>(group));
}

std::int64_t threshold(const Memory& it, std::int64_t index, bool egress) {
    const auto& all = egress ? it.egress : it.ingress;
    within("index", index, 0, static_cast<std::int64_t>(all.size()) - 1);
    const Account& one = all[static_cast<std::size_t>(index)];
    const auto& of = egress ? it.egress_pools : it.ingress_pools;
    return one.threshold(of[static_cast<std::size_t>(one.pool)].free());
}

void check(const Memory& it, const buffer::Traffic& all, std::span<const std::int64_t> rate_bps,
           std::int64_t ticks_per_s) {
    const std::size_t n = all.time.size();
    if (it.total.used > 0) refuse("the memory is not empty: release its packets before a run");
    same_length("size_B", all.size_B.size(), "packet", n);
    same_length("group", all.from.size(), "packet", n);
    same_length("queue", all.to.size(), "packet", n);
    same_length("rate_bps", rate_bps.size(), "queue", it.egress.size());
    in_range("group", all.from, static_cast<std::int64_t>(it.ingress.size()));
    in_range("queue", all.to, static_cast<std::int64_t>(it.egress.size()));
    within("ticks_per_s", ticks_per_s, 1, std::int64_t{1'000'000'000'000});
    ordered(all.time);
    sizes(all.size_B, 0, 1);
    for (std::int64_t rate : rate_bps) {
        within("rate_bps", rate, 0, kMostTime);
        sizes(all.size_B, rate, ticks_per_s);
    }
}

nb::tuple changes(const std::vector<buffer::PauseChange>& all) {
    std::vector<std::int64_t> time(all.size());
    std::vector<std::int32_t> group(all.size());
    std::vector<std::uint8_t> paused(all.size());
    for (std::size_t i = 0; i < all.size(); ++i)
        time[i] = all[i].time, group[i] = all[i].group, paused[i] = all[i].paused;
    return nb::make_tuple(give(std::move(time)), give(std::move(group)), give(std::move(paused)));
}

auto play(Memory& it, In<std::int64_t> time, In<std::int64_t> size_B, In<std::int32_t> group, In<std::int32_t> queue,
          In<std::int64_t> rate_bps, std::int64_t ticks_per_s, bool drain) {
    const buffer::Traffic all{view(time), view(size_B), view(group), view(queue)};
    check(it, all, view(rate_bps), ticks_per_s);
    std::vector<std::int8_t> outcome(all.time.size());
    std::vector<std::int64_t> departure(all.time.size());
    buffer::Player player(it, view(rate_bps), ticks_per_s);
    {
        nb::gil_scoped_release released;
        player.play(all, outcome, departure);
        if (drain) player.drain(all);
    }
    return nb::make_tuple(give(std::move(outcome)), give(std::move(departure)), changes(player.changes));
}

nb::dict gauge(const Gauge& it) {
    nb::dict made;
    made["used"] = it.used, made["peak"] = it.peak;
    return made;
}

nb::list gauges(const std::vector<Gauge>& all) {
    nb::list made;
    for (const Gauge& one : all) made.append(gauge(one));
    return made;
}

nb::list state(const std::vector<Pool>& all) {
    nb::list made;
    for (const Pool& one : all) {
        nb::dict row;
        row["shared"] = gauge(one.in_shared), row["headroom"] = gauge(one.in_headroom), row["free"] = one.free();
        made.append(row);
    }
    return made;
}

nb::list state(const std::vector<Account>& all) {
    nb::list made;
    for (const Account& one : all) {
        nb::dict row;
        row["used"] = one.in_use.used, row["peak"] = one.in_use.peak, row["shared"] = one.shared();
        row["headroom"] = gauge(one.in_headroom), row["paused"] = one.paused;
        row["refused_packets"] = one.refused_packets, row["refused_B"] = one.refused_B;
        made.append(row);
    }
    return made;
}

nb::dict state(const Memory& it) {
    nb::dict made;
    made["chip"] = gauge(it.total);
    made["ingress"] = state(it.ingress), made["egress"] = state(it.egress);
    made["ingress_pools"] = state(it.ingress_pools), made["egress_pools"] = state(it.egress_pools);
    made["ingress_ports"] = gauges(it.ingress_ports), made["egress_ports"] = gauges(it.egress_ports);
    return made;
}

void new_sender(PauseSender* at, std::int64_t quanta, std::int64_t refresh) {
    within("quanta", quanta, 1, 65535);
    within("refresh", refresh, 1, kMostTime);
    PauseSender made;
    made.quanta = quanta, made.refresh = refresh;
    new (at) PauseSender(made);
}

void want(PauseSender& it, std::int64_t priority, bool pause) {
    within("priority", priority, 0, buffer::kPriorities - 1);
    it.want(static_cast<int>(priority), pause);
}

auto frame(PauseSender& it, std::int64_t time) {
    within("time", time, 0, kMostTime);
    const buffer::PauseFrame made = it.frame(time);
    return nb::make_tuple(static_cast<int>(made.enabled), made.quanta);
}

constexpr std::int64_t kMostFrames = std::int64_t{1} << 24;

auto ask(PauseSender& it, In<std::int64_t> time, In<std::int32_t> priority, In<std::uint8_t> pause,
         std::int64_t end) {
    const buffer::Wishes all{view(time), view(priority), view(pause)};
    same_length("priority", all.priority.size(), "time", all.time.size());
    same_length("pause", all.pause.size(), "time", all.time.size());
    ordered(all.time);
    in_range("priority", all.priority, buffer::kPriorities);
    within("end", end, it.last, kMostTime);
    if (!all.time.empty()) within("time", all.time.front(), it.last, end);
    const std::int64_t first = it.wanted != 0 || all.time.empty() ? it.last : all.time.front();
    if ((end - first) / it.refresh > kMostFrames) refuse("end is more than 2^24 repetitions of a pause away");
    std::vector<std::int64_t> at, quanta;
    std::vector<std::uint8_t> enabled;
    {
        nb::gil_scoped_release released;
        buffer::ask(it, all, end, [&](std::int64_t now, const buffer::PauseFrame& made) {
            at.push_back(now);
            enabled.push_back(made.enabled);
            quanta.insert(quanta.end(), made.quanta.begin(), made.quanta.end());
        });
    }
    const std::size_t n = at.size();
    return nb::make_tuple(give(std::move(at)), give(std::move(enabled)), give(std::move(quanta), n, buffer::kPriorities));
}

nb::dict sender_state(const PauseSender& it) {
    nb::dict made;
    made["wanted"] = static_cast<int>(it.wanted), made["told"] = static_cast<int>(it.told);
    made["last"] = it.last, made["next"] = it.next(), made["frames"] = it.frames;
    return made;
}

void new_receiver(PauseReceiver* at, std::int64_t rate_bps, std::int64_t ticks_per_s) {
    within("rate_bps", rate_bps, 1, kMostTime);
    within("ticks_per_s", ticks_per_s, 1, std::int64_t{1'000'000'000'000});
    PauseReceiver made;
    made.rate_bps = rate_bps, made.ticks_per_s = ticks_per_s;
    new (at) PauseReceiver(made);
}

void hear(PauseReceiver& it, std::int64_t time, std::int64_t enabled,
          std::array<std::int64_t, buffer::kPriorities> quanta) {
    within("time", time, 0, kMostTime);
    within("enabled", enabled, 0, 255);
    for (std::int64_t each : quanta) within("quanta", each, 0, 65535);
    it.hear({static_cast<std::uint8_t>(enabled), quanta}, time);
}

bool is_paused(const PauseReceiver& it, std::int64_t priority, std::int64_t time) {
    within("priority", priority, 0, buffer::kPriorities - 1);
    return it.paused(static_cast<int>(priority), time);
}

auto obey(PauseReceiver& it, In<std::int64_t> time, In<std::uint8_t> enabled, In2<std::int64_t> quanta) {
    const std::size_t n = time.shape(0);
    same_length("enabled", enabled.shape(0), "frame", n);
    same_length("quanta", quanta.shape(0), "frame", n);
    if (quanta.shape(1) != buffer::kPriorities) refuse("quanta has " + std::to_string(quanta.shape(1)) + " columns, not 8");
    ordered(view(time));
    in_range("quanta", std::span<const std::int64_t>(quanta.data(), quanta.size()), 65536);
    std::vector<std::int64_t> until;
    until.reserve(n * buffer::kPriorities);
    {
        nb::gil_scoped_release released;
        for (std::size_t i = 0; i < n; ++i) {
            buffer::PauseFrame frame{view(enabled)[i], {}};
            std::copy_n(quanta.data() + i * buffer::kPriorities, buffer::kPriorities, frame.quanta.begin());
            it.hear(frame, view(time)[i]);
            until.insert(until.end(), it.until.begin(), it.until.end());
        }
    }
    return give(std::move(until), n, buffer::kPriorities);
}

nb::dict receiver_state(const PauseReceiver& it) {
    nb::dict made;
    made["until"] = it.until, made["received"] = it.received, made["resumed"] = it.resumed;
    return made;
}

void new_watchdog(Watchdog* at, std::int64_t detection, std::int64_t restoration, std::int64_t action) {
    within("detection", detection, 2, kMostTime);
    within("restoration", restoration, 0, kMostTime);
    within("action", action, 0, 2);
    Watchdog made;
    made.detection = detection, made.restoration = restoration;
    made.action = static_cast<buffer::Action>(action);
    new (at) Watchdog(made);
}

int poll(Watchdog& it, std::int64_t time, std::int64_t pauses, std::int64_t resumes, bool paused) {
    within("time", time, std::max<std::int64_t>(0, it.last), kMostTime);
    return static_cast<int>(it.poll(time, {pauses, resumes, paused}));
}

auto poll_all(Watchdog& it, In<std::int64_t> time, In<std::int64_t> pauses, In<std::int64_t> resumes,
              In<std::uint8_t> paused) {
    const std::size_t n = time.shape(0);
    same_length("pauses", pauses.shape(0), "poll", n);
    same_length("resumes", resumes.shape(0), "poll", n);
    same_length("paused", paused.shape(0), "poll", n);
    ordered(view(time));
    if (n > 0) within("time", view(time)[0], std::max<std::int64_t>(0, it.last), kMostTime);
    std::vector<std::int8_t> events(n);
    {
        nb::gil_scoped_release released;
        for (std::size_t i = 0; i < n; ++i)
            events[i] = static_cast<std::int8_t>(
                it.poll(view(time)[i], {view(pauses)[i], view(resumes)[i], view(paused)[i] != 0}));
    }
    return give(std::move(events));
}

nb::dict watchdog_state(const Watchdog& it) {
    nb::dict made;
    made["storming"] = it.storming, made["left"] = it.left, made["last"] = it.last;
    made["storms"] = it.storms, made["restorations"] = it.restorations;
    made["drops"] = it.drops(), made["ignores_pause"] = it.ignores_pause();
    return made;
}

}  // namespace

void buffer(nb::module_& m) {
    nb::class_<Memory>(m, "Memory", kMemory)
        .def("__init__", &new_memory, "cell_B"_a, "overhead_B"_a, "ingress_pools"_a.noconvert(),
             "egress_pools"_a.noconvert(), "ingress"_a.noconvert(), "egress"_a.noconvert(), kMemory)
        .def("admit", &admit_packet, "group"_a, "queue"_a, "size_B"_a, kAdmit)
        .def("release", &release, "group"_a, "queue"_a, "size_B"_a, kRelease)
        .def("paused", &paused, "group"_a, kPaused)
        .def("threshold", &threshold, "index"_a, "egress"_a, kThreshold)
        .def("play", &play, "time"_a.noconvert(), "size_B"_a.noconvert(), "group"_a.noconvert(),
             "queue"_a.noconvert(), "rate_bps"_a.noconvert(), "ticks_per_s"_a, "drain"_a, kPlay)
        .def_prop_ro("state", [](const Memory& it) { return state(it); }, kMemoryState);
    nb::class_<PauseSender>(m, "PauseSender", kSender)
        .def("__init__", &new_sender, "quanta"_a, "refresh"_a, kSender)
        .def("want", &want, "priority"_a, "pause"_a, kWant)
        .def("due", &PauseSender::due, "time"_a, kDue)
        .def("frame", &frame, "time"_a, kFrame)
        .def("run", &ask, "time"_a.noconvert(), "priority"_a.noconvert(), "pause"_a.noconvert(), "end"_a, kAsk)
        .def_prop_ro("state", &sender_state, kAnyState);
    nb::class_<PauseReceiver>(m, "PauseReceiver", kReceiver)
        .def("__init__", &new_receiver, "rate_bps"_a, "ticks_per_s"_a, kReceiver)
        .def("hear", &hear, "time"_a, "enabled"_a, "quanta"_a, kHear)
        .def("paused", &is_paused, "priority"_a, "time"_a, kIsPaused)
        .def("run", &obey, "time"_a.noconvert(), "enabled"_a.noconvert(), "quanta"_a.noconvert(), kObey)
        .def_prop_ro("state", &receiver_state, kAnyState);
    nb::class_<Watchdog>(m, "Watchdog", kWatchdog)
        .def("__init__", &new_watchdog, "detection"_a, "restoration"_a, "action"_a, kWatchdog)
        .def("poll", &poll, "time"_a, "pauses"_a, "resumes"_a, "paused"_a, kPoll)
        .def("run", &poll_all, "time"_a.noconvert(), "pauses"_a.noconvert(), "resumes"_a.noconvert(),
             "paused"_a.noconvert(), kPollAll)
        .def_prop_ro("state", &watchdog_state, kAnyState);
}

}  // namespace easterly::bind
