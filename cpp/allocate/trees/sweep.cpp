#include "allocate/trees/sweep.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include "allocate/trees/crew.hpp"
#include "allocate/trees/search.hpp"
#include "random/mix.hpp"

namespace easterly::allocate::trees {

namespace {

// Trees that are searched under the same prices: more would share out better, and shift by older trees.
constexpr std::size_t kTogether = 8;

// Pairs whose distance is this far on the right side of their gain, relatively, are left as they are.
constexpr double kClear = 0.05;

// Ways that one pair is taken from in one round.
constexpr int kWithdrawals = 64;

// A way from a node down the tree, added up.
struct Way {
    double price = 0.0;
    double slope = 0.0;     // of the price, per unit of flow
    double room = kNever;   // least capacity left
    double flow = kNever;   // least flow towards the root

    // Slope of the chord from here to where the price is another one, were the way a single link: on that, the
    // price is weight / room, so that slopes grow with the square of the price.
    double bend(double other) const { return price > 0.0 ? slope * (other / price) : 0.0; }
};

class Round {
public:
    Round(const Network& network, const Pairs& pairs, const Barrier& barrier, const Flows& flows)
        : network_(network),
          pairs_(pairs),
          barrier_(barrier),
          flows_(flows),
          price_(network.links()),
          turn_(network.nodes(), -1) {
        for (std::size_t e = 0; e < network.links(); ++e) reprice(static_cast<std::int32_t>(e));
    }

    std::span<const double> price() const { return price_; }
    double moved() const { return moved_; }

    void visit(std::size_t t, const Search& tree) {
        tree_ = &tree;
        root_ = pairs_.root[t];
        flow_ = flows_.flow.subspan(t * network_.links(), network_.links());
        for (const std::int32_t v : tree.settled())
            if (v != root_)
                for (const Hop hop : network_.out_of(v))
                    if (flow_[hop.link] > 0.0 && hop.link != tree.next(v)) shift(v, hop);
        for (std::int64_t k = pairs_.ptr[t]; k < pairs_.ptr[t + 1]; ++k) balance(k);
    }

private:
    void reprice(std::int32_t e) {
        price_[e] = barrier_.cost[e] + barrier_.weight[e] / (barrier_.capacity[e] - flows_.load[e]);
    }

    void add(std::int32_t e, double amount) {
        flow_[e] = std::max(0.0, flow_[e] + amount);
        flows_.load[e] += amount;
        reprice(e);
    }

    void pass(Way& way, std::int32_t e) const {
        const double room = barrier_.capacity[e] - flows_.load[e];
        way.price += price_[e];
        way.slope += barrier_.weight[e] / (room * room);
        way.room = std::min(way.room, room);
        way.flow = std::min(way.flow, flow_[e]);
    }

    std::int32_t down(std::int32_t v) const { return network_.dst[tree_->next(v)]; }

    // From what v sends over hop to the tree, between v and the node where both ways meet. What is taken off goes the
    // way of the tree behind the hop, or, where nothing is sent there, the fullest way.
    void shift(std::int32_t v, Hop hop) {
        if (tree_->next(hop.node) < 0 && hop.node != root_) return;
        Way to, from;
        way_.assign(1, hop.link);
        pass(from, hop.link);
        std::int32_t left = v, right = hop.node;
        while (left != right) {
            const bool deeper = tree_->depth(left) >= tree_->depth(right);
            std::int32_t& walker = deeper ? left : right;
            const std::int32_t e = tree_->next(walker);
            pass(deeper ? to : from, e);
            if (!deeper) way_.push_back(e);
            walker = down(walker);
        }
        if (!(from.flow > 0.0) && !shift_fullest(v, hop, to, from, left)) return;
        const double saved = from.price - to.price;
        if (!(saved > 0.0)) return;
        const double amount = std::min({from.flow, saved / (to.bend(from.price) + from.bend(to.price)), 0.5 * to.room});
        if (!(amount > 0.0)) return;
        for (std::int32_t p = v; p != left; p = down(p)) add(tree_->next(p), amount);
        for (const std::int32_t e : way_) add(e, -amount);
        moved_ += amount;
    }

    // The same over the fullest links behind the hop; false where they end in a circle that does not pass v.
    bool shift_fullest(std::int32_t v, Hop hop, Way& to, Way& from, std::int32_t& meet) {
        for (std::int32_t p = v; true; p = down(p)) {
            turn_[p] = 0;
            if (p == root_) break;
        }
        from = {};
        way_.assign(1, hop.link);
        pass(from, hop.link);
        meet = hop.node;
        for (std::size_t steps = 0; turn_[meet] < 0 && steps < network_.nodes(); ++steps) {
            const std::int32_t e = fullest(meet);
            if (e < 0) break;
            pass(from, e);
            way_.push_back(e);
            meet = network_.dst[e];
        }
        const bool met = turn_[meet] >= 0;
        for (std::int32_t p = v; true; p = down(p)) {
            turn_[p] = -1;
            if (p == root_) break;
        }
        to = {};
        for (std::int32_t p = v; met && p != meet; p = down(p)) pass(to, tree_->next(p));
        return met;
    }

