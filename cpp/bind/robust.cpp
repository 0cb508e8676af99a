#include "bind/graphs.hpp"
#include "bind/robust_docs.hpp"
#include "bind/rooms.hpp"
#include "robust/epidemic.hpp"
#include "robust/generate.hpp"
#include "robust/percolate.hpp"

namespace easterly::bind {

namespace {

using Ints = In<std::int32_t>;
using Counts = In<std::int64_t>;
using Floats = In<double>;
using nb::literals::operator""_a;

std::int32_t nodes_of(std::int64_t n) {
    if (n < 0 || n > 0x7fffffff) refuse("n is " + std::to_string(n) + ", not a number of nodes");
    return static_cast<std::int32_t>(n);
}

void edges_within(double edges) {
    if (edges > static_cast<double>(robust::kMostEdges))
        refuse("such a graph has about " + std::to_string(edges) + " edges, more than 50000000");
}

auto hand(robust::Edges&& edges) { return nb::make_tuple(give(std::move(edges.a)), give(std::move(edges.b))); }

double pairs_of(std::int32_t n) { return 0.5 * n * (n - 1.0); }

auto gnp(std::int64_t n, double p, std::uint64_t stream) {
    const std::int32_t nodes = nodes_of(n);
    if (!(p >= 0.0 && p <= 1.0)) refuse("p is " + std::to_string(p) + ", not a probability");
    edges_within(p * pairs_of(nodes));
    robust::Edges made;
    {
        nb::gil_scoped_release released;
        made = robust::gnp(nodes, p, stream);
    }
    return hand(std::move(made));
}

auto gnm(std::int64_t n, std::int64_t count, std::uint64_t stream) {
    const std::int32_t nodes = nodes_of(n);
    if (count < 0 || static_cast<double>(count) > pairs_of(nodes))
        refuse("count is " + std::to_string(count) + ", not a number of edges among " + std::to_string(n) + " nodes");
    edges_within(static_cast<double>(count));
    robust::Edges made;
    {
        nb::gil_scoped_release released;
        made = robust::gnm(nodes, count, stream);
    }
    return hand(std::move(made));
}

auto preferential(std::int64_t n, std::int64_t m, std::uint64_t stream) {
    const std::int32_t nodes = nodes_of(n);
    if (m < 1 || m >= n) refuse("m is " + std::to_string(m) + ", not within 1.." + std::to_string(n - 1));
    edges_within(static_cast<double>(m) * static_cast<double>(n));
    robust::Edges made;
    {
        nb::gil_scoped_release released;
        made = robust::preferential(nodes, static_cast<std::int32_t>(m), stream);
    }
    return hand(std::move(made));
}

auto configuration(Ints degree, std::uint64_t stream) {
    std::int64_t total = 0;
    const auto degrees = view(degree);
    for (std::size_t v = 0; v < degrees.size(); ++v) {
        if (degrees[v] < 0) refuse(entry("degree", v, std::to_string(degrees[v])) + ", below 0");
        total += degrees[v];
    }
    if (total % 2 != 0) refuse("degree adds up to " + std::to_string(total) + ", which is odd");
    edges_within(static_cast<double>(total) / 2.0);
    robust::Edges made;
    {
        nb::gil_scoped_release released;
        made = robust::configuration(degrees, stream);
    }
    return hand(std::move(made));
}

auto regular(std::int64_t n, std::int64_t d, std::uint64_t stream) {
    const std::int32_t nodes = nodes_of(n);
    if (d < 0 || (d >= n && d > 0) || n * d % 2 != 0)
        refuse("no graph has " + std::to_string(n) + " nodes of degree " + std::to_string(d));
    edges_within(static_cast<double>(n) * static_cast<double>(d) / 2.0);
    robust::Edges made;
    {
        nb::gil_scoped_release released;
        made = robust::regular(nodes, static_cast<std::int32_t>(d), stream, paths::Pulse(signals()));
    }
    return hand(std::move(made));
}

auto geometric(std::int64_t n, double radius, bool torus, std::uint64_t stream) {
    const std::int32_t nodes = nodes_of(n);
    if (!(radius >= 0.0 && radius <= 2.0)) refuse("radius is " + std::to_string(radius) + ", not within 0..2");
    edges_within(pairs_of(nodes) * std::min(1.0, 3.141592653589793 * radius * radius));
    robust::Placed made;
    {
        nb::gil_scoped_release released;
        made = robust::geometric(nodes, radius, torus, stream);
    }
    return nb::make_tuple(give(std::move(made.x)), give(std::move(made.y)), give(std::move(made.edges.a)),
                          give(std::move(made.edges.b)));
}

robust::Undirected checked(std::int64_t n, const Ints& a, const Ints& b) {
    const std::int32_t nodes = nodes_of(n);
    same_length("b", view(b).size(), "edge", view(a).size());
    edges_within(static_cast<double>(view(a).size()));
    in_range("a", view(a), nodes);
    in_range("b", view(b), nodes);
    return {nodes, view(a), view(b)};
}

// Each row names everything once.
void permutations(const In2<std::int32_t>& order, std::size_t things) {
    same_length("order", order.shape(1), "thing that can go", things);
    for (std::size_t r = 0; r < order.shape(0); ++r) {
        std::vector<bool> seen(things);
        for (std::size_t i = 0; i < things; ++i) {
            const std::int32_t one = order.data()[r * things + i];
            if (one < 0 || static_cast<std::size_t>(one) >= things || seen[static_cast<std::size_t>(one)])
                refuse("order[" + std::to_string(r) + ", " + std::to_string(i) + "] is " + std::to_string(one) +
                       ", out of range or there twice");
            seen[static_cast<std::size_t>(one)] = true;
        }
    }
}

template <class T>
void rising(const char* name, std::span<const T> values, T least) {
    for (std::size_t i = 0; i < values.size(); ++i)
        if (!(values[i] >= (i ? values[i - 1] : least)))
            refuse(entry(name, i, std::to_string(values[i])) + ", below what precedes it");
}

template <class T>
std::span<T> row(std::vector<T>& values, std::size_t r, std::size_t width) {
    return std::span(values).subspan(r * width, width);
}

template <class T>
std::span<const T> row(const In2<T>& values, std::size_t r) {
    return {values.data() + r * values.shape(1), values.shape(1)};
}

auto percolate(std::int64_t n, Ints a, Ints b, Ints weight, bool of_nodes, In2<std::int32_t> order, Counts at) {
    const auto graph = checked(n, a, b);
    same_length("weight", view(weight).size(), "node", static_cast<std::size_t>(n));
    in_range("weight", view(weight), 0x7fffffff);
    std::int64_t all = 0;
    for (const std::int32_t w : view(weight)) all += w;
    if (all > 0x7fffffff) refuse("weight adds up to " + std::to_string(all) + ", more than 2^31 - 1");
    permutations(order, of_nodes ? static_cast<std::size_t>(n) : graph.a.size());
    rising<std::int64_t>("at", view(at), 0);
    const std::size_t runs = order.shape(0), looks = view(at).size();
    if (looks && view(at).back() > static_cast<std::int64_t>(order.shape(1)))
        refuse("at ends with " + std::to_string(view(at).back()) + ", more than there is to remove");
    std::vector<std::int64_t> largest(runs * looks), second(runs * looks), total(runs);
    std::vector<double> squares(runs * looks);
    {
        nb::gil_scoped_release released;
        const auto look = signals();
        const robust::Adjacent adjacent(graph);
        for (std::size_t r = 0; r < runs; ++r) {
            look();
            total[r] = robust::percolate(graph, adjacent, view(weight), of_nodes, row(order, r), view(at),
                                         {row(largest, r, looks), row(second, r, looks), row(squares, r, looks)});
        }
    }
    return nb::make_tuple(give(std::move(largest), runs, looks), give(std::move(second), runs, looks),
                          give(std::move(squares), runs, looks), give(std::move(total)));
}

auto by_degree(std::int64_t n, Ints a, Ints b, std::uint64_t stream) {
    const auto graph = checked(n, a, b);
    std::vector<std::int32_t> order;
    {
        nb::gil_scoped_release released;
        order = robust::by_degree(robust::Adjacent(graph), stream);
    }
    return give(std::move(order));
}

auto components(std::int64_t n, Ints a, Ints b, In<bool> alive) {
    const auto graph = checked(n, a, b);
    same_length("alive", view(alive).size(), "edge", graph.a.size());
    std::vector<std::int32_t> label;
    {
        nb::gil_scoped_release released;
        label = robust::components(graph, view(alive));
    }
    return give(std::move(label));
}

auto betweenness(std::int64_t n, Ints a, Ints b, In<bool> alive, Ints sources) {
    const auto graph = checked(n, a, b);
    same_length("alive", view(alive).size(), "edge", graph.a.size());
    in_range("sources", view(sources), n);
    robust::Between made;
    {
        nb::gil_scoped_release released;
        made = robust::betweenness(graph, view(alive), view(sources), paths::Pulse(signals()));
    }
    return nb::make_tuple(give(std::move(made.node)), give(std::move(made.edge)));
}

robust::Rates rates_of(double infect, double recover, bool again, double until) {
    const auto fine = [](double x) { return x >= 0.0 && x <= 1e12; };
    if (!fine(infect)) refuse("infect is " + std::to_string(infect) + ", not a rate from 0 to 1e12");
    if (!fine(recover)) refuse("recover is " + std::to_string(recover) + ", not a rate from 0 to 1e12");
    if (!(until >= 0.0)) refuse("until is " + std::to_string(until) + ", not a time from 0 on");
    return {infect, recover, again, until};
}

struct Runs {
    std::size_t runs, looks;
    std::vector<std::int64_t> infected, ever, last;
    std::vector<double> end;

