#include "bind/arrays.hpp"
#include "bind/rooms.hpp"
#include "flow/max_min.hpp"

namespace easterly::bind {

namespace {

using nb::literals::operator""_a;

constexpr const char* kMaxMinRates = R"(Weighted max-min fair rates of flows with fractional paths.

Progressive filling (Bertsekas & Gallager 1992, 6.5.2): all rates rise in proportion to their weights; those that
cross a link stop when it is full. A flow that is split puts its share of every unit on each link. The order of
the flows does not change a bit of the result.

Parameters
----------
ptr : (F + 1,) int64
    Flow f has the entries ptr[f] to ptr[f + 1].
link : (ptr[F],) int32
share : (ptr[F],) float64 [1]
    Above 0.
capacity : (L,) float64 [bit/s]
    Not negative; may be infinite.
weight : (F,) float64 [1]
    Above 0.

Returns
-------
rate_bps : (F,) float64 [bit/s]
    Infinite where nothing limits the flow.
bottleneck_link : (F,) int32
    The link that stopped each flow; -1 where none did.

Raises
------
ValueError
    Lengths that do not fit, a link out of range, a share, capacity or weight that is none.)";

auto max_min_rates(In<std::int64_t> ptr, In<std::int32_t> link, In<double> share, In<double> capacity,
                   In<double> weight) {
    csr("ptr", view(ptr), view(link).size());
    const std::size_t flows = view(ptr).size() - 1;
    same_length("share", view(share).size(), "entry of link", view(link).size());
    same_length("weight", view(weight).size(), "flow", flows);
    in_range("link", view(link), static_cast<std::int64_t>(view(capacity).size()));
    at_least("share", view(share), 0.0, true);
    at_least("capacity", view(capacity), 0.0, false, true);
    at_least("weight", view(weight), 0.0, true);
    std::vector<double> rate(flows);
    std::vector<std::int32_t> bottleneck(flows);
    {
        nb::gil_scoped_release released;
        flow::max_min_rates({view(ptr), view(link), view(share)}, view(capacity), view(weight), rate, bottleneck);
    }
    return nb::make_tuple(give(std::move(rate)), give(std::move(bottleneck)));
}

}  // namespace

void flow(nb::module_& m) {
    m.def("max_min_rates", &max_min_rates, "ptr"_a.noconvert(), "link"_a.noconvert(), "share"_a.noconvert(),
          "capacity"_a.noconvert(), "weight"_a.noconvert(),
          kMaxMinRates);
}

}  // namespace easterly::bind
