// Loads of links. In a folded Clos all links from a leaf upwards carry the same, and so do those of a pod, of a zone:
// one number stands for each such class, and is written to its links at the end.
#include <algorithm>
#include <functional>
#include <tuple>

#include "fabric/flood.hpp"
#include "fabric/valiant.hpp"

namespace easterly::fabric {

namespace {

// One group's loads of a folded Clos, by class.
class Classes {
public:
    explicit Classes(const Clos& clos) : clos_(clos), n_(clos.numbers()) {
        leaf_.resize(static_cast<std::size_t>(clos.ends()));
        pod_.resize(static_cast<std::size_t>(clos.pods()));
        zone_.resize(static_cast<std::size_t>(clos.zones()));
    }

    // Amounts that enter at leaves, in ascending order of them, towards one leaf. Sums have the order of a search over
    // the same links: what comes from afar first, then the highest number.
    void carry(std::int32_t to, std::span<const std::int32_t> from, std::span<const double> amount) {
        const std::int32_t pod = clos_.pod_of(to), zone = clos_.zone_of(to);
        double at_spine = 0.0, at_super = 0.0, at_core = 0.0;  // of what leads down to `to`
        const auto climb = [&](std::size_t i) { return rise(leaf_[from[i]].up, amount[i], 0); };
        // Beyond the zone: zones from the last down, their pods, their leaves.
        double within = 0.0;  // at each super-spine of the zone that is being gathered
        for (std::size_t i = from.size(); i > 0;) {
            const std::int32_t z = clos_.zone_of(from[i - 1]);
            if (z == zone) {
                --i;
                continue;
            }
            within = 0.0;
            while (i > 0 && clos_.zone_of(from[i - 1]) == z) within = gather(from, i, within, climb);
            at_core = add(at_core, rise(zone_[z].up, within, 2), n_.links[2]);
        }
        if (at_core > 0.0) {
            const double part = fall(zone_[zone].down, at_core, 2);
            for (std::int32_t c = 0; c < n_.width[2]; ++c) at_super = add(at_super, part, n_.links[2]);
        }
        for (std::size_t i = from.size(); i > 0;) {
            if (clos_.zone_of(from[i - 1]) == zone && clos_.pod_of(from[i - 1]) != pod)
                at_super = gather(from, i, at_super, climb);
            else
                --i;
        }
        if (at_super > 0.0) {
            const double part = fall(pod_[pod].down, at_super, 1);
            for (std::int32_t s = 0; s < n_.width[1]; ++s) at_spine = add(at_spine, part, n_.links[1]);
        }
        for (std::size_t i = from.size(); i-- > 0;)
            if (clos_.pod_of(from[i]) == pod && from[i] != to) at_spine = add(at_spine, climb(i), n_.links[0]);
        if (at_spine > 0.0) fall(leaf_[to].down, at_spine, 0);
    }

    // Writes the classes to their links and clears them.
    void write(double* row) {
        for (std::int32_t t = 0; t + 1 < n_.tiers; ++t) {
            const std::int32_t each = n_.width[t] * n_.links[t];
            for (std::int32_t i = 0; i < clos_.count(t); ++i) {
                const Both& both = t == 0 ? leaf_[i] : t == 1 ? pod_[i / n_.width[0]] : zone_[i / (n_.width[0] * n_.width[1])];
                double* first = row + clos_.up(t, i);
                for (std::int32_t slot = 0; slot < each; ++slot) {
                    first[2 * slot] += both.up;
                    first[2 * slot + 1] += both.down;
                }
            }
        }
        for (auto* all : {&leaf_, &pod_, &zone_}) std::fill(all->begin(), all->end(), Both{});
    }

private:
    struct Both {
        double up = 0.0, down = 0.0;
    };

    // What crosses each link up from a switch of a tier.
    double rise(double& load, double amount, std::int32_t tier) const {
        const double part = amount * (1.0 / (static_cast<double>(n_.width[tier]) * n_.links[tier]));
        load += part;
        return part;
    }

    // What crosses each link down to a switch of a tier.
    double fall(double& load, double amount, std::int32_t tier) const {
        const double part = amount * (1.0 / n_.links[tier]);
        load += part;
        return part;
    }

    static double add(double sum, double part, std::int32_t times) {
        for (std::int32_t k = 0; k < times; ++k) sum += part;
        return sum;
    }

    // Adds what the leaves of one pod, the last before `i`, put on a super-spine.
    template <class Climb>
    double gather(std::span<const std::int32_t> from, std::size_t& i, double sum, Climb&& climb) {
        const std::int32_t p = clos_.pod_of(from[i - 1]);
        double at_spine = 0.0;
        for (; i > 0 && clos_.pod_of(from[i - 1]) == p; --i) at_spine = add(at_spine, climb(i - 1), n_.links[0]);
        return add(sum, rise(pod_[p].up, at_spine, 1), n_.links[1]);
    }

