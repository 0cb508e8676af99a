#include "bind/arrays.hpp"
#include "bind/fabric_docs.hpp"
#include "bind/rooms.hpp"
#include "fabric/routes.hpp"

namespace easterly::bind {

namespace {

using Ints = In<std::int32_t>;
using nb::literals::operator""_a;

std::unique_ptr<fabric::Shape> shape_of(std::int64_t family, const Ints& numbers) {
    if (family < 0 || family > 2) refuse("family is " + std::to_string(family) + ", not 0 (clos), 1 (torus) or 2 (dragonfly)");
    try {
        return fabric::make(static_cast<fabric::Family>(family), view(numbers));
    } catch (const std::invalid_argument& error) {
        refuse(std::string("numbers: ") + error.what());
    }
}

fabric::Routes routes_of(const fabric::Shape& shape, std::int64_t routing) {
    if (routing < 0 || routing > 3) refuse("routing is " + std::to_string(routing) + ", not within 0..3");
    try {
        return {shape, static_cast<fabric::Routing>(routing)};
    } catch (const std::invalid_argument& error) {
        refuse(std::string("routing: ") + error.what());
    }
}

void check_pairs(const fabric::Shape& shape, const Ints& at, const Ints& to, std::int32_t starts) {
    same_length("to", view(to).size(), "entry of at", view(at).size());
    in_range("at", view(at), starts);
    in_range("to", view(to), shape.ends());
}

auto links(std::int64_t family, Ints numbers) {
    const auto shape = shape_of(family, numbers);
    std::vector<std::int32_t> src(static_cast<std::size_t>(shape->links())), dst(src.size());
    {
        nb::gil_scoped_release released;
        std::vector<fabric::Hop> hops;
        for (std::int32_t at = 0; at < shape->switches(); ++at) {
            hops.clear();
            shape->neighbours(at, hops);
            for (const fabric::Hop& hop : hops) {
                src[static_cast<std::size_t>(hop.link)] = at;
                dst[static_cast<std::size_t>(hop.link)] = hop.node;
            }
        }
    }
    return nb::make_tuple(shape->switches(), shape->ends(), give(std::move(src)), give(std::move(dst)));
}

auto next_hops(std::int64_t family, Ints numbers, std::int64_t routing, Ints at, Ints to) {
    const auto shape = shape_of(family, numbers);
    const auto routes = routes_of(*shape, routing);
    if (routes.routing() == fabric::Routing::valiant) refuse("routing: next hops of valiant depend on more than the end");
    check_pairs(*shape, at, to, shape->switches());
    std::vector<std::int64_t> ptr{0};
    std::vector<std::int32_t> node, link;
    {
        nb::gil_scoped_release released;
        std::vector<fabric::Hop> hops;
        for (std::size_t i = 0; i < view(at).size(); ++i) {
            hops.clear();
            routes.hops(view(at)[i], view(to)[i], hops);
            for (const fabric::Hop& hop : hops) {
                node.push_back(hop.node);
                link.push_back(hop.link);
            }
            ptr.push_back(static_cast<std::int64_t>(link.size()));
        }
    }
    return nb::make_tuple(give(std::move(ptr)), give(std::move(node)), give(std::move(link)));
}

auto distances(std::int64_t family, Ints numbers, Ints at, Ints to) {
    const auto shape = shape_of(family, numbers);
    check_pairs(*shape, at, to, shape->switches());
    std::vector<std::int32_t> hops(view(at).size());
    {
        nb::gil_scoped_release released;
        for (std::size_t i = 0; i < hops.size(); ++i) hops[i] = shape->distance(view(at)[i], view(to)[i]);
    }
    return give(std::move(hops));
}

auto path_counts(std::int64_t family, Ints numbers, Ints at, Ints to) {
    const auto shape = shape_of(family, numbers);
    check_pairs(*shape, at, to, shape->switches());
    std::vector<double> count(view(at).size());
    {
        nb::gil_scoped_release released;
        for (std::size_t i = 0; i < count.size(); ++i) count[i] = shape->paths(view(at)[i], view(to)[i]);
    }
    return give(std::move(count));
}

// Ends of flows: both at places where traffic may end, their own links within the network, those of the shape as well.
fabric::Ends checked_ends(const fabric::Shape& shape, const Ints& from, const Ints& to, const Ints& first,
                          const Ints& last, std::int64_t offset, std::int64_t links) {
    same_length("to", view(to).size(), "flow", view(from).size());
    same_length("first_link", view(first).size(), "flow", view(from).size());
    same_length("last_link", view(last).size(), "flow", view(from).size());
    in_range("from", view(from), shape.ends());
    in_range("to", view(to), shape.ends());
    if (offset < 0 || links > 0x7fffffff || offset + shape.links() > links)
        refuse("offset is " + std::to_string(offset) + ", and the fabric has " + std::to_string(shape.links()) +
               " of " + std::to_string(links) + " links");
    for (const auto* own : {&first, &last})
        for (const std::int32_t link : view(*own))
            if (link < -1 || link >= links) refuse("link " + std::to_string(link) + " is not within -1.." + std::to_string(links - 1));
    return {view(from), view(to), view(first), view(last)};
}

auto shares(std::int64_t family, Ints numbers, std::int64_t routing, std::int64_t offset, std::int64_t n_links, Ints from,
            Ints to, Ints first_link, Ints last_link) {
    const auto shape = shape_of(family, numbers);
    const auto routes = routes_of(*shape, routing);
    const auto ends = checked_ends(*shape, from, to, first_link, last_link, offset, n_links);
    fabric::Shares made;
    {
        nb::gil_scoped_release released;
        made = fabric::shares(routes, ends, static_cast<std::int32_t>(offset));
    }
    return nb::make_tuple(give(std::move(made.ptr)), give(std::move(made.link)), give(std::move(made.share)));
}

auto loads(std::int64_t family, Ints numbers, std::int64_t routing, std::int64_t offset, std::int64_t n_links, Ints from,
           Ints to, Ints first_link, Ints last_link, Ints src, Ints dst, In<double> amount, Ints group,
           std::int64_t n_groups) {
    const auto shape = shape_of(family, numbers);
    const auto routes = routes_of(*shape, routing);
    const auto ends = checked_ends(*shape, from, to, first_link, last_link, offset, n_links);
    const std::size_t flows = view(from).size();
    same_length("src", view(src).size(), "flow", flows);
    same_length("dst", view(dst).size(), "flow", flows);
    same_length("amount", view(amount).size(), "flow", flows);
    same_length("group", view(group).size(), "flow", flows);
    at_least("amount", view(amount), 0.0, false);
    if (n_groups < 0) refuse("n_groups is " + std::to_string(n_groups) + ", not a number of groups");
    in_range("group", view(group), n_groups);
    const auto rows = static_cast<std::size_t>(n_groups), columns = static_cast<std::size_t>(n_links);
    std::vector<double> load(rows * columns, 0.0);
    {
        nb::gil_scoped_release released;
        fabric::loads(routes, ends, {view(src), view(dst), view(amount), view(group)}, static_cast<std::int32_t>(offset),
                      columns, load);
    }
    return give(std::move(load), rows, columns);
}

}  // namespace

void fabric(nb::module_& m) {
    m.def("links", &links, "family"_a, "numbers"_a.noconvert(), kFabricLinks);
    m.def("next_hops", &next_hops, "family"_a, "numbers"_a.noconvert(), "routing"_a, "at"_a.noconvert(),
          "to"_a.noconvert(), kFabricNextHops);
    m.def("distances", &distances, "family"_a, "numbers"_a.noconvert(), "at"_a.noconvert(), "to"_a.noconvert(),
          kFabricDistances);
    m.def("path_counts", &path_counts, "family"_a, "numbers"_a.noconvert(), "at"_a.noconvert(), "to"_a.noconvert(),
          kFabricPathCounts);
    m.def("shares", &shares, "family"_a, "numbers"_a.noconvert(), "routing"_a, "offset"_a, "n_links"_a,
          "from_"_a.noconvert(), "to"_a.noconvert(), "first_link"_a.noconvert(), "last_link"_a.noconvert(),
          kFabricShares);
    m.def("loads", &loads, "family"_a, "numbers"_a.noconvert(), "routing"_a, "offset"_a, "n_links"_a,
          "from_"_a.noconvert(), "to"_a.noconvert(), "first_link"_a.noconvert(), "last_link"_a.noconvert(),
          "src"_a.noconvert(), "dst"_a.noconvert(), "amount"_a.noconvert(), "group"_a.noconvert(), "n_groups"_a,
          kFabricLoads);
}

}  // namespace easterly::bind
