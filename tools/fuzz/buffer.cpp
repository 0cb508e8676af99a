// Packet memory: cells are conserved in every account, what is reserved is always there; pauses and the watchdog.
#include "buffer/pfc.hpp"
#include "buffer/play.hpp"
#include "buffer/shared.hpp"
#include "buffer/watchdog.hpp"
#include "bytes.hpp"

namespace {

using namespace easterly::buffer;
using fuzz::Bytes;

// What the bindings take.
constexpr std::int64_t kTime = std::int64_t{1} << 61, kSize = std::int64_t{1} << 40, kCells = std::int64_t{1} << 40,
                       kTicks = 1'000'000'000'000;

std::vector<Pool> pools(Bytes& bytes) {
    std::vector<Pool> made(static_cast<std::size_t>(bytes.within(1, 3)));
    for (Pool& each : made) {
        each.shared = bytes.within(0, kCells);
        each.headroom = bytes.within(0, kCells);
    }
    return made;
}

std::vector<Account> accounts(Bytes& bytes, std::size_t pools, bool ingress) {
    std::vector<Account> made(static_cast<std::size_t>(bytes.within(1, 6)));
    for (Account& each : made) {
        each.pool = static_cast<std::int32_t>(bytes.byte() % pools);
        each.port = bytes.byte() % 4;
        each.reserved = bytes.within(0, kCells);
        each.num = bytes.within(0, std::int64_t{1} << 31);
        each.den = bytes.within(0, std::int64_t{1} << 31);
        each.limit = bytes.within(0, kCells);
        if (!ingress) continue;
        each.headroom = bytes.within(0, kCells);
        each.xon = bytes.within(0, kCells);
        each.xon_offset = bytes.within(0, kCells);
    }
    return made;
}

Memory memory(Bytes& bytes) {
    Memory made;
    made.cell_B = bytes.within(1, kSize);
    made.overhead_B = bytes.within(0, kSize);
    made.ingress_pools = pools(bytes);
    made.egress_pools = pools(bytes);
    made.ingress = accounts(bytes, made.ingress_pools.size(), true);
    made.egress = accounts(bytes, made.egress_pools.size(), false);
    made.ingress_ports.resize(4);
    made.egress_ports.resize(4);
    return made;
}

// Shared cells of the accounts are those of their pools, and no pool is overdrawn.
void balanced(const std::vector<Account>& accounts, const std::vector<Pool>& pools) {
    std::vector<std::int64_t> shared(pools.size(), 0), headroom(pools.size(), 0);
    for (const Account& each : accounts) {
        HOLDS(each.in_use.used >= 0 && each.in_headroom.used >= 0 && each.in_headroom.used <= each.headroom);
        HOLDS(each.in_use.peak >= each.in_use.used);
        shared[each.pool] += each.shared();
        headroom[each.pool] += each.in_headroom.used;
    }
    for (std::size_t i = 0; i < pools.size(); ++i) {
        HOLDS(pools[i].in_shared.used == shared[i] && pools[i].in_headroom.used == headroom[i]);
        HOLDS(pools[i].free() >= 0 && headroom[i] <= pools[i].headroom);
    }
}

void balanced(const Memory& it) {
    balanced(it.ingress, it.ingress_pools);
    balanced(it.egress, it.egress_pools);
    std::int64_t in = 0, out = 0, in_ports = 0, out_ports = 0;
    for (const Account& each : it.ingress) in += each.in_use.used + each.in_headroom.used;
    for (const Account& each : it.egress) out += each.in_use.used;
    for (const Gauge& each : it.ingress_ports) in_ports += each.used;
    for (const Gauge& each : it.egress_ports) out_ports += each.used;
    HOLDS(in == out && in == it.total.used && in == in_ports && in == out_ports);
}

struct Inside {
    std::int32_t from, to;
    std::int64_t size_B;
};

void step(Bytes& bytes, Memory it) {
    std::vector<Inside> inside;
    while (!bytes.done()) {
        const Inside one{static_cast<std::int32_t>(bytes.byte() % it.ingress.size()),
                         static_cast<std::int32_t>(bytes.byte() % it.egress.size()),
                         bytes.within(1, bytes.flip() ? kSize : 9216)};
        const std::size_t which = inside.empty() ? 0 : bytes.byte() % inside.size();
        if (bytes.byte() % 4 != 0) {
            const Account in = it.ingress[one.from], out = it.egress[one.to];
            const Outcome what = it.admit(one.from, one.to, one.size_B);
            const std::int64_t n = it.cells(one.size_B);
            if (n <= in.reserved - in.in_use.used && n <= out.reserved - out.in_use.used)
                HOLDS(what == Outcome::shared);
            if (what <= Outcome::headroom) inside.push_back(one);
        } else if (!inside.empty()) {
            it.release(inside[which].from, inside[which].to, inside[which].size_B);
            inside.erase(inside.begin() + static_cast<std::ptrdiff_t>(which));
        }
        it.paused(one.from);
        balanced(it);
    }
    for (const Inside& each : inside) it.release(each.from, each.to, each.size_B);
    balanced(it);
    HOLDS(it.total.used == 0);
}

void play(Bytes& bytes, Memory it) {
    const std::int64_t ticks = bytes.within(1, kTicks);
    std::vector<std::int64_t> rate, time, size_B;
    std::vector<std::int32_t> from, to;
    std::int64_t slowest = kTime, now = 0;
    for (std::size_t i = 0; i < it.egress.size(); ++i) {
        rate.push_back(bytes.within(0, kTime));
        if (rate.back() > 0) slowest = std::min(slowest, rate.back());
    }
    __int128 total = 0;
    while (!bytes.done()) {
        now = bytes.within(now, bytes.flip() ? kTime : std::min(kTime, now + 100'000));
        const std::int64_t size = bytes.within(1, bytes.flip() ? kSize : 9216);
        total += size;
        if (total * 8 * ticks / slowest > kTime) break;
        time.push_back(now);
        size_B.push_back(size);
        from.push_back(static_cast<std::int32_t>(bytes.byte() % it.ingress.size()));
        to.push_back(static_cast<std::int32_t>(bytes.byte() % it.egress.size()));
    }
    const Traffic all{time, size_B, from, to};
    std::vector<std::int8_t> outcome(time.size());
    std::vector<std::int64_t> departure(time.size());
    Player player(it, rate, ticks);
    player.play(all, outcome, departure);
    balanced(it);
    player.drain(all);
    balanced(it);
    for (std::size_t i = 0; i < time.size(); ++i) HOLDS(departure[i] == -1 || departure[i] >= time[i]);
}

void pause(Bytes& bytes) {
    PauseSender sender;
    sender.quanta = bytes.within(1, 65535);
    sender.refresh = bytes.within(1, kTime);
    PauseReceiver receiver;
    receiver.rate_bps = bytes.within(1, kTime);
    receiver.ticks_per_s = bytes.within(1, kTicks);
    std::int64_t now = 0;
    while (!bytes.done()) {
        now = bytes.within(now, kTime);
        const int priority = bytes.byte() % kPriorities;
        sender.want(priority, bytes.flip());
        if (sender.due(now)) receiver.hear(sender.frame(now), now);
        HOLDS(!sender.due(now) && (sender.wanted == 0 || sender.next() > now));
        const bool wanted = (sender.wanted >> priority & 1) != 0;
        HOLDS(wanted || !receiver.paused(priority, now));
        if (wanted && sender.last == now) HOLDS(receiver.paused(priority, now));
    }
}

void watch(Bytes& bytes) {
    Watchdog dog;
    dog.detection = bytes.within(2, kTime);
    dog.restoration = bytes.within(0, kTime);
    dog.action = static_cast<Action>(bytes.within(0, 2));
    std::int64_t now = 0;
    Sample sample;
    while (!bytes.done()) {
        now = bytes.within(now, kTime);
        sample.pauses += bytes.within(0, 3);
        sample.resumes += bytes.within(0, 1);
        sample.paused = bytes.flip();
        dog.poll(now, sample);
        HOLDS(dog.storms - dog.restorations == (dog.storming ? 1 : 0) && dog.left >= 0);
    }
}

}  // namespace

void fuzz::target(Bytes bytes) {
    const std::uint8_t kind = bytes.byte() % 4;
    if (kind == 0) step(bytes, memory(bytes));
    if (kind == 1) play(bytes, memory(bytes));
    if (kind == 2) pause(bytes);
    if (kind == 3) watch(bytes);
}