    const Clos& clos_;
    const ClosNumbers& n_;
    std::vector<Both> leaf_, pod_, zone_;
};

// Calls `use(to, group, begin, end)` for each destination and group of order[...], which is sorted by both.
template <class Use>
void each_run(const std::vector<std::int32_t>& order, const Ends& ends, const Amounts& amounts, Use&& use) {
    for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
        const std::int32_t to = ends.to[order[begin]], group = amounts.group[order[begin]];
        for (end = begin; end < order.size() && ends.to[order[end]] == to && amounts.group[order[end]] == group;) ++end;
        use(to, group, begin, end);
    }
}

std::vector<std::int32_t> sorted(const Routes& routes, const Ends& ends, const Amounts& amounts) {
    std::vector<std::int32_t> order;
    for (std::size_t f = 0; f < ends.from.size(); ++f)
        if (routes.distance(ends.from[f], ends.to[f]) >= 0) order.push_back(static_cast<std::int32_t>(f));
    const auto key = [&](std::int32_t f) {
        return std::tuple(amounts.group[f], ends.to[f], ends.from[f], amounts.src[f], amounts.dst[f], amounts.amount[f]);
    };
    std::sort(order.begin(), order.end(), [&](std::int32_t x, std::int32_t y) { return key(x) < key(y); });
    return order;
}

// Folded Clos: class by class.
void by_class(const Clos& clos, const Ends& ends, const Amounts& amounts, const std::vector<std::int32_t>& order,
              const std::function<double*(std::int32_t)>& row_of) {
    Classes classes(clos);
    std::vector<std::int32_t> from;
    std::vector<double> sum;
    std::int32_t current = -1;
    each_run(order, ends, amounts, [&](std::int32_t to, std::int32_t group, std::size_t begin, std::size_t end) {
        if (current >= 0 && group != current) classes.write(row_of(current));
        current = group;
        from.clear();
        sum.clear();
        for (std::size_t i = begin; i < end; ++i) {
            const std::int32_t f = order[i];
            if (from.empty() || from.back() != ends.from[f]) {
                from.push_back(ends.from[f]);
                sum.push_back(0.0);
            }
            sum.back() += amounts.amount[f];
        }
        classes.carry(to, from, sum);
    });
    if (current >= 0) classes.write(row_of(current));
}

// Any other family: hop by hop towards each destination.
void by_hop(const Routes& routes, const Ends& ends, const Amounts& amounts, const std::vector<std::int32_t>& order,
            const std::function<double*(std::int32_t)>& row_of) {
    Flood flood(routes);
    each_run(order, ends, amounts, [&](std::int32_t to, std::int32_t group, std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) flood.put(ends.from[order[i]], to, amounts.amount[order[i]]);
        flood.run(to, [row = row_of(group)](std::int32_t link, double part) { row[link] += part; });
    });
}

// Valiant's routing: all flows of a group together.
void by_detour(const Routes& routes, const Ends& ends, const Amounts& amounts, const std::vector<std::int32_t>& order,
               const std::function<double*(std::int32_t)>& row_of) {
    Halves halves(routes);
    for (std::size_t i = 0; i < order.size(); ++i) {
        const std::int32_t f = order[i], group = amounts.group[f];
        halves.add(ends.from[f], ends.to[f], amounts.amount[f]);
        if (i + 1 < order.size() && amounts.group[order[i + 1]] == group) continue;
        halves.run([row = row_of(group)](std::int32_t link, double part) { row[link] += part; });
    }
}

}  // namespace

void loads(const Routes& routes, const Ends& ends, const Amounts& amounts, std::int32_t offset, std::size_t links,
           std::span<double> load) {
    const auto row_of = [&](std::int32_t group) { return load.data() + static_cast<std::size_t>(group) * links; };
    const auto order = sorted(routes, ends, amounts);
    for (const std::int32_t f : order) {
        double* row = row_of(amounts.group[f]);
        if (ends.first_link[f] >= 0) row[ends.first_link[f]] += amounts.amount[f];
        if (ends.last_link[f] >= 0) row[ends.last_link[f]] += amounts.amount[f];
    }
    const auto between = [&](std::int32_t group) { return row_of(group) + offset; };
    if (const auto* clos = dynamic_cast<const Clos*>(&routes.shape())) return by_class(*clos, ends, amounts, order, between);
    if (routes.routing() == Routing::valiant) return by_detour(routes, ends, amounts, order, between);
    by_hop(routes, ends, amounts, order, between);
}

}  // namespace easterly::fabric
