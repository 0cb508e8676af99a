#include "allocate/trees/tidy.hpp"

#include <algorithm>

#include "allocate/trees/search.hpp"

namespace easterly::allocate::trees {

namespace {

// The flow towards one root.
class Towards {
public:
    Towards(const Network& network, std::int32_t root, std::span<double> flow, std::span<double> through)
        : network_(network),
          root_(root),
          flow_(flow),
          through_(through),
          waiting_(network.nodes(), 0),
          passed_(network.nodes(), 0) {}

    // Keeps only what can reach the root over links with flow.
    std::vector<char> keep_arriving() {
        std::vector<char> arrives(network_.nodes(), 0);
        std::vector<std::int32_t> found{root_};
        arrives[root_] = 1;
        for (std::size_t i = 0; i < found.size(); ++i)
            for (const Hop hop : network_.into(found[i]))
                if (flow_[hop.link] > 0.0 && !arrives[hop.node]) {
                    arrives[hop.node] = 1;
                    found.push_back(hop.node);
                }
        for (std::size_t e = 0; e < flow_.size(); ++e)
            if (!arrives[network_.dst[e]] || network_.src[e] == root_) flow_[e] = 0.0;
        return arrives;
    }

    // Empties circles, and gives the nodes so that flow runs forwards.
    const std::vector<std::int32_t>& straighten() {
        for (std::size_t e = 0; e < flow_.size(); ++e) waiting_[network_.dst[e]] += flow_[e] > 0.0;
        for (std::size_t v = 0; v < waiting_.size(); ++v)
            if (waiting_[v] == 0) order_.push_back(static_cast<std::int32_t>(v));
        std::size_t next = 0, v = 0;
        while (true) {
            for (; next < order_.size(); ++next) pass_on(order_[next]);
            while (v < waiting_.size() && waiting_[v] == 0) ++v;
            if (v == waiting_.size()) break;
            empty_circle(static_cast<std::int32_t>(v));
        }
        return order_;
    }

    // Every node hands on what it gets; gives the nodes that get something and have no flow to hand it on.
    std::vector<char> push() {
        std::vector<char> stuck(through_.size(), 0);
        for (const std::int32_t v : order_) {
            if (v == root_) continue;
            double sum = 0.0;
            for (const Hop hop : network_.out_of(v)) sum += flow_[hop.link];
            stuck[v] = through_[v] > 0.0 && !(sum > 0.0);
            if (!(sum > 0.0)) continue;
            const double factor = through_[v] / sum;
            for (const Hop hop : network_.out_of(v))
                if (flow_[hop.link] > 0.0) {
                    flow_[hop.link] *= factor;
                    through_[hop.node] += flow_[hop.link];
                }
        }
        return stuck;
    }

private:
    void release(std::int32_t v) {
        if (--waiting_[v] == 0) order_.push_back(v);
    }

    void pass_on(std::int32_t v) {
        for (const Hop hop : network_.out_of(v))
            if (flow_[hop.link] > 0.0) release(hop.node);
        passed_[v] = 1;
    }

    // Back from v over nodes that wait for each other, until one comes again.
    void empty_circle(std::int32_t v) {
        std::vector<std::int32_t> turn(network_.nodes(), -1), way;
        while (turn[v] < 0) {
            turn[v] = static_cast<std::int32_t>(way.size());
            for (const Hop hop : network_.into(v))
                if (flow_[hop.link] > 0.0 && !passed_[hop.node]) {
                    way.push_back(hop.link);
                    break;
                }
            v = network_.src[way.back()];
        }
        double least = kNever;
        for (auto e = way.begin() + turn[v]; e != way.end(); ++e) least = std::min(least, flow_[*e]);
        for (auto e = way.begin() + turn[v]; e != way.end(); ++e) {
            flow_[*e] = flow_[*e] > least ? flow_[*e] - least : 0.0;
            if (flow_[*e] == 0.0) release(network_.dst[*e]);
        }
    }

