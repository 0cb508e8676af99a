#include "bind/arrays.hpp"
#include "bind/rooms.hpp"
#include "dag/order.hpp"

namespace easterly::bind {

namespace {

using nb::literals::operator""_a;

constexpr const char* kOrder = R"(An order in which every event comes after its predecessors.

By depth (arcs of the longest way from an event without predecessors), then by number (Kahn 1962, CACM 5:11).

Parameters
----------
ptr : (N + 1,) int64
    The predecessors of event e are idx[ptr[e]:ptr[e + 1]].
idx : (ptr[N],) int32

Returns
-------
(M,) int32
    Events; fewer than N where there is a cycle: those on it, and those after it, are left out.

Raises
------
ValueError
    Lengths that do not fit, a predecessor out of range.)";

constexpr const char* kEarliest = R"(Earliest start and finish of each event, if nothing but predecessors holds it up.

start = max(at, finish of the last predecessor + delay), finish = start + duration: the forward pass of the critical
path method (Kelley & Walker 1959). What has no predecessor could start at 0.

Parameters
----------
ptr : (N + 1,) int64
    The predecessors of event e are idx[ptr[e]:ptr[e + 1]].
idx : (ptr[N],) int32
    Each lower than its event.
at, delay, duration : (N,) float64 [s]
    Not negative; the duration may be infinite.

Returns
-------
start, finish : (N,) float64 [s]

Raises
------
ValueError
    Lengths that do not fit, a predecessor that is not before its event, a time that is none.)";

dag::Predecessors checked(const In<std::int64_t>& ptr, const In<std::int32_t>& idx) {
    csr("ptr", view(ptr), view(idx).size());
    in_range("idx", view(idx), static_cast<std::int64_t>(view(ptr).size()) - 1);
    return {view(ptr), view(idx)};
}

void before_their_events(const dag::Predecessors& before) {
    for (std::size_t e = 0; e < before.events(); ++e)
        for (std::int64_t i = before.ptr[e]; i < before.ptr[e + 1]; ++i)
            if (static_cast<std::size_t>(before.idx[i]) >= e)
                refuse(entry("idx", static_cast<std::size_t>(i), std::to_string(before.idx[i])) +
                       ", not before its event " + std::to_string(e));
}

auto order(In<std::int64_t> ptr, In<std::int32_t> idx) {
    const dag::Predecessors before = checked(ptr, idx);
    std::vector<std::int32_t> found;
    {
        nb::gil_scoped_release released;
        found = dag::order(before);
    }
    return give(std::move(found));
}

auto earliest(In<std::int64_t> ptr, In<std::int32_t> idx, In<double> at, In<double> delay, In<double> duration) {
    const dag::Predecessors before = checked(ptr, idx);
    same_length("at", view(at).size(), "event", before.events());
    same_length("delay", view(delay).size(), "event", before.events());
    same_length("duration", view(duration).size(), "event", before.events());
    at_least("at", view(at), 0.0, false);
    at_least("delay", view(delay), 0.0, false);
    at_least("duration", view(duration), 0.0, false, true);
    before_their_events(before);
    std::vector<double> start(before.events());
    std::vector<double> finish(before.events());
    {
        nb::gil_scoped_release released;
        dag::earliest(before, view(at), view(delay), view(duration), start, finish);
    }
    return nb::make_tuple(give(std::move(start)), give(std::move(finish)));
}

}  // namespace

void dag(nb::module_& m) {
    m.def("order", &order, "ptr"_a.noconvert(), "idx"_a.noconvert(), kOrder);
    m.def("earliest", &earliest, "ptr"_a.noconvert(), "idx"_a.noconvert(), "at"_a.noconvert(), "delay"_a.noconvert(),
          "duration"_a.noconvert(), kEarliest);
}

}  // namespace easterly::bind
