// Structured fabrics: neighbours and distances of a switch from its coordinates, without search and without tables.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace easterly::fabric {

// One directed link out of a switch. Both are numbered within the fabric; a link and its reverse are 2i and 2i + 1.
struct Hop {
    std::int32_t node;
    std::int32_t link;
};

enum class Family : std::int32_t { clos = 0, torus = 1, dragonfly = 2 };

class Shape {
public:
    virtual ~Shape() = default;
    virtual std::int32_t switches() const = 0;
    virtual std::int64_t links() const = 0;
    // Switches 0 .. ends() - 1 may be asked for as destinations.
    virtual std::int32_t ends() const = 0;
    // Appends the links that leave a switch, by number.
    virtual void neighbours(std::int32_t at, std::vector<Hop>& out) const = 0;
    // Hops of a shortest path to an end; -1 if there is none.
    virtual std::int32_t distance(std::int32_t at, std::int32_t to) const = 0;
    // Appends the links that begin a shortest path to an end, by number; none at the end itself.
    virtual void next_hops(std::int32_t at, std::int32_t to, std::vector<Hop>& out) const;
    // Shortest paths to an end; parallel links count each.
    virtual double paths(std::int32_t at, std::int32_t to) const = 0;
};

// Numbers of a folded Clos: tiers, planes, leaves of a plane, leaves of a pod, pods of a zone; of each tier above the
// leaves, switches that a lower one is joined to, and links to each.
struct ClosNumbers {
    std::int32_t tiers = 1, planes = 1, leaves = 1, pod_leaves = 1, zone_pods = 1;
    std::int32_t width[3] = {0, 0, 0}, links[3] = {0, 0, 0};

    std::int32_t pods() const { return (leaves - 1) / pod_leaves + 1; }
    std::int32_t zones() const { return (pods() - 1) / zone_pods + 1; }
};

class Clos final : public Shape {
public:
    explicit Clos(const ClosNumbers& numbers);
    std::int32_t switches() const override { return first_[4]; }
    std::int64_t links() const override { return link_[3]; }
    std::int32_t ends() const override { return first_[1]; }
    void neighbours(std::int32_t at, std::vector<Hop>& out) const override;
    std::int32_t distance(std::int32_t at, std::int32_t to) const override;
    void next_hops(std::int32_t at, std::int32_t to, std::vector<Hop>& out) const override;
    double paths(std::int32_t at, std::int32_t to) const override;

    // Coordinates: tier from 0, and number within the tier.
    std::int32_t tier(std::int32_t at) const;
    std::int32_t plane_of(std::int32_t leaf) const { return leaf / n_.leaves; }
    std::int32_t pod_of(std::int32_t leaf) const;   // over all planes
    std::int32_t zone_of(std::int32_t leaf) const;  // over all planes; planes have one each
    std::int32_t pods() const { return n_.planes * n_.pods(); }
    std::int32_t zones() const { return n_.planes * n_.zones(); }
    const ClosNumbers& numbers() const { return n_; }

    // First link up of switch i of a tier, in slots of both directions: link = first + 2 (j * links + parallel).
    std::int64_t up(std::int32_t tier, std::int32_t i) const {
        return link_[tier] + 2LL * i * n_.width[tier] * n_.links[tier];
    }
    // Number in its tier of the first switch above switch i of a tier.
    std::int32_t above(std::int32_t tier, std::int32_t i) const;
    std::int32_t count(std::int32_t tier) const { return first_[tier + 1] - first_[tier]; }
    std::int32_t first(std::int32_t tier) const { return first_[tier]; }

private:
    std::int32_t turn(std::int32_t tier, std::int32_t i, std::int32_t to) const;
    void down(std::int32_t tier, std::int32_t i, std::vector<Hop>& out) const;

    ClosNumbers n_;
    std::int32_t first_[5] = {0, 0, 0, 0, 0};   // first switch of each tier
    std::int64_t link_[4] = {0, 0, 0, 0};       // first link above each tier
};

struct TorusNumbers {
    std::int32_t parallel = 1;
    std::vector<std::int32_t> size;
    std::vector<char> wrap;
};

