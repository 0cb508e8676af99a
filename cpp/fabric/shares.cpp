// Shares of flows, walked along the next hops.
#include <algorithm>
#include <tuple>

#include "fabric/flood.hpp"
#include "fabric/valiant.hpp"

namespace easterly::fabric {

namespace {

struct Walk {
    std::vector<std::int32_t> link;
    std::vector<double> share;
    bool found = false;
};

// Walks of pairs of switches, with the workspace that they share.
class Walker {
public:
    explicit Walker(const Routes& routes)
        : routes_(routes), flood_(routes), halves_(routes),
          sum_(routes.routing() == Routing::valiant ? static_cast<std::size_t>(routes.shape().links()) : 0, 0.0) {}

    Walk walk(std::int32_t from, std::int32_t to) {
        Walk made;
        if (from == to) {
            made.found = true;
        } else if (routes_.routing() == Routing::valiant) {
            detour(from, to, made);
        } else if (flood_.put(from, to, 1.0)) {
            made.found = true;
            flood_.run(to, [&](std::int32_t link, double part) {
                made.link.push_back(link);
                made.share.push_back(part);
            });
        }
        return made;
    }

private:
    // Links by the switch that they leave: both halves may use one.
    void detour(std::int32_t from, std::int32_t to, Walk& made) {
        halves_.add(from, to, 1.0);
        halves_.run([&](std::int32_t link, double part) { sum_[link] += part; });
        for (std::int32_t at = 0; at < routes_.shape().switches(); ++at) {
            near_.clear();
            routes_.shape().neighbours(at, near_);
            for (const Hop& hop : near_) {
                if (sum_[hop.link] == 0.0) continue;
                made.link.push_back(hop.link);
                made.share.push_back(sum_[hop.link]);
                sum_[hop.link] = 0.0;
            }
        }
        made.found = true;
    }

    const Routes& routes_;
    Flood flood_;
    Halves halves_;
    std::vector<double> sum_;
    std::vector<Hop> near_;
};

}  // namespace

Shares shares(const Routes& routes, const Ends& ends, std::int32_t offset) {
    const std::size_t flows = ends.from.size();
    std::vector<std::int32_t> order(flows), of(flows);
    for (std::size_t f = 0; f < flows; ++f) order[f] = static_cast<std::int32_t>(f);
    std::sort(order.begin(), order.end(), [&](std::int32_t x, std::int32_t y) {
        return std::tie(ends.to[x], ends.from[x], x) < std::tie(ends.to[y], ends.from[y], y);
    });
    Walker walker(routes);
    std::vector<Walk> pool;
    for (std::size_t i = 0; i < flows; ++i) {
        const std::int32_t f = order[i], before = i > 0 ? order[i - 1] : -1;
        if (before < 0 || ends.from[f] != ends.from[before] || ends.to[f] != ends.to[before])
            pool.push_back(walker.walk(ends.from[f], ends.to[f]));
        of[f] = static_cast<std::int32_t>(pool.size()) - 1;
    }
    Shares made;
    made.ptr.push_back(0);
    const auto forced = [&](std::int32_t link) {
        if (link < 0) return;
        made.link.push_back(link);
        made.share.push_back(1.0);
    };
    for (std::size_t f = 0; f < flows; ++f) {
        const Walk& walk = pool[of[f]];
        if (walk.found) {
            forced(ends.first_link[f]);
            for (const std::int32_t link : walk.link) made.link.push_back(offset + link);
            made.share.insert(made.share.end(), walk.share.begin(), walk.share.end());
            forced(ends.last_link[f]);
        }
        made.ptr.push_back(static_cast<std::int64_t>(made.link.size()));
    }
    return made;
}

}  // namespace easterly::fabric
