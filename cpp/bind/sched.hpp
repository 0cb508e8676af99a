// Schedulers across the border: one class each, with the packets that wait, and its batch form.
#pragma once

#include <nanobind/stl/pair.h>
#include <nanobind/stl/vector.h>

#include <optional>

#include "bind/arrays.hpp"
#include "sched/link.hpp"

// A namespace of its own: bindings of other rooms have checks and steppers of the same names.
namespace easterly::bind::scheduling {

using nb::literals::operator""_a;
using Counts = std::vector<std::int64_t>;

constexpr std::int64_t kMostQueues = std::int64_t{1} << 20;
constexpr std::int64_t kMostBytes = std::int64_t{1} << 30;   // of a packet
constexpr std::int64_t kMostTime = std::int64_t{1} << 61;    // ticks
constexpr std::int64_t kMostPackets = (std::int64_t{1} << 31) - 1;
constexpr std::int64_t kMostTotal = std::int64_t{1} << 54;   // bytes of all packets: tags stay within 128 bits
constexpr std::int64_t kMostRate = std::int64_t{1} << 50;    // bit/s
constexpr std::int64_t kMostTicks = 1'000'000'000'000;       // of a second

inline void within(const char* name, std::int64_t value, std::int64_t least, std::int64_t most) {
    if (value < least || value > most)
        refuse(std::string(name) + " is " + std::to_string(value) + ", not within " + std::to_string(least) + ".." +
               std::to_string(most));
}

inline void all_within(const char* name, const Counts& values, std::int64_t least, std::int64_t most) {
    for (std::size_t i = 0; i < values.size(); ++i)
        if (values[i] < least || values[i] > most)
            refuse(entry(name, i, std::to_string(values[i])) + ", not within " + std::to_string(least) + ".." +
                   std::to_string(most));
}

inline std::size_t one_per_queue(const char* name, const Counts& values) {
    if (values.empty()) refuse(std::string(name) + " is empty: there is no queue");
    within("the number of queues", static_cast<std::int64_t>(values.size()), 1, kMostQueues);
    return values.size();
}

// Python's integers have no end; 128 bits go over in two halves.
inline nb::object whole(sched::Wide value) {
    nb::object high = nb::int_(static_cast<std::int64_t>(value >> 64));
    nb::object low = nb::int_(static_cast<std::uint64_t>(value));
    return (high << nb::int_(64)) | low;
}

// What a scheduler shows, as a dictionary.
class State {
public:
    template <class T>
    void operator()(const char* name, const std::vector<T>& values) {
        nb::list list;
        for (const auto& value : values) list.append(object(static_cast<T>(value)));
        dict[name] = list;
    }
    template <class T>
        requires std::is_arithmetic_v<T> || std::is_same_v<T, sched::Wide>
    void operator()(const char* name, T value) {
        dict[name] = object(value);
    }

    nb::dict dict;

private:
    static nb::object object(bool value) { return nb::bool_(value); }
    static nb::object object(sched::Wide value) { return whole(value); }
    static nb::object object(std::int64_t value) { return nb::int_(value); }
    static nb::object object(std::int32_t value) { return nb::int_(value); }
};

// A scheduler with the sizes of the packets that wait, to be stepped from Python.
template <class Scheduler>
struct Stepper {
    Scheduler fresh, live;
    std::size_t queues;
    std::int64_t ticks_per_s;
    std::vector<sched::Ring<sched::Bytes>> waiting;
    sched::Ticks now = 0;
    sched::Bytes total = 0;

    Stepper(Scheduler made, std::size_t n, std::int64_t ticks)
        : fresh(made), live(std::move(made)), queues(n), ticks_per_s(ticks), waiting(n) {}

    void check_time(std::int64_t time) {
        within("time", time, 0, kMostTime);
        if (time < now) refuse("time is " + std::to_string(time) + ", before " + std::to_string(now));
        now = time;
    }

    // Of trees: only classes without children have a queue.
    void check_leaf(const std::string& what, std::int64_t queue) const {
        if constexpr (requires { live.takes(sched::Queue{}); })
            if (!live.takes(static_cast<sched::Queue>(queue)))
                refuse(what + " is " + std::to_string(queue) + ", a class with children");
    }

    bool arrive(std::int64_t time, std::int64_t queue, std::int64_t size) {
        within("queue", queue, 0, static_cast<std::int64_t>(queues) - 1);
        within("size", size, 1, kMostBytes);
        check_leaf("queue", queue);
        check_time(time);
        if (size > kMostTotal - total) refuse("size: the packets so far add up to more than 2^54 B");
        total += size;
        const auto q = static_cast<sched::Queue>(queue);
        const bool taken = live.arrive(q, size, time);
        if (taken) waiting[q].push(size);
        return taken;
    }

    std::pair<std::int64_t, std::int64_t> next(std::int64_t time) {
        check_time(time);
        const sched::Choice choice = live.next(time);
        return {choice.queue, choice.when == sched::kNever ? -1 : choice.when};
    }

