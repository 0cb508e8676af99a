// Where routings of structured fabrics put flows: shares per flow, and loads summed over flows.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "fabric/shape.hpp"

namespace easterly::fabric {

// ecmp: all shortest paths, split evenly at every switch. ordered: dimension by dimension. minimal: over the links
// between both groups of a dragonfly. valiant: by way of a random switch, or of a random other group of a dragonfly.
enum class Routing : std::int32_t { ecmp = 0, ordered = 1, minimal = 2, valiant = 3 };

// A shape with a routing that it knows.
class Routes {
public:
    // Throws std::invalid_argument where the family does not know the routing.
    Routes(const Shape& shape, Routing routing);

    const Shape& shape() const { return shape_; }
    Routing routing() const { return routing_; }
    // Next hops by number of link, and hops left, of every routing but valiant; of that, those of its second half.
    void hops(std::int32_t at, std::int32_t to, std::vector<Hop>& out) const;
    std::int32_t distance(std::int32_t at, std::int32_t to) const;
    const Dragonfly* dragonfly() const { return dragonfly_; }
    const Torus* torus() const { return torus_; }

private:
    const Shape& shape_;
    Routing routing_;
    const Torus* torus_ = nullptr;
    const Dragonfly* dragonfly_ = nullptr;
};

// Flows between switches, with the links of the network that lead to the first and from the last (-1 if none).
struct Ends {
    std::span<const std::int32_t> from, to, first_link, last_link;
};

struct Shares {
    std::vector<std::int64_t> ptr;
    std::vector<std::int32_t> link;
    std::vector<double> share;
};

// Share of each flow on each link; links between switches are numbered from `offset` on. A flow without a path has an
// empty row.
Shares shares(const Routes& routes, const Ends& ends, std::int32_t offset);

// load[g * links + l] += amount times share, of the flows of group g. The order of the flows does not matter: they are
// summed by (to, group, from, src, dst, amount), where src and dst are whatever tells the ends apart.
struct Amounts {
    std::span<const std::int32_t> src, dst;
    std::span<const double> amount;
    std::span<const std::int32_t> group;
};
void loads(const Routes& routes, const Ends& ends, const Amounts& amounts, std::int32_t offset, std::size_t links,
           std::span<double> load);

}  // namespace easterly::fabric
