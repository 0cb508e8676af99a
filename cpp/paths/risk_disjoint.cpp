#include <algorithm>
#include <queue>

#include "paths/disjoint.hpp"
#include "paths/guarded.hpp"

namespace easterly::paths {

namespace {

using Links = std::vector<std::int32_t>;

// One side of a branch: risks that it does without, and the cheapest path that is left to it.
struct Side {
    std::vector<std::int32_t> barred;
    Links path;
    Wide weight = kFar<Wide>;
};

struct Branch {
    Side side[2];
    std::int64_t number = 0;

    Wide bound() const { return side[0].weight + side[1].weight; }
    // The most promising on top of the queue, the older of two.
    bool operator<(const Branch& o) const { return bound() > o.bound() || (bound() == o.bound() && number > o.number); }
};

class Split {
public:
    Split(const graph::Graph& graph, const Scale& scale, const Risks& risks)
        : graph_(graph), scale_(scale), risks_(risks), search_(graph, scale),
          barred_(static_cast<std::size_t>(risks.count), 0), seen_(static_cast<std::size_t>(risks.count), 0),
          guarded_(every_link_has_a_risk()) {}

    void add(std::int32_t source, std::int32_t destination, std::int64_t budget, const Disjoint& relaxed,
             std::size_t pair, RiskDisjoint& made, Pulse& pulse) {
        if (source == destination) return finish(Links{}, Links{}, 0.0, 1, made);
        source_ = source;
        destination_ = destination;
        best_ = kFar<Wide>;
        least_ = 0;
        std::int32_t status = relax(relaxed, pair);
        if (status < 0) status = branch(budget, pulse);
        const double bound = static_cast<double>(std::min(least_, best_) >> scale_.bits) / scale_.grid.scale;
        if (best_ == kFar<Wide>) {
            made.table.close_pair();
            made.bound.push_back(status == 0 ? graph::kInfinity : bound);
            made.status.push_back(status);
        } else {
            finish(found_[0], found_[1], bound, status, made);
        }
    }

private:
    // What two paths that only share no link tell: the answer, if they share no risk either; a bound.
    std::int32_t relax(const Disjoint& relaxed, std::size_t pair) {
        const auto& table = relaxed.table;
        const std::int64_t row = table.pair_ptr[pair];
        if (table.pair_ptr[pair + 1] == row) return 0;
        if (!guarded_) return -1;  // a link without risks may be shared, and two paths cost less than these
        Side side[2];
        for (int i = 0; i < 2; ++i) {
            const std::int64_t begin = table.path_ptr[row + i], end = table.path_ptr[row + i + 1];
            side[i].path.assign(table.link.begin() + begin, table.link.begin() + end);
            weigh(side[i]);
        }
        if (relaxed.shared_links[pair] > 0) return 0;
        least_ = side[0].weight + side[1].weight;
        if (!shared(side[0].path, side[1].path).empty()) return -1;
        keep(side[0], side[1]);
        return 1;
    }

    bool every_link_has_a_risk() const {
        for (std::int32_t l = 0; l < graph_.links(); ++l)
            if (graph_.alive[l] && risks_.of(l).empty()) return false;
        return true;
    }

    std::int32_t branch(std::int64_t budget, Pulse& pulse) {
        std::priority_queue<Branch> open;
        Branch root;
        route(root.side[0]);
        root.side[1] = root.side[0];
        if (root.side[0].weight < kFar<Wide>) open.push(root);
        std::int64_t number = 0;
        while (!open.empty()) {
            if (std::max(open.top().bound(), least_) >= best_) return least_ = best_, 1;
            if (number >= budget) return least_ = std::max(least_, open.top().bound()), best_ < kFar<Wide> ? 2 : 3;
            pulse.beat();
            const Branch at = open.top();
            open.pop();
            const auto common = shared(at.side[0].path, at.side[1].path);
            if (common.empty()) {
                keep(at.side[0], at.side[1]);
                continue;  // and ends above, for nothing is better
            }
            complete(at.side[0]);
            complete(at.side[1]);
            grow(at, common, open, number);
        }
        least_ = best_;
        return best_ < kFar<Wide> ? 1 : 0;
    }