    const Network& network_;
    std::int32_t root_;
    std::span<double> flow_, through_;
    std::vector<std::int32_t> waiting_, order_;
    std::vector<char> passed_;
};

// Sends what these nodes have along the tree of fewest links.
void mend(const Network& network, std::int32_t root, std::span<const double> through, const std::vector<char>& nodes,
          std::span<double> flow) {
    const std::vector<double> ones(network.links(), 1.0);
    Search tree(network);
    tree.run(root, ones);
    for (std::size_t v = 0; v < through.size(); ++v)
        if (nodes[v])
            for (auto p = static_cast<std::int32_t>(v); tree.next(p) >= 0; p = network.dst[tree.next(p)])
                flow[tree.next(p)] += through[v];
}

bool any(const std::vector<char>& nodes) { return std::find(nodes.begin(), nodes.end(), 1) != nodes.end(); }

}  // namespace

void tidy(const Network& network, const Pairs& pairs, std::span<const double> rate, std::span<double> flow) {
    std::vector<double> through(network.nodes());
    // Once more where emptying circles cut off a node, which only flows that did not conserve anything can do.
    const auto once = [&](std::size_t t) {
        const std::span<double> row = flow.subspan(t * network.links(), network.links());
        std::fill(through.begin(), through.end(), 0.0);
        for (std::int64_t k = pairs.ptr[t]; k < pairs.ptr[t + 1]; ++k) through[pairs.src[k]] += rate[k];
        Towards towards(network, pairs.root[t], row, through);
        std::vector<char> lost = towards.keep_arriving();
        for (std::size_t v = 0; v < lost.size(); ++v) lost[v] = !lost[v] && through[v] > 0.0;
        if (any(lost)) mend(network, pairs.root[t], through, lost, row);
        towards.straighten();
        const std::vector<char> stuck = towards.push();
        if (any(stuck)) mend(network, pairs.root[t], through, stuck, row);
        return !any(stuck);
    };
    for (std::size_t t = 0; t < pairs.roots(); ++t)
        if (!once(t)) once(t);
}

std::vector<double> loads(std::size_t links, std::span<const double> flow) {
    std::vector<double> sum(links, 0.0);
    for (std::size_t row = 0; row + links <= flow.size() && links > 0; row += links)
        for (std::size_t e = 0; e < links; ++e) sum[e] += flow[row + e];
    return sum;
}

namespace {

class Lister {
public:
    Lister(const Network& network, Listed& listed)
        : network_(network), listed_(listed), flow_(network.links(), 0.0), turn_(network.nodes(), -1) {}

    void list(const Pairs& pairs, std::span<const double> rate, std::size_t t) {
        for (std::int64_t k = pairs.ptr[t]; k < pairs.ptr[t + 1]; ++k) {
            double left = rate[k];
            const std::size_t before = listed_.rate.size();
            while (left > 0.0 && list_one(k, pairs.src[k], pairs.root[t], left)) {}
            // Roundings of the flow, not a way of its own.
            if (left > 0.0 && listed_.rate.size() > before) listed_.rate.back() += left;
        }
    }

    std::vector<double>& flow() { return flow_; }

private:
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

    bool list_one(std::int64_t k, std::int32_t from, std::int32_t root, double& left) {
        way_.clear();
        std::int32_t v = from;
        while (v != root) {
            if (turn_[v] >= 0) {
                empty_circle(v);
                return forget(true);
            }
            const std::int32_t e = fullest(v);
            if (e < 0) return forget(false);
            turn_[v] = static_cast<std::int32_t>(way_.size());
            way_.push_back(e);
            v = network_.dst[e];
        }
        double amount = left;
        for (const std::int32_t e : way_) amount = std::min(amount, flow_[e]);
        for (const std::int32_t e : way_) flow_[e] -= amount;
        left -= amount;
        listed_.pair.push_back(k);
        listed_.rate.push_back(amount);
        listed_.link.insert(listed_.link.end(), way_.begin(), way_.end());
        listed_.ptr.push_back(static_cast<std::int64_t>(listed_.link.size()));
        return forget(true);
    }

    void empty_circle(std::int32_t v) {
        double least = kNever;
        for (auto e = way_.begin() + turn_[v]; e != way_.end(); ++e) least = std::min(least, flow_[*e]);
        for (auto e = way_.begin() + turn_[v]; e != way_.end(); ++e) flow_[*e] -= least;
    }

    bool forget(bool result) {
        for (const std::int32_t e : way_) turn_[network_.src[e]] = -1;
        return result;
    }

    const Network& network_;
    Listed& listed_;
    std::vector<double> flow_;
    std::vector<std::int32_t> turn_, way_;
};

}  // namespace

Listed list_paths(const Network& network, const Pairs& pairs, std::span<const double> rate,
                  std::span<const std::int64_t> row, std::span<const std::int32_t> links,
                  std::span<const double> link_flow) {
    Listed listed;
    Lister lister(network, listed);
    for (std::size_t t = 0; t < pairs.roots(); ++t) {
        std::fill(lister.flow().begin(), lister.flow().end(), 0.0);
        for (std::int64_t i = row[t]; i < row[t + 1]; ++i) lister.flow()[links[i]] += link_flow[i];
        lister.list(pairs, rate, t);
    }
    return listed;
}

}  // namespace easterly::allocate::trees
