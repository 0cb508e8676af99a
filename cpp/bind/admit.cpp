#include "admit/window.hpp"
#include "bind/admit_docs.hpp"
#include "bind/arrays.hpp"
#include "bind/columns.hpp"
#include "bind/meters.hpp"
#include "bind/rooms.hpp"

namespace easterly::bind {

namespace {

using admit::TimeWindow;
using nb::literals::operator""_a;

void new_window(TimeWindow* at, std::int64_t period, std::int64_t periods, std::int64_t ticks_per_s) {
    within("period", period, 1, kMostTime);
    within("periods", periods, 1, kMostTime);
    within("ticks_per_s", ticks_per_s, 1, std::int64_t{1'000'000'000'000});
    TimeWindow made;
    made.period = period, made.periods = periods, made.ticks_per_s = ticks_per_s;
    new (at) TimeWindow(made);
}

void check_time(const TimeWindow& it, std::int64_t time) {
    if (time < it.begin)
        refuse("time is " + std::to_string(time) + ", before the sample that began at " + std::to_string(it.begin) +
               ": time does not run backwards");
    within("time", time, 0, kMostTime);
}

void check_bytes(const TimeWindow& it, __int128 more) {
    if (it.bytes + more > kMostTime) refuse("size_B adds up to more than 2^61 bytes in one sample");
}

void observe(TimeWindow& it, std::int64_t time, std::int64_t size_B) {
    check_time(it, time);
    within("size_B", size_B, 1, kMostSize);
    check_bytes(it, size_B);
    it.observe(time, size_B);
}

void advance(TimeWindow& it, std::int64_t time) {
    check_time(it, time);
    it.advance(time);
}

void add(TimeWindow& it, std::int64_t rate_Bps) {
    within("rate_Bps", rate_Bps, 0, kMostSize);
    it.add(rate_Bps);
}

bool request(TimeWindow& it, std::int64_t time, std::int64_t rate_Bps, std::int64_t limit_Bps) {
    check_time(it, time);
    within("rate_Bps", rate_Bps, 0, kMostSize);
    within("limit_Bps", limit_Bps, 0, kMostTime);
    return it.request(time, rate_Bps, limit_Bps);
}

void check(const TimeWindow& it, const admit::Events& all) {
    same_length("size_B", all.size_B.size(), "packet", all.time.size());
    same_length("request_Bps", all.request_Bps.size(), "request", all.request_time.size());
    for (std::span<const std::int64_t> column : {all.time, all.request_time}) {
        ordered(column);
        if (!column.empty()) check_time(it, column.front());
    }
    sizes(all.size_B, 0, 1);
    __int128 total = 0;
    for (std::int64_t size_B : all.size_B) total += size_B;
    check_bytes(it, total);
    for (std::int64_t rate : all.request_Bps) within("request_Bps", rate, 0, kMostSize);
}

auto run(TimeWindow& it, In<std::int64_t> time, In<std::int64_t> size_B, In<std::int64_t> request_time,
         In<std::int64_t> request_Bps, std::int64_t limit_Bps) {
    const admit::Events all{view(time), view(size_B), view(request_time), view(request_Bps)};
    check(it, all);
    within("limit_Bps", limit_Bps, 0, kMostTime);
    std::vector<double> load_Bps(all.time.size());
    std::vector<std::uint8_t> admitted(all.request_time.size());
    {
        nb::gil_scoped_release released;
        admit::play(it, all, limit_Bps, load_Bps, admitted);
    }
    return nb::make_tuple(give(std::move(load_Bps)), give(std::move(admitted)));
}

nb::dict window_state(const TimeWindow& it) {
    nb::dict made;
    made["load"] = meters::to_int(it.load), made["highest"] = meters::to_int(it.highest);
    made["begin"] = it.begin, made["bytes"] = it.bytes, made["done"] = it.done;
    return made;
}

}  // namespace

void admit(nb::module_& m) {
    nb::class_<TimeWindow>(m, "TimeWindow", kWindow)
        .def("__init__", &new_window, "period"_a, "periods"_a, "ticks_per_s"_a, kWindow)
        .def("observe", &observe, "time"_a, "size_B"_a, kObserve)
        .def("advance", &advance, "time"_a, kAdvance)
        .def("add", &add, "rate_Bps"_a, kAdd)
        .def("request", &request, "time"_a, "rate_Bps"_a, "limit_Bps"_a, kRequest)
        .def("run", &run, "time"_a.noconvert(), "size_B"_a.noconvert(), "request_time"_a.noconvert(),
             "request_Bps"_a.noconvert(), "limit_Bps"_a, kWindowRun)
        .def_prop_ro("load_Bps", &TimeWindow::load_Bps, kWindowLoad)
        .def_prop_ro("state", &window_state, kWindowState);
}

}  // namespace easterly::bind
