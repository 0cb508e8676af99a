#include "bind/allocate_trees.hpp"

#include "allocate/trees/bound.hpp"
#include "allocate/trees/network.hpp"
#include "allocate/trees/sweep.hpp"
#include "allocate/trees/tidy.hpp"
#include "bind/arrays.hpp"

namespace easterly::bind {

namespace {

namespace trees = easterly::allocate::trees;
using nb::literals::operator""_a;

constexpr const char* kSweep = R"(One round of improvement of flows towards all roots under a barrier on the links; in place.

Moves towards the least of sum cost load - sum barrier log(capacity - load) - sum gain rate. Every root is visited
once, in an order drawn from `round`: shortest paths to it are searched under the prices cost + barrier / (capacity -
load); every node shifts what it sends elsewhere to its shortest path, down to the node where both ways meet, and
every pair gives or takes as its gain asks for, by Newton steps under the prices of the moment (pairs of segments:
Bar-Gera 2010, Transportation Research B 44:8). Equal input gives equal bits with any number of threads.

Parameters
----------
src, dst : (L,) int32
transit : (N,) bool
    Nodes that may be passed through.
root : (T,) int32
    Nodes that flows end in.
ptr : (T + 1,) int64
    The pairs that end in root[t] are rows ptr[t] to ptr[t + 1].
pair_src : (K,) int32
capacity : (L,) float64
    Above 0.
cost : (L,) float64
    Not negative.
barrier : (L,) float64
    Above 0.
most : (K,) float64
    Most that a pair may have.
gain : (K,) float64
    Worth of one unit; infinite for pairs whose rate stays as it is.
flow : (T, L) float64
    Changed: flow on each link towards each root; conserves `rate`.
rate : (K,) float64
    Changed: what each pair has.
load : (L,) float64
    Changed: sum of flow over the roots, below the capacity.
round : int
    Names the order of the roots.
threads : int

Returns
-------
float
    Sum of the amounts that were moved.

Raises
------
ValueError
    Lengths that do not fit, an index out of range, a number that is none, a load that is not below the capacity.)";

constexpr const char* kWorth = R"(What pairs could be worth under prices of links: sum of amount max(0, gain - distance).

With the price of all capacity this bounds the worth of any flow, over all paths (weak duality).

Parameters
----------
src, dst : (L,) int32
transit : (N,) bool
    Nodes that may be passed through.
root : (T,) int32
ptr : (T + 1,) int64
    The pairs that end in root[t] are rows ptr[t] to ptr[t + 1].
pair_src : (K,) int32
amount, gain : (K,) float64
    Not negative.
price : (L,) float64
    Not negative.
threads : int
    Changes nothing but time.

Returns
-------
float

Raises
------
ValueError
    Lengths that do not fit, an index out of range, a number that is none.)";

constexpr const char* kCost = R"(What pairs cost at least under prices of links: sum of amount x distance.

Parameters
----------
src, dst : (L,) int32
transit : (N,) bool
    Nodes that may be passed through.
root : (T,) int32
ptr : (T + 1,) int64
    The pairs that end in root[t] are rows ptr[t] to ptr[t + 1].
pair_src : (K,) int32
amount : (K,) float64
    Not negative.
price : (L,) float64
    Not negative.
threads : int
    Changes nothing but time.

Returns
-------
float
    Infinite where a pair with an amount is not joined.

Raises
------
ValueError
    Lengths that do not fit, an index out of range, a number that is none.)";

constexpr const char* kShortest = R"(Flow that sends every pair's amount along its shortest path.

Parameters
----------
src, dst : (L,) int32
transit : (N,) bool
    Nodes that may be passed through.
root : (T,) int32
ptr : (T + 1,) int64
    The pairs that end in root[t] are rows ptr[t] to ptr[t + 1].
pair_src : (K,) int32
amount : (K,) float64
    Not negative.
price : (L,) float64
    Not negative.
threads : int
    Changes nothing but time.

Returns
-------
(T, L) float64
    Flow on each link towards each root; pairs that are not joined send nothing.

Raises
------
ValueError
    Lengths that do not fit, an index out of range, a number that is none.)";

constexpr const char* kTidy = R"(Flows without circles that conserve given rates to the last bits; in place.

Each node hands on what it gets in the proportions that it used before; what has no flow to the root goes the way of
fewest links.

Parameters
----------
src, dst : (L,) int32
transit : (N,) bool
    Nodes that may be passed through.
root : (T,) int32
ptr : (T + 1,) int64
    The pairs that end in root[t] are rows ptr[t] to ptr[t + 1].
pair_src : (K,) int32
rate : (K,) float64
    Not negative.
flow : (T, L) float64
    Changed.

Returns
-------
(L,) float64
    Load: sum of flow over the roots, in their order.

Raises
------
ValueError
    Lengths that do not fit, an index out of range, a number that is none.)";