    // Gives to a pair, or takes from it, as its gain asks for.
    void balance(std::int64_t k) {
        const double gain = barrier_.gain[k], most = barrier_.most[k];
        double& rate = flows_.rate[k];
        const std::int32_t from = pairs_.src[k];
        if (gain == kNever || tree_->next(from) < 0) return;
        const double distance = tree_->distance(from);
        if (rate >= most && distance < (1.0 - kClear) * gain) return;
        if (rate <= 0.0 && distance > (1.0 + kClear) * gain) return;
        Way way;
        for (std::int32_t p = from; p != root_; p = down(p)) pass(way, tree_->next(p));
        const double wanted = (gain - way.price) / way.bend(gain);
        if (wanted > 0.0 && rate < most) {
            const double amount = std::min({most - rate, wanted, 0.5 * way.room});
            for (std::int32_t p = from; p != root_; p = down(p)) add(tree_->next(p), amount);
            rate = amount >= most - rate ? most : rate + amount;
            moved_ += amount;
        } else if (wanted < 0.0 && rate > 0.0) {
            const double amount = withdraw(from, std::min(rate, -wanted));
            rate = amount >= rate ? 0.0 : rate - amount;
            moved_ += amount;
        }
    }

    std::int32_t fullest(std::int32_t v) const {
        std::int32_t best = -1;
        double most = 0.0;
        for (const Hop hop : network_.out_of(v))
            if (flow_[hop.link] > most) {
                most = flow_[hop.link];
                best = hop.link;
            }
        return best;
    }

    // Takes flow that starts at a node off its fullest ways, and gives what it took.
    double withdraw(std::int32_t from, double wanted) {
        double left = wanted;
        for (int turn = 0; turn < kWithdrawals && left > 0.0; ++turn)
            if (!withdraw_once(from, left)) break;
        return wanted - left;
    }

    // Along the fullest links; where that runs in a circle, the circle is emptied instead.
    bool withdraw_once(std::int32_t from, double& left) {
        way_.clear();
        std::int32_t v = from;
        while (v != root_ && turn_[v] < 0) {
            const std::int32_t e = fullest(v);
            if (e < 0) break;
            turn_[v] = static_cast<std::int32_t>(way_.size());
            way_.push_back(e);
            v = network_.dst[e];
        }
        const bool arrived = v == root_;
        const bool circle = !arrived && turn_[v] >= 0;
        const auto first = way_.begin() + (circle ? turn_[v] : 0);
        for (const std::int32_t e : way_) turn_[network_.src[e]] = -1;
        if (!arrived && !circle) return false;
        double amount = arrived ? left : kNever;
        for (auto e = first; e != way_.end(); ++e) amount = std::min(amount, flow_[*e]);
        for (auto e = first; e != way_.end(); ++e) add(*e, -amount);
        if (arrived) left -= amount;
        return true;
    }

    const Network& network_;
    const Pairs& pairs_;
    const Barrier& barrier_;
    const Flows& flows_;
    std::vector<double> price_;
    std::vector<std::int32_t> turn_, way_;
    const Search* tree_ = nullptr;
    std::int32_t root_ = 0;
    std::span<double> flow_;
    double moved_ = 0.0;
};

// Fisher and Yates (Durstenfeld 1964), from counter-based numbers.
std::vector<std::size_t> drawn(std::size_t size, std::uint64_t round) {
    std::vector<std::size_t> order(size);
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (std::size_t i = size; i > 1; --i) std::swap(order[i - 1], order[random::mix(round, i) % i]);
    return order;
}

}  // namespace

double sweep(const Network& network, const Pairs& pairs, const Barrier& barrier, std::uint64_t round, int threads,
             const Flows& flows) {
    Round all(network, pairs, barrier, flows);
    const std::vector<std::size_t> order = drawn(pairs.roots(), round);
    std::vector<Search> trees(std::min(kTogether, order.size()), Search(network));
    for (std::size_t done = 0; done < order.size(); done += trees.size()) {
        const std::size_t now = std::min(trees.size(), order.size() - done);
        share_out(threads, now, [&](std::size_t, std::size_t i) {
            trees[i].run(pairs.root[order[done + i]], all.price());
        });
        for (std::size_t i = 0; i < now; ++i) all.visit(order[done + i], trees[i]);
    }
    return all.moved();
}

}  // namespace easterly::allocate::trees