    // Bars the risk that raises the bound the most, on one side and on the other.
    void grow(const Branch& at, const std::vector<std::int32_t>& common, std::priority_queue<Branch>& open,
              std::int64_t& number) {
        constexpr std::size_t tried = 16;
        Side best[2];
        Wide gain[2] = {-1, -1};
        for (std::size_t i = 0; i < std::min(common.size(), tried); ++i) {
            Side next[2] = {without(at.side[0], common[i]), without(at.side[1], common[i])};
            const Wide a = next[0].weight + at.side[1].weight, b = next[1].weight + at.side[0].weight;
            if (std::pair(std::min(a, b), std::max(a, b)) <= std::pair(gain[0], gain[1])) continue;
            gain[0] = std::min(a, b);
            gain[1] = std::max(a, b);
            std::swap(best, next);
        }
        const bool alike = at.side[0].barred.empty() && at.side[1].barred.empty();
        for (int i = 0; i < (alike ? 1 : 2); ++i) {
            if (best[i].weight >= kFar<Wide>) continue;
            Branch child = at;
            child.side[i] = best[i];
            child.number = ++number;
            if (child.bound() < best_) open.push(std::move(child));
        }
    }

    Side without(const Side& side, std::int32_t risk) {
        Side next;
        next.barred = side.barred;
        next.barred.push_back(risk);
        route(next);
        return next;
    }

    void route(Side& side) {
        for (const std::int32_t r : side.barred) barred_[r] = 1;
        side.path = search_.find(source_, destination_, [&](std::int32_t l) {
            for (const std::int32_t r : risks_.of(l))
                if (barred_[r]) return false;
            return true;
        });
        for (const std::int32_t r : side.barred) barred_[r] = 0;
        weigh(side);
    }

    void weigh(Side& side) const {
        side.weight = side.path.empty() ? kFar<Wide> : 0;
        for (const std::int32_t l : side.path) side.weight += search_.weight(l);
    }

    // A partner for a path: the cheapest without any of its risks.
    void complete(const Side& side) {
        Side partner;
        for (const std::int32_t l : side.path)
            partner.barred.insert(partner.barred.end(), risks_.of(l).begin(), risks_.of(l).end());
        route(partner);
        if (partner.weight < kFar<Wide>) keep(side, partner);
    }

    void keep(const Side& one, const Side& two) {
        if (one.weight + two.weight >= best_) return;
        best_ = one.weight + two.weight;
        found_[0] = one.weight <= two.weight ? one.path : two.path;
        found_[1] = one.weight <= two.weight ? two.path : one.path;
    }

    std::vector<std::int32_t> shared(const Links& one, const Links& two) {
        std::vector<std::int32_t> common, touched;
        for (const std::int32_t l : one)
            for (const std::int32_t r : risks_.of(l)) seen_[r] = 1, touched.push_back(r);
        for (const std::int32_t l : two)
            for (const std::int32_t r : risks_.of(l))
                if (seen_[r] == 1) seen_[r] = 2, common.push_back(r);
        for (const std::int32_t r : touched) seen_[r] = 0;
        return common;
    }

    void finish(const Links& one, const Links& two, double bound, std::int32_t status, RiskDisjoint& made) const {
        made.table.add(graph_, one);
        made.table.add(graph_, two);
        made.table.close_pair();
        const auto& cost = made.table.cost;
        made.bound.push_back(status == 1 ? cost.back() + cost[cost.size() - 2] : bound);
        made.status.push_back(status);
    }

    const graph::Graph& graph_;
    const Scale& scale_;
    const Risks& risks_;
    Guarded<Wide> search_;
    std::vector<char> barred_, seen_;
    bool guarded_;
    std::int32_t source_ = -1, destination_ = -1;
    Wide best_ = 0, least_ = 0;
    Links found_[2];
};

}  // namespace

RiskDisjoint risk_disjoint_pairs(const graph::Graph& graph, const Risks& risks, std::span<const std::int32_t> pair_src,
                                 std::span<const std::int32_t> pair_dst, std::int64_t budget, Pulse pulse) {
    const Disjoint relaxed = disjoint_pairs(graph, pair_src, pair_dst, false, pulse);
    const Scale scale = scale_of(graph);
    RiskDisjoint made;
    Split split(graph, scale, risks);
    for (std::size_t p = 0; p < pair_src.size(); ++p)
        split.add(pair_src[p], pair_dst[p], budget, relaxed, p, made, pulse);
    return made;
}

}  // namespace easterly::paths