constexpr const char* kPaths = R"(Paths of flows towards roots: pair by pair, over the fullest links that are left.

At most one path per pair and link of a root; circles are left out. Ties go to the lowest link.

Parameters
----------
src, dst : (L,) int32
transit : (N,) bool
    Nodes that may be passed through.
root : (T,) int32
ptr : (T + 1,) int64
    The pairs that end in root[t] are rows ptr[t] to ptr[t + 1].
pair_src : (K,) int32
rate : (K,) float64
    Not negative.
row : (T + 1,) int64
    The flow towards root[t] is that of entries row[t] to row[t + 1].
link : (row[T],) int32
link_flow : (row[T],) float64
    Not negative; conserves `rate`.

Returns
-------
pair : (P,) int64
    Pair of each path, not falling.
path_ptr : (P + 1,) int64
path_link : (path_ptr[P],) int32
    Links of each path, in order.
path_rate : (P,) float64

Raises
------
ValueError
    Lengths that do not fit, an index out of range, a number that is none.)";

using Inout = nb::ndarray<double, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Inout2 = nb::ndarray<double, nb::ndim<2>, nb::c_contig, nb::device::cpu>;

struct Asked {
    trees::Network network;
    trees::Pairs pairs;
};

Asked checked(const In<std::int32_t>& src, const In<std::int32_t>& dst, const In<bool>& transit,
              const In<std::int32_t>& root, const In<std::int64_t>& ptr, const In<std::int32_t>& pair_src) {
    const auto nodes = static_cast<std::int64_t>(transit.shape(0));
    same_length("dst", dst.shape(0), "link", src.shape(0));
    in_range("src", view(src), nodes);
    in_range("dst", view(dst), nodes);
    in_range("root", view(root), nodes);
    in_range("pair_src", view(pair_src), nodes);
    csr("ptr", view(ptr), pair_src.shape(0));
    same_length("ptr", ptr.shape(0), "root, and one", root.shape(0) + 1);
    return {{view(src), view(dst), view(transit)}, {view(root), view(ptr), view(pair_src)}};
}

void numbers(const char* name, std::span<const double> values, const char* what, std::size_t wanted,
             bool strictly = false, bool infinite = false) {
    same_length(name, values.size(), what, wanted);
    at_least(name, values, 0.0, strictly, infinite);
}

void rows(const Inout2& flow, const Asked& asked) {
    if (flow.shape(0) != asked.pairs.roots() || flow.shape(1) != asked.network.links())
        refuse("flow has the shape (" + std::to_string(flow.shape(0)) + ", " + std::to_string(flow.shape(1)) +
               "), not one row per root and one column per link");
}

std::span<double> all(const Inout2& flow) { return {flow.data(), flow.shape(0) * flow.shape(1)}; }

double tree_sweep(In<std::int32_t> src, In<std::int32_t> dst, In<bool> transit, In<std::int32_t> root,
                  In<std::int64_t> ptr, In<std::int32_t> pair_src, In<double> capacity, In<double> cost,
                  In<double> barrier, In<double> most, In<double> gain, Inout2 flow, Inout rate, Inout load,
                  std::uint64_t round, int threads) {
    const Asked asked = checked(src, dst, transit, root, ptr, pair_src);
    const std::size_t links = asked.network.links(), pairs = pair_src.shape(0);
    numbers("capacity", view(capacity), "link", links, true);
    numbers("cost", view(cost), "link", links);
    numbers("barrier", view(barrier), "link", links, true);
    numbers("most", view(most), "pair", pairs);
    numbers("gain", view(gain), "pair", pairs, false, true);
    rows(flow, asked);
    const std::span<double> rates{rate.data(), rate.shape(0)}, sums{load.data(), load.shape(0)};
    numbers("rate", rates, "pair", pairs);
    same_length("load", sums.size(), "link", links);
    for (std::size_t e = 0; e < links; ++e)
        if (!(sums[e] < capacity.data()[e])) refuse(entry("load", e, std::to_string(sums[e])) + ", not below the capacity");
    nb::gil_scoped_release released;
    return trees::sweep(asked.network, asked.pairs,
                           {view(capacity), view(cost), view(barrier), view(most), view(gain)}, round, threads,
                           {all(flow), rates, sums});
}

double tree_worth(In<std::int32_t> src, In<std::int32_t> dst, In<bool> transit, In<std::int32_t> root,
                  In<std::int64_t> ptr, In<std::int32_t> pair_src, In<double> amount, In<double> gain,
                  In<double> price, int threads) {
    const Asked asked = checked(src, dst, transit, root, ptr, pair_src);
    numbers("amount", view(amount), "pair", pair_src.shape(0));
    numbers("gain", view(gain), "pair", pair_src.shape(0));
    numbers("price", view(price), "link", asked.network.links());
    nb::gil_scoped_release released;
    return trees::worth_of_pairs(asked.network, asked.pairs, view(amount), view(gain), view(price), threads);
}

