// One stepper for every kind of queue: checks at the border, names for the draws, numbers for the packets.
#pragma once

#include <nanobind/stl/optional.h>

#include <optional>
#include <vector>

#include "aqm/line.hpp"
#include "aqm/queues.hpp"
#include "bind/aqm_docs.hpp"
#include "bind/arrays.hpp"
#include "bind/columns.hpp"

namespace easterly::bind {

struct Limits {
    std::int64_t flows = std::int64_t{1} << 31, colours = 128;
};

template <class Queue>
class Stepper {
public:
    Stepper(Queue made, std::uint64_t seed, std::uint64_t entity, Limits limits = {})
        : queue(std::move(made)), draws_(seed, entity), limits_(limits) {}

    Queue queue;

    auto offer(std::int64_t time, std::int64_t size_B, std::int64_t flow, std::int64_t colour, std::int64_t ecn,
               double draw) {
        forward(time);
        within("size_B", size_B, 1, kMostSize);
        within("flow", flow, 0, limits_.flows - 1);
        within("colour", colour, 0, limits_.colours - 1);
        within("ecn", ecn, 0, 3);
        if (!(draw < 1.0)) refuse("draw is " + std::to_string(draw) + ", not below 1");
        aqm::Packet packet;
        packet.size_B = size_B;
        packet.since = time;
        packet.id = number_++;
        packet.flow = static_cast<std::int32_t>(flow);
        packet.colour = static_cast<std::int8_t>(colour);
        packet.ecn = static_cast<std::uint8_t>(ecn);
        const double drawn = draws_.next();
        std::vector<std::int64_t> lost;
        const auto verdict = queue.offer(packet, draw < 0.0 ? drawn : draw, losing(lost));
        return nb::make_tuple(static_cast<int>(verdict), list(lost));
    }

    nb::tuple take(std::int64_t time) {
        forward(time);
        std::vector<std::int64_t> lost;
        aqm::Packet packet;
        if (!queue.take(time, packet, losing(lost))) return nb::make_tuple(nb::none(), list(lost));
        return nb::make_tuple(nb::make_tuple(packet.id, packet.size_B, packet.since, packet.marked), list(lost));
    }

    auto run(In<std::int64_t> time, In<std::int64_t> size_B, std::int64_t rate_bps, std::int64_t ticks_per_s,
             std::optional<In<std::int32_t>> flow, std::optional<In<std::int8_t>> colour,
             std::optional<In<std::uint8_t>> ecn, std::optional<In<double>> draw) {
        aqm::Arrivals all{view(time), view(size_B), {}, {}, {}, {}};
        fill(all.flow, flow, "flow", limits_.flows);
        fill(all.colour, colour, "colour", limits_.colours);
        fill(all.ecn, ecn, "ecn", std::int64_t{4});
        if (draw) all.draw = view(*draw);
        check(all, rate_bps, ticks_per_s);
        const std::size_t n = all.time.size();
        std::vector<std::int8_t> verdict(n);
        std::vector<std::int64_t> departure(n), backlog(n);
        {
            nb::gil_scoped_release released;
            const aqm::Line line{rate_bps, ticks_per_s, now_, 0};
            aqm::serve(queue, line, all, draws_, {verdict, departure, backlog});
        }
        for (std::int64_t at : departure) now_ = std::max(now_, at);
        return nb::make_tuple(give(std::move(verdict)), give(std::move(departure)), give(std::move(backlog)));
    }

    nb::dict counters() const {
        nb::dict made;
        made["bytes"] = queue.bytes();
        made["packets"] = queue.packets();
        made["time"] = now_;
        return made;
    }

private:
    static auto losing(std::vector<std::int64_t>& lost) {
        return [&lost](const aqm::Packet& packet) { lost.push_back(packet.id); };
    }
    static nb::list list(const std::vector<std::int64_t>& values) {
        nb::list made;
        for (std::int64_t value : values) made.append(value);
        return made;
    }
    void forward(std::int64_t time) {
        within("time", time, now_, kMostTime);
        now_ = time;
    }
    template <class T>
    static void fill(std::span<const T>& into, const std::optional<In<T>>& from, const char* name,
                     std::int64_t limit) {
        if (!from) return;
        into = view(*from);
        in_range(name, into, limit);
    }
    template <class T>
    static void fits(const char* name, std::span<const T> column, std::size_t n) {
        if (!column.empty()) same_length(name, column.size(), "packet", n);
    }
    void check(const aqm::Arrivals& all, std::int64_t rate_bps, std::int64_t ticks_per_s) const {
        if (queue.packets() > 0) refuse("the queue is not empty: take its packets before a run");
        within("rate_bps", rate_bps, 1, kMostTime);
        within("ticks_per_s", ticks_per_s, 1, std::int64_t{1'000'000'000'000});
        const std::size_t n = all.time.size();
        same_length("size_B", all.size_B.size(), "packet", n);
        fits("flow", all.flow, n);
        fits("colour", all.colour, n);
        fits("ecn", all.ecn, n);
        fits("draw", all.draw, n);
        for (std::size_t i = 0; i < all.draw.size(); ++i)
            if (!(all.draw[i] >= 0.0 && all.draw[i] < 1.0))
                refuse(entry("draw", i, std::to_string(all.draw[i])) + ", not within [0, 1)");
        ordered(all.time);
        if (n > 0) within("time[0]", all.time.front(), now_, kMostTime);
        sizes(all.size_B, rate_bps, ticks_per_s);
    }

    aqm::Draws draws_;
    Limits limits_;
    std::int64_t now_ = 0, number_ = 0;
};

}  // namespace easterly::bind