    std::pair<std::int64_t, std::int64_t> send(std::int64_t time) {
        check_time(time);
        const sched::Choice choice = live.next(time);
        if (choice.queue < 0) return {-1, 0};
        auto& ring = waiting[choice.queue];
        const sched::Bytes size = ring.front();
        ring.pop();
        live.sent(choice.queue, time, ring.empty() ? 0 : ring.front());
        return {choice.queue, size};
    }

    nb::dict state() const {
        State state;
        live.show(state);
        std::vector<std::int64_t> lengths;
        for (const auto& ring : waiting) lengths.push_back(static_cast<std::int64_t>(ring.size()));
        state("queued", lengths);
        return state.dict;
    }

    void check(const sched::Packets& packets, std::int64_t rate_bps) const {
        same_length("queue", packets.queue.size(), "time", packets.time.size());
        same_length("size", packets.size.size(), "time", packets.time.size());
        in_range("queue", packets.queue, static_cast<std::int64_t>(queues));
        within("the number of packets", static_cast<std::int64_t>(packets.time.size()), 0, kMostPackets);
        within("link_bps", rate_bps, 1, kMostRate);
        sched::Wide sum = 0;
        for (std::size_t i = 0; i < packets.time.size(); ++i) {
            if (packets.size[i] < 1 || packets.size[i] > kMostBytes)
                refuse(entry("size", i, std::to_string(packets.size[i])) + ", not within 1..2^30");
            if (packets.time[i] < (i == 0 ? 0 : packets.time[i - 1]) || packets.time[i] > kMostTime)
                refuse(entry("time", i, std::to_string(packets.time[i])) + ", before the packet that precedes it, or not within 0..2^61");
            if constexpr (requires { live.takes(sched::Queue{}); }) check_leaf("queue[" + std::to_string(i) + "]", packets.queue[i]);
            sum += packets.size[i];
        }
        if (sum > kMostTotal) refuse("size adds up to more than 2^54 B");
        if (sum * 8 * ticks_per_s / rate_bps > kMostTime)
            refuse("link_bps is " + std::to_string(rate_bps) + ": the packets take longer than the clock runs");
    }

    auto run(In<std::int64_t> time, In<std::int32_t> queue, In<std::int64_t> size, std::int64_t link_bps) const {
        const sched::Packets packets{view(time), view(queue), view(size)};
        check(packets, link_bps);
        std::vector<std::int64_t> departure(packets.time.size(), -1), order(packets.time.size());
        {
            nb::gil_scoped_release released;
            Scheduler scheduler = fresh;
            order.resize(sched::run(scheduler, packets, queues, sched::Wire(link_bps, ticks_per_s), departure, order));
        }
        return nb::make_tuple(give(std::move(departure)), give(std::move(order)));
    }
};

inline constexpr const char* kArrive = R"(A packet joins the tail of a queue.

Parameters
----------
time, queue, size : int [tick, 1, B]

Returns
-------
bool
    False if the scheduler refuses it.

Raises
------
ValueError
    A time before the last one, no such queue, an impossible size.)";

inline constexpr const char* kNext = R"(What the link is to do.

Parameters
----------
time : int [tick]

Returns
-------
int, int
    Queue to serve, or -1; and when to serve or to ask again, or -1 where only an arrival changes anything.

Raises
------
ValueError
    A time before the last one.)";

inline constexpr const char* kSend = R"(Puts the packet that `next` chooses onto the link.

Parameters
----------
time : int [tick]

Returns
-------
int, int
    Queue and size, or -1 and 0 where there is nothing to send.

Raises
------
ValueError
    A time before the last one.)";

inline constexpr const char* kState = R"(Everything that the scheduler remembers.

Returns
-------
dict)";

inline constexpr const char* kRun = R"(Departures of columns of packets over one link, from rest; what was stepped stays as it is.

Parameters
----------
time : (N,) int64 [tick]
    Arrivals; never falling.
queue : (N,) int32
size : (N,) int64 [B]
link_bps : int [bit/s]

Returns
-------
(N,) int64, (M,) int64
    When the last bit of each packet is sent, rounded up to a tick, or -1 if it was refused, or held back to beyond
    2^62; packets as they leave.

Raises
------
ValueError
    Columns of different lengths, times that fall, no such queue, impossible sizes or rates.)";

template <class Scheduler>
auto bind_scheduler(nb::module_& m, const char* name, const char* doc) {
    using S = Stepper<Scheduler>;
    return nb::class_<S>(m, name, doc)
        .def("arrive", &S::arrive, "time"_a, "queue"_a, "size"_a, kArrive)
        .def("next", &S::next, "time"_a, kNext)
        .def("send", &S::send, "time"_a, kSend)
        .def("state", &S::state, kState)
        .def("run", &S::run, "time"_a.noconvert(), "queue"_a.noconvert(), "size"_a.noconvert(), "link_bps"_a, kRun);
}

}  // namespace easterly::bind::scheduling