double tree_cost(In<std::int32_t> src, In<std::int32_t> dst, In<bool> transit, In<std::int32_t> root,
                 In<std::int64_t> ptr, In<std::int32_t> pair_src, In<double> amount, In<double> price, int threads) {
    const Asked asked = checked(src, dst, transit, root, ptr, pair_src);
    numbers("amount", view(amount), "pair", pair_src.shape(0));
    numbers("price", view(price), "link", asked.network.links());
    nb::gil_scoped_release released;
    return trees::cost_of_pairs(asked.network, asked.pairs, view(amount), view(price), threads);
}

auto tree_shortest(In<std::int32_t> src, In<std::int32_t> dst, In<bool> transit, In<std::int32_t> root,
                   In<std::int64_t> ptr, In<std::int32_t> pair_src, In<double> amount, In<double> price,
                   int threads) {
    const Asked asked = checked(src, dst, transit, root, ptr, pair_src);
    numbers("amount", view(amount), "pair", pair_src.shape(0));
    numbers("price", view(price), "link", asked.network.links());
    std::vector<double> flow;
    {
        nb::gil_scoped_release released;
        flow.assign(asked.pairs.roots() * asked.network.links(), 0.0);
        trees::load_shortest(asked.network, asked.pairs, view(amount), view(price), threads, flow);
    }
    return give(std::move(flow), asked.pairs.roots(), asked.network.links());
}

auto tree_tidy(In<std::int32_t> src, In<std::int32_t> dst, In<bool> transit, In<std::int32_t> root,
               In<std::int64_t> ptr, In<std::int32_t> pair_src, In<double> rate, Inout2 flow) {
    const Asked asked = checked(src, dst, transit, root, ptr, pair_src);
    numbers("rate", view(rate), "pair", pair_src.shape(0));
    rows(flow, asked);
    std::vector<double> load;
    {
        nb::gil_scoped_release released;
        trees::tidy(asked.network, asked.pairs, view(rate), all(flow));
        load = trees::loads(asked.network.links(), all(flow));
    }
    return give(std::move(load));
}

auto tree_paths(In<std::int32_t> src, In<std::int32_t> dst, In<bool> transit, In<std::int32_t> root,
                In<std::int64_t> ptr, In<std::int32_t> pair_src, In<double> rate, In<std::int64_t> row,
                In<std::int32_t> link, In<double> link_flow) {
    const Asked asked = checked(src, dst, transit, root, ptr, pair_src);
    numbers("rate", view(rate), "pair", pair_src.shape(0));
    csr("row", view(row), link.shape(0));
    same_length("row", row.shape(0), "root, and one", root.shape(0) + 1);
    in_range("link", view(link), static_cast<std::int64_t>(asked.network.links()));
    numbers("link_flow", view(link_flow), "entry of link", link.shape(0));
    trees::Listed listed;
    {
        nb::gil_scoped_release released;
        listed = trees::list_paths(asked.network, asked.pairs, view(rate), view(row), view(link), view(link_flow));
    }
    return nb::make_tuple(give(std::move(listed.pair)), give(std::move(listed.ptr)), give(std::move(listed.link)),
                          give(std::move(listed.rate)));
}

}  // namespace

#define EASTERLY_ASKED                                                                                     \
    "src"_a.noconvert(), "dst"_a.noconvert(), "transit"_a.noconvert(), "root"_a.noconvert(), "ptr"_a.noconvert(), \
        "pair_src"_a.noconvert()

void allocate_trees(nb::module_& m) {
    m.def("tree_sweep", &tree_sweep, EASTERLY_ASKED, "capacity"_a.noconvert(), "cost"_a.noconvert(),
          "barrier"_a.noconvert(), "most"_a.noconvert(), "gain"_a.noconvert(), "flow"_a.noconvert(),
          "rate"_a.noconvert(), "load"_a.noconvert(), "round"_a, "threads"_a, kSweep);
    m.def("tree_worth", &tree_worth, EASTERLY_ASKED, "amount"_a.noconvert(), "gain"_a.noconvert(),
          "price"_a.noconvert(), "threads"_a, kWorth);
    m.def("tree_cost", &tree_cost, EASTERLY_ASKED, "amount"_a.noconvert(), "price"_a.noconvert(), "threads"_a, kCost);
    m.def("tree_shortest", &tree_shortest, EASTERLY_ASKED, "amount"_a.noconvert(), "price"_a.noconvert(),
          "threads"_a, kShortest);
    m.def("tree_tidy", &tree_tidy, EASTERLY_ASKED, "rate"_a.noconvert(), "flow"_a.noconvert(), kTidy);
    m.def("tree_paths", &tree_paths, EASTERLY_ASKED, "rate"_a.noconvert(), "row"_a.noconvert(),
          "link"_a.noconvert(), "link_flow"_a.noconvert(), kPaths);
}

#undef EASTERLY_ASKED

}  // namespace easterly::bind
