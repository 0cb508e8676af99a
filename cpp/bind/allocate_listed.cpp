// The part of the room `allocate` that works on lists of paths.
#include "allocate/listed/listed.hpp"
#include "bind/arrays.hpp"
#include "bind/rooms.hpp"

namespace easterly::bind {

namespace {

using Ints = In<std::int32_t>;
using Longs = In<std::int64_t>;
using Floats = In<double>;
using nb::literals::operator""_a;

constexpr const char* kLoads = R"(What paths put on links: rates added up in the order of the paths.

Parameters
----------
n_links : int
ptr : (P + 1,) int64
    CSR pointer of the paths into `link`.
link : (ptr[P],) int32
rate : (P,) float64

Returns
-------
(n_links,) float64

Raises
------
ValueError
    Lengths that do not fit, an index out of range.)";

constexpr const char* kLeast = R"(The least of the values of the links of each path.

Parameters
----------
ptr : (P + 1,) int64
    CSR pointer of the paths into `link`.
link : (ptr[P],) int32
value : (L,) float64

Returns
-------
(P,) float64
    Infinity for a path without links.

Raises
------
ValueError
    Lengths that do not fit, an index out of range.)";

constexpr const char* kPick = R"(Some paths of a list, in the order in which they are named, with new names for their links.

Parameters
----------
path : (Q,) int64
    Paths wanted; any may come more than once.
ptr : (P + 1,) int64
    CSR pointer of the paths into `link`.
link : (ptr[P],) int32
name : (L,) int32
    What stands for each link in the answer.

Returns
-------
ptr : (Q + 1,) int64
link : (ptr[Q],) int32

Raises
------
ValueError
    Lengths that do not fit, an index out of range.)";

constexpr const char* kSweep = R"(Rates of paths without those that are next to nothing of their row.

They go to the largest path of the row, the first among equals, which stays in any case.

Parameters
----------
n_rows : int
row : (P,) int32
    Row that each path belongs to.
rate : (P,) float64
    Negative rates are taken as 0.
dust : float
    Paths with at most this part of their row are left with 0.

Returns
-------
(P,) float64

Raises
------
ValueError
    Lengths that do not fit, an index out of range.)";

constexpr const char* kShares = R"(Share of each flow on each link, of flows that are spread over paths.

A flow with one path has its links in order, with a share of 1; one with several has theirs ascending, with what the
paths over the link carry together over what the flow sends, at most 1.

Parameters
----------
n_links : int
flow : (P,) int32
    Flow that each path belongs to, ascending.
ptr : (P + 1,) int64
    CSR pointer of the paths into `link`.
link : (ptr[P],) int32
rate : (P,) float64
total : (F,) float64
    What each flow sends over all of its paths.

Returns
-------
ptr : (F + 1,) int64
    CSR pointer of the flows.
link : (ptr[F],) int32
share : (ptr[F],) float64

Raises
------
ValueError
    Lengths that do not fit, an index out of range, flows out of order.)";

allocate::Listed listed(const Longs& ptr, const Ints& link, std::int64_t links) {
    csr("ptr", view(ptr), view(link).size());
    in_range("link", view(link), links);
    return {view(ptr), view(link)};
}

void check_links(std::int64_t n_links) {
    if (n_links < 0 || n_links > 0x7fffffff) refuse("n_links is " + std::to_string(n_links) + ", not a number of links");
}

std::int64_t size(const Floats& values) { return static_cast<std::int64_t>(view(values).size()); }

auto path_loads(std::int64_t n_links, Longs ptr, Ints link, Floats rate) {
    check_links(n_links);
    const auto paths = listed(ptr, link, n_links);
    same_length("rate", view(rate).size(), "path", paths.paths());
    std::vector<double> load;
    {
        nb::gil_scoped_release released;
        load = allocate::path_loads(paths, view(rate), static_cast<std::size_t>(n_links));
    }
    return give(std::move(load));
}

auto path_least(Longs ptr, Ints link, Floats value) {
    const auto paths = listed(ptr, link, size(value));
    std::vector<double> least;
    {
        nb::gil_scoped_release released;
        least = allocate::path_least(paths, view(value));
    }
    return give(std::move(least));
}

auto path_pick(Longs path, Longs ptr, Ints link, Ints name) {
    const auto paths = listed(ptr, link, static_cast<std::int64_t>(view(name).size()));
    in_range("path", view(path), static_cast<std::int64_t>(paths.paths()));
    allocate::Picked out;
    {
        nb::gil_scoped_release released;
        out = allocate::path_pick(paths, view(path), view(name));
    }
    return nb::make_tuple(give(std::move(out.ptr)), give(std::move(out.link)));
}

auto path_sweep(std::int64_t n_rows, Ints row, Floats rate, double dust) {
    if (n_rows < 0 || n_rows > 0x7fffffff) refuse("n_rows is " + std::to_string(n_rows) + ", not a number of rows");
    in_range("row", view(row), n_rows);
    same_length("rate", view(rate).size(), "path", view(row).size());
    std::vector<double> left;
    {
        nb::gil_scoped_release released;
        left = allocate::path_sweep(view(row), view(rate), static_cast<std::size_t>(n_rows), dust);
    }
    return give(std::move(left));
}

auto path_shares(std::int64_t n_links, Ints flow, Longs ptr, Ints link, Floats rate, Floats total) {
    check_links(n_links);
    const auto paths = listed(ptr, link, n_links);
    same_length("flow", view(flow).size(), "path", paths.paths());
    same_length("rate", view(rate).size(), "path", paths.paths());
    in_range("flow", view(flow), size(total));
    for (std::size_t p = 1; p < view(flow).size(); ++p)
        if (view(flow)[p] < view(flow)[p - 1])
            refuse(entry("flow", p, std::to_string(view(flow)[p])) + ", less than the entry before it");
    allocate::Shares out;
    {
        nb::gil_scoped_release released;
        out = allocate::path_shares(paths, view(flow), view(rate), view(total), static_cast<std::size_t>(n_links));
    }
    return nb::make_tuple(give(std::move(out.ptr)), give(std::move(out.link)), give(std::move(out.share)));
}

}  // namespace

void allocate_listed(nb::module_& m) {
    m.def("path_loads", &path_loads, "n_links"_a, "ptr"_a.noconvert(), "link"_a.noconvert(), "rate"_a.noconvert(), kLoads);
    m.def("path_least", &path_least, "ptr"_a.noconvert(), "link"_a.noconvert(), "value"_a.noconvert(), kLeast);
    m.def("path_pick", &path_pick, "path"_a.noconvert(), "ptr"_a.noconvert(), "link"_a.noconvert(), "name"_a.noconvert(), kPick);
    m.def("path_sweep", &path_sweep, "n_rows"_a, "row"_a.noconvert(), "rate"_a.noconvert(), "dust"_a, kSweep);
    m.def("path_shares", &path_shares, "n_links"_a, "flow"_a.noconvert(), "ptr"_a.noconvert(), "link"_a.noconvert(),
          "rate"_a.noconvert(), "total"_a.noconvert(), kShares);
}

}  // namespace easterly::bind