class Torus final : public Shape {
public:
    explicit Torus(TorusNumbers numbers);
    std::int32_t switches() const override { return switches_; }
    std::int64_t links() const override { return link_.back(); }
    std::int32_t ends() const override { return switches_; }
    void neighbours(std::int32_t at, std::vector<Hop>& out) const override;
    std::int32_t distance(std::int32_t at, std::int32_t to) const override;
    void next_hops(std::int32_t at, std::int32_t to, std::vector<Hop>& out) const override;
    double paths(std::int32_t at, std::int32_t to) const override;
    // The links of dimension-ordered routing: lowest dimension first, forwards where both ways are as long.
    void ordered_hops(std::int32_t at, std::int32_t to, std::vector<Hop>& out) const;
    // Whether all switches are alike: every dimension is a ring, or has two switches.
    bool symmetric() const;
    // Appends the links that leave a switch, dimension by dimension, forwards first: of switches that are alike, the
    // k-th of one is the k-th of the other, shifted.
    void ways(std::int32_t at, std::vector<Hop>& out) const;
    // The switch whose coordinates are the sums of those of two.
    std::int32_t shifted(std::int32_t at, std::int32_t by) const;

private:
    struct Way {
        std::int32_t forth = -1, back = -1;  // steps either way, -1 where there is none
    };
    std::int32_t coordinate(std::int32_t at, std::size_t d) const { return at / stride_[d] % n_.size[d]; }
    Way way(std::int32_t at, std::int32_t to, std::size_t d) const;
    void step(std::int32_t at, std::size_t d, bool forth, std::vector<Hop>& out) const;

    TorusNumbers n_;
    std::vector<std::int32_t> stride_;
    std::vector<std::int64_t> link_;  // first link of each dimension
    std::int32_t switches_ = 1;
};

struct DragonflyNumbers {
    std::int32_t groups = 1, routers = 1, global = 1, parallel = 1;
    bool consecutive = false;
};

class Dragonfly final : public Shape {
public:
    explicit Dragonfly(const DragonflyNumbers& numbers);
    std::int32_t switches() const override { return n_.groups * n_.routers; }
    std::int64_t links() const override { return global_ + static_cast<std::int64_t>(n_.groups) * (n_.groups - 1) * each_; }
    std::int32_t ends() const override { return switches(); }
    void neighbours(std::int32_t at, std::vector<Hop>& out) const override;
    std::int32_t distance(std::int32_t at, std::int32_t to) const override;
    double paths(std::int32_t at, std::int32_t to) const override;
    // Links of minimal routing as defined for dragonflies: inside the group, over a link between both groups, inside
    // the other. `at` is either in the group of `to`, or in the group where the route begins.
    void minimal_hops(std::int32_t at, std::int32_t to, std::vector<Hop>& out) const;
    std::int32_t minimal_distance(std::int32_t at, std::int32_t to) const;
    std::int32_t group(std::int32_t at) const { return at / n_.routers; }
    // Global links between two groups, from the side of `from`: router there, router at the other end, link.
    struct Span {
        std::int32_t near, far, link;
    };
    void spans(std::int32_t from, std::int32_t to, std::vector<Span>& out) const;
    const DragonflyNumbers& numbers() const { return n_; }

private:
    std::int32_t port(std::int32_t group, std::int32_t far) const;
    std::int32_t reached(std::int32_t group, std::int32_t port) const;
    std::int32_t global_link(std::int32_t group, std::int32_t round, std::int32_t port) const;
    std::int32_t local_link(std::int32_t group, std::int32_t from, std::int32_t to) const;
    std::int32_t joined(std::int32_t at, std::int32_t to) const;  // links between two routers

    DragonflyNumbers n_;
    std::int32_t each_ = 0;      // links between two groups
    std::int64_t global_ = 0;    // first global link
};

// Makes the shape; throws std::invalid_argument with the reason where the numbers are none of the family.
std::unique_ptr<Shape> make(Family family, std::span<const std::int32_t> numbers);

}  // namespace easterly::fabric
