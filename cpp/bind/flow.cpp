#include "bind/arrays.hpp"
#include "bind/rooms.hpp"
#include "flow/max_min.hpp"

namespace easterly::bind {

namespace {

using nb::literals::operator""_a;

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
          "Weighted max-min fair rates of flows with fractional paths: (rate_bps, bottleneck_link).");
}

}  // namespace easterly::bind
