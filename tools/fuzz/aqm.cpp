// Queues before a line: every packet has one fate, counters are those of the packets inside, time does not run back.
#include <map>

#include "aqm/line.hpp"
#include "aqm/queues.hpp"
#include "bytes.hpp"

namespace {

using namespace easterly::aqm;
using fuzz::Bytes;

// What the bindings take.
constexpr std::int64_t kTime = std::int64_t{1} << 61, kSize = std::int64_t{1} << 40, kTicks = 1'000'000'000'000;

struct Shape {
    std::int64_t flows, colours;
};

Packet packet(Bytes& bytes, std::int64_t now, std::int64_t id, const Shape& shape) {
    Packet made;
    made.size_B = bytes.within(1, bytes.flip() ? kSize : 1500);
    made.since = now;
    made.id = id;
    made.flow = static_cast<std::int32_t>(bytes.within(0, shape.flows - 1));
    made.colour = static_cast<std::int8_t>(bytes.within(0, shape.colours - 1));
    made.ecn = static_cast<std::uint8_t>(bytes.byte() & 3);
    return made;
}

// Arrivals and departures in any order, against a plain list of what is inside.
template <class Made>
void step(Bytes& bytes, Made queue, const Shape& shape) {
    std::map<std::int64_t, Packet> inside;
    std::int64_t now = 0, id = 0;
    const auto lost = [&](const Packet& p) { HOLDS(inside.erase(p.id) == 1); };
    while (!bytes.done()) {
        now = bytes.within(now, bytes.flip() ? kTime : std::min(kTime, now + 1'000'000));
        if (bytes.flip()) {
            const Packet made = packet(bytes, now, id++, shape);
            inside[made.id] = made;
            if (queue.offer(made, bytes.real(0.0, 0x1.fffffep-1), lost) == Verdict::refused) inside.erase(made.id);
        } else {
            Packet taken;
            if (queue.take(now, taken, lost)) {
                HOLDS(inside.count(taken.id) == 1 && inside[taken.id].size_B == taken.size_B);
                HOLDS(!taken.marked || capable(taken.ecn));
                inside.erase(taken.id);
            } else {
                HOLDS(inside.empty());
            }
        }
        std::int64_t bytes_inside = 0;
        for (const auto& [_, p] : inside) bytes_inside += p.size_B;
        HOLDS(queue.packets() == static_cast<std::int64_t>(inside.size()) && queue.bytes() == bytes_inside);
    }
}

struct Columns {
    std::vector<std::int64_t> time, size_B;
    std::vector<std::int32_t> flow;
    std::vector<std::int8_t> colour;
    std::vector<std::uint8_t> ecn;
};

Columns columns(Bytes& bytes, const Shape& shape, const Line& line) {
    Columns made;
    __int128 total = 0;
    std::int64_t now = 0;
    while (!bytes.done()) {
        now = bytes.within(now, bytes.flip() ? kTime : std::min(kTime, now + 100'000));
        const Packet p = packet(bytes, now, 0, shape);
        total += p.size_B;
        if (total * 8 * line.ticks_per_s / line.rate_bps > kTime) break;
        made.time.push_back(now);
        made.size_B.push_back(p.size_B);
        made.flow.push_back(p.flow);
        made.colour.push_back(p.colour);
        made.ecn.push_back(p.ecn);
    }
    return made;
}

template <class Made>
void run(Bytes& bytes, Made queue, const Shape& shape, std::int64_t ticks_per_s) {
    const Line line{bytes.within(1, kTime), ticks_per_s, 0, 0};
    const Columns all = columns(bytes, shape, line);
    const std::size_t n = all.time.size();
    std::vector<std::int8_t> verdict(n, 99);
    std::vector<std::int64_t> departure(n), backlog(n);
    Draws draws(1, 2);
    serve(queue, line, {all.time, all.size_B, all.flow, all.colour, all.ecn, {}}, draws, {verdict, departure, backlog});
    HOLDS(queue.packets() == 0 && queue.bytes() == 0);
    for (std::size_t i = 0; i < n; ++i) {
        const auto fate = static_cast<Verdict>(verdict[i]);
        HOLDS(fate <= Verdict::late && backlog[i] >= 0);
        const bool left = fate == Verdict::kept || fate == Verdict::marked;
        HOLDS(left ? departure[i] >= all.time[i] : departure[i] == -1);
    }
}

template <class Made>
void play(Bytes& bytes, Made queue, const Shape& shape, std::int64_t ticks_per_s) {
    if (bytes.flip())
        run(bytes, std::move(queue), shape, ticks_per_s);
    else
        step(bytes, std::move(queue), shape);
}

Ramp ramp(Bytes& bytes) {
    const double most = bytes.flip() ? 1e18 : 1e6, low = bytes.real(0.0, most), high = bytes.real(low, most);
    return {low, high, bytes.real(0.0, 1.0), bytes.flip()};
}

Average average(Bytes& bytes) {
    Average made;
    made.weight = bytes.real(0.0, 1.0);
    made.slot = bytes.real(0.0, bytes.flip() ? 1e18 : 1e4);
    return made;
}

Codel codel(Bytes& bytes) {
    Codel made;
    made.target = bytes.within(0, kTime);
    made.interval = bytes.within(1, std::int64_t{1} << 56);
    made.mtu_B = bytes.within(0, kSize);
    made.ecn = bytes.flip();
    return made;
}

Pie pie(Bytes& bytes, std::int64_t ticks_per_s) {
    Pie made;
    made.target = bytes.within(1, kTime / 4);
    made.update = bytes.within(1, kTime);
    made.most_burst = bytes.within(0, kTime);
    made.alpha = bytes.real(0.0, bytes.flip() ? 1e15 : 1.0);
    made.beta = bytes.real(0.0, bytes.flip() ? 1e15 : 10.0);
    made.ticks_per_s = static_cast<double>(ticks_per_s);
    made.mtu_B = static_cast<double>(bytes.within(0, kSize));
    made.drain_Bps = bytes.within(0, kTime);
    made.ecn = bytes.flip();
    made.most_marked = bytes.real(0.0, 1.0);
    made.capped = bytes.flip();
    made.derandomised = bytes.flip();
    return made;
}

template <class Made>
Made limited(Bytes& bytes) {
    Made made;
    made.tail = {bytes.within(1, INT64_MAX), bytes.within(1, INT64_MAX)};
    return made;
}

void wred(Bytes& bytes, std::int64_t ticks_per_s) {
    const Shape shape{bytes.within(1, 4), bytes.within(1, 4)};
    auto made = limited<WredQueue>(bytes);
    made.red = {{}, {}, {}, bytes.flip(), bytes.flip(), bytes.real(0.0, 1e4)};
    made.by_packets = bytes.flip();
    made.colours = static_cast<std::size_t>(shape.colours);
    made.classes.assign(static_cast<std::size_t>(shape.flows), {average(bytes), 0, 0});
    for (std::int64_t i = 0; i < shape.flows * shape.colours; ++i) made.ramps.push_back(ramp(bytes));
    made.spreads.resize(made.ramps.size());
    play(bytes, std::move(made), shape, ticks_per_s);
}

void red(Bytes& bytes, std::int64_t ticks_per_s) {
    auto made = limited<RedQueue>(bytes);
    const Ramp own = ramp(bytes);
    made.red = {own, average(bytes), {}, bytes.flip(), bytes.flip(), bytes.real(0.0, 1e4)};
    made.by_packets = bytes.flip();
    play(bytes, std::move(made), {9, 128}, ticks_per_s);
}

}  // namespace

void fuzz::target(Bytes bytes) {
    const std::uint8_t kind = bytes.byte() % 7;
    const std::int64_t ticks = bytes.within(1, kTicks);
    if (kind == 0) play(bytes, limited<TailQueue>(bytes), {9, 128}, ticks);
    if (kind == 1) red(bytes, ticks);
    if (kind == 2) wred(bytes, ticks);
    if (kind == 3) {
        auto made = limited<StepQueue>(bytes);
        made.step = {ramp(bytes), bytes.flip()};
        made.by_packets = bytes.flip();
        play(bytes, std::move(made), {9, 128}, ticks);
    }
    if (kind == 4) {
        auto made = limited<CodelQueue>(bytes);
        made.codel = codel(bytes);
        play(bytes, std::move(made), {9, 128}, ticks);
    }
    if (kind == 5) {
        const std::int64_t flows = bytes.within(1, 9), quantum = bytes.within(1, kSize);
        const std::int64_t limit = bytes.within(1, (std::int64_t{1} << 31) - 2), batch = bytes.within(1, std::int64_t{1} << 31);
        play(bytes, FqCodelQueue(flows, quantum, limit, batch, codel(bytes)), {flows, 128}, ticks);
    }
    if (kind == 6) {
        auto made = limited<PieQueue>(bytes);
        made.pie = pie(bytes, ticks);
        play(bytes, std::move(made), {9, 128}, ticks);
    }
}
