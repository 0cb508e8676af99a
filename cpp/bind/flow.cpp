#include "bind/arrays.hpp"
#include "bind/rooms.hpp"
#include "flow/max_min.hpp"
#include "flow/sweep.hpp"

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

constexpr const char* kMaxMinPaths = R"(Max-min fairness in the fair share, over all paths, of demands with a curve each.

Every row may have, at a fair share s, what its curve says: piecewise linear from (0, 0), level beyond its last point.
The share rises; a row whose rate can only rise at the cost of one that rose no higher is frozen. Rows of stage 0 are
filled first, then those of stage 1 with the rates of stage 0 kept, and so on. One sweep of a parametric dual simplex
method with paths generated on the way; exact to about 1e-9.

Parameters
----------
n : int
    Number of nodes.
src, dst : (L,) int32
    Ends of the directed links.
capacity : (L,) float64
    Above 0.
transit : (N,) bool
    Nodes that may be passed through.
row_src, row_dst : (K,) int32
    Sorted by `row_dst`; two different nodes that a path joins.
ptr : (K + 1,) int64
    Row k has the points ptr[k] to ptr[k + 1] of its curve; one at least.
share, rate : (P,) float64
    Points: shares ascend within a row, from above 0, and rates do not fall.
stage : (K,) int32
    Not negative.

Returns
-------
path_row : (Q,) int32
path_ptr : (Q + 1,) int64
path_link : (path_ptr[Q],) int32
path_rate : (Q,) float64
row_share : (K,) float64
    Share at which each row was frozen; infinite where it has all it wants.
row_level : (K,) int32
    The level that froze it, or -1.
level_share : (V,) float64
level_stage : (V,) int32
price : (V, L) float64
    What proves each level: rows that pay under these prices cannot have more together.
pivots : int

Raises
------
ValueError
    Lengths that do not fit, an index out of range, a number that is none, a row without a path.)";

void check_wants(const flow::Wants& w) {
    same_length("dst", w.dst.size(), "link", w.src.size());
    same_length("capacity", w.capacity.size(), "link", w.src.size());
    same_length("row_dst", w.to.size(), "row", w.from.size());
    same_length("stage", w.stage.size(), "row", w.from.size());
    same_length("rate", w.rate.size(), "point", w.share.size());
    if (w.nodes < 0) refuse("n is " + std::to_string(w.nodes) + ", not a number of nodes");
    same_length("transit", w.transit.size(), "node", static_cast<std::size_t>(w.nodes));
    csr("ptr", w.ptr, w.share.size());
    same_length("ptr", w.ptr.size(), "row and one more", w.from.size() + 1);
    for (const auto& [name, ends] : {std::pair{"src", w.src}, {"dst", w.dst}, {"row_src", w.from}, {"row_dst", w.to}})
        in_range(name, ends, w.nodes);
    in_range("stage", w.stage, 1 << 20);
    at_least("capacity", w.capacity, 0.0, true);
    at_least("share", w.share, 0.0, true);
    at_least("rate", w.rate, 0.0, false);
    for (std::size_t k = 0; k < w.from.size(); ++k) {
        if (w.from[k] == w.to[k]) refuse(entry("row_src", k, std::to_string(w.from[k])) + ", as is row_dst");
        if (k && w.to[k] < w.to[k - 1]) refuse(entry("row_dst", k, std::to_string(w.to[k])) + ", less than before it");
        if (w.ptr[k] == w.ptr[k + 1]) refuse("row " + std::to_string(k) + " has no point");
        for (std::int64_t p = w.ptr[k] + 1; p < w.ptr[k + 1]; ++p)
            if (!(w.share[p] > w.share[p - 1]) || w.rate[p] < w.rate[p - 1])
                refuse("the points of row " + std::to_string(k) + " do not ascend");
    }
}

auto max_min_paths(std::int32_t n, In<std::int32_t> src, In<std::int32_t> dst, In<double> capacity, In<bool> transit,
                   In<std::int32_t> row_src, In<std::int32_t> row_dst, In<std::int64_t> ptr, In<double> share,
                   In<double> rate, In<std::int32_t> stage) {
    const flow::Wants wants{n,          view(src),     view(dst), view(capacity), view(transit), view(row_src),
                            view(row_dst), view(ptr), view(share), view(rate),     view(stage)};
    check_wants(wants);
    flow::Filled made;
    bool interrupted = false;
    {
        nb::gil_scoped_release released;
        made = flow::sweep(wants, [&] {
            nb::gil_scoped_acquire held;
            interrupted = interrupted || PyErr_CheckSignals() != 0;
            return !interrupted;
        });
    }
    if (interrupted) throw nb::python_error();
    const std::size_t levels = made.level_share.size();
    return nb::make_tuple(give(std::move(made.path_row)), give(std::move(made.path_ptr)),
                          give(std::move(made.path_link)), give(std::move(made.path_rate)),
                          give(std::move(made.row_share)), give(std::move(made.row_level)),
                          give(std::move(made.level_share)), give(std::move(made.level_stage)),
                          give(std::move(made.price), levels, view(src).size()), made.pivots);
}

}  // namespace

void flow(nb::module_& m) {
    m.def("max_min_rates", &max_min_rates, "ptr"_a.noconvert(), "link"_a.noconvert(), "share"_a.noconvert(),
          "capacity"_a.noconvert(), "weight"_a.noconvert(),
          kMaxMinRates);
    m.def("max_min_paths", &max_min_paths, "n"_a, "src"_a.noconvert(), "dst"_a.noconvert(), "capacity"_a.noconvert(),
          "transit"_a.noconvert(), "row_src"_a.noconvert(), "row_dst"_a.noconvert(), "ptr"_a.noconvert(),
          "share"_a.noconvert(), "rate"_a.noconvert(), "stage"_a.noconvert(), kMaxMinPaths);
}

}  // namespace easterly::bind