    Runs(std::size_t r, std::size_t k) : runs(r), looks(k), infected(r * k), ever(r * k), last(r * 3), end(r) {}

    robust::Course course(std::size_t r) { return {row(infected, r, looks), row(ever, r, looks)}; }
    void put(std::size_t r, const robust::Ended& one) {
        end[r] = one.end;
        last[3 * r] = one.infected, last[3 * r + 1] = one.ever, last[3 * r + 2] = one.most;
    }
    auto hand() {
        return nb::make_tuple(give(std::move(infected), runs, looks), give(std::move(ever), runs, looks),
                              give(std::move(end)), give(std::move(last), runs, 3));
    }
};

auto spread(std::int64_t n, Ints a, Ints b, double infect, double recover, bool again, In2<std::int32_t> start,
            In<std::uint64_t> stream, double until, Floats at) {
    const auto graph = checked(n, a, b);
    const auto rates = rates_of(infect, recover, again, until);
    rising<double>("at", view(at), 0.0);
    same_length("start", start.shape(0), "stream", view(stream).size());
    in_range("start", std::span<const std::int32_t>(start.data(), start.shape(0) * start.shape(1)), n);
    Runs made(start.shape(0), view(at).size());
    {
        nb::gil_scoped_release released;
        paths::Pulse pulse(signals());
        const robust::Adjacent adjacent(graph);
        for (std::size_t r = 0; r < made.runs; ++r)
            made.put(r, robust::spread(adjacent, rates, row(start, r), view(stream)[r], view(at), made.course(r),
                                       pulse));
    }
    return made.hand();
}

auto spread_groups(Counts size, In2<bool> reach, double infect, double recover, bool again, In2<std::int64_t> start,
                   In<std::uint64_t> stream, double until, Floats at) {
    const auto rates = rates_of(infect, recover, again, until);
    const auto sizes = view(size);
    const std::size_t groups = sizes.size();
    in_range("size", sizes, std::int64_t{1} << 30);
    std::int64_t all = 0;
    for (const std::int64_t one : sizes) all += one;
    if (all > (std::int64_t{1} << 30)) refuse("size adds up to " + std::to_string(all) + ", more than 2^30");
    same_length("reach", reach.shape(0), "group", groups);
    same_length("reach", reach.shape(1), "group", groups);
    rising<double>("at", view(at), 0.0);
    same_length("start", start.shape(0), "stream", view(stream).size());
    same_length("start", start.shape(1), "group", groups);
    for (std::size_t i = 0; i < start.shape(0) * groups; ++i)
        if (start.data()[i] < 0 || start.data()[i] > sizes[i % groups])
            refuse(entry("start", i, std::to_string(start.data()[i])) + ", not within 0.." +
                   std::to_string(sizes[i % groups]));
    Runs made(start.shape(0), view(at).size());
    std::vector<std::int64_t> ever(made.runs * groups);
    {
        nb::gil_scoped_release released;
        paths::Pulse pulse(signals());
        const std::span<const bool> table(reach.data(), groups * groups);
        for (std::size_t r = 0; r < made.runs; ++r)
            made.put(r, robust::spread_groups(sizes, table, rates, row(start, r), view(stream)[r], view(at),
                                              made.course(r), row(ever, r, groups), pulse));
    }
    const std::size_t runs = made.runs;
    return nb::make_tuple(give(std::move(made.infected), runs, made.looks), give(std::move(made.ever), runs, made.looks),
                          give(std::move(made.end)), give(std::move(made.last), runs, 3),
                          give(std::move(ever), runs, groups));
}

}  // namespace

void robust(nb::module_& m) {
    m.def("gnp", &gnp, "n"_a, "p"_a, "stream"_a, kGnp);
    m.def("gnm", &gnm, "n"_a, "count"_a, "stream"_a, kGnm);
    m.def("preferential", &preferential, "n"_a, "m"_a, "stream"_a, kPreferential);
    m.def("configuration", &configuration, "degree"_a.noconvert(), "stream"_a, kConfiguration);
    m.def("regular", &regular, "n"_a, "d"_a, "stream"_a, kRegular);
    m.def("geometric", &geometric, "n"_a, "radius"_a, "torus"_a, "stream"_a, kGeometric);
    m.def("percolate", &percolate, "n"_a, "a"_a.noconvert(), "b"_a.noconvert(), "weight"_a.noconvert(), "of_nodes"_a,
          "order"_a.noconvert(), "at"_a.noconvert(), kPercolate);
    m.def("by_degree", &by_degree, "n"_a, "a"_a.noconvert(), "b"_a.noconvert(), "stream"_a, kByDegree);
    m.def("components", &components, "n"_a, "a"_a.noconvert(), "b"_a.noconvert(), "alive"_a.noconvert(), kComponents);
    m.def("betweenness", &betweenness, "n"_a, "a"_a.noconvert(), "b"_a.noconvert(), "alive"_a.noconvert(),
          "sources"_a.noconvert(), kBetweenness);
    m.def("spread", &spread, "n"_a, "a"_a.noconvert(), "b"_a.noconvert(), "infect"_a, "recover"_a, "again"_a,
          "start"_a.noconvert(), "stream"_a.noconvert(), "until"_a, "at"_a.noconvert(), kSpread);
    m.def("spread_groups", &spread_groups, "size"_a.noconvert(), "reach"_a.noconvert(), "infect"_a, "recover"_a,
          "again"_a, "start"_a.noconvert(), "stream"_a.noconvert(), "until"_a, "at"_a.noconvert(), kSpreadGroups);
}

}  // namespace easterly::bind
