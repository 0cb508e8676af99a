#include "paths/disjoint.hpp"

#include <algorithm>

#include "paths/heap.hpp"
#include "paths/weights.hpp"

namespace easterly::paths {

namespace {

// What is shared comes before what it costs.
struct Key {
    std::int64_t shared = 0;
    Wide weight = 0;

    Key operator+(const Key& o) const { return {shared + o.shared, weight + o.weight}; }
    Key operator-(const Key& o) const { return {shared - o.shared, weight - o.weight}; }
    bool operator<(const Key& o) const { return shared < o.shared || (shared == o.shared && weight < o.weight); }
};

constexpr Key kNever{std::int64_t{1} << 62, 0};

// Two units of flow, one after the other. A node v is entered at 2v and left at 2v + 1.
class Pair {
public:
    Pair(const graph::Graph& graph, bool nodes)
        : graph_(graph), weight_(weights<Wide>(graph, scale_of(graph))), out_(graph::leaving(graph)),
          in_(graph::entering(graph)), node_price_(nodes ? std::int64_t{1} << 32 : 0),
          key_(2 * static_cast<std::size_t>(graph.nodes)), potential_(key_.size()), from_(key_.size()),
          on_link_(static_cast<std::size_t>(graph.links()), 0), on_node_(static_cast<std::size_t>(graph.nodes), 0) {}

    void add(std::int32_t source, std::int32_t destination, Disjoint& made) {
        std::fill(on_link_.begin(), on_link_.end(), 0);
        std::fill(on_node_.begin(), on_node_.end(), 0);
        std::fill(potential_.begin(), potential_.end(), Key{});
        source_ = source;
        destination_ = destination;
        const bool found = source == destination || (augment() && augment());
        made.shared_links.push_back(0);
        made.shared_nodes.push_back(0);
        if (found) give(made);
        made.table.close_pair();
    }

private:
    static constexpr std::int32_t kNode = -1, kStart = -2;

    // How a vertex was reached: over a link or through its node, with the flow or back against it.
    struct Way {
        std::int32_t link = kStart;
        std::int32_t before = -1;
        bool back = false;
    };

    Key price(std::int32_t link) const { return {on_link_[link] > 0 ? 1 : 0, weight_[link]}; }
    Key refund(std::int32_t link) const { return {on_link_[link] > 1 ? -1 : 0, -weight_[link]}; }

    bool augment() {
        std::fill(key_.begin(), key_.end(), kNever);
        heap_.clear();
        const std::int32_t start = 2 * source_ + 1, end = 2 * destination_;
        reach(start, {}, {});
        while (!heap_.empty()) {
            const auto [key, x] = heap_.pop();
            if (key_[x] < key) continue;
            if (x == end) break;
            if (x % 2 == 1) leave(x);
            else pass(x);
        }
        if (!(key_[end] < kNever)) return false;
        for (std::size_t x = 0; x < key_.size(); ++x)
            potential_[x] = potential_[x] + std::min(key_[x], key_[end]);
        for (std::int32_t x = end; x != start; x = from_[x].before) {
            const Way& way = from_[x];
            if (way.link == kNode) on_node_[x / 2] += way.back ? -1 : 1;
            else on_link_[way.link] += way.back ? -1 : 1;
        }
        return true;
    }

    void reach(std::int32_t x, const Key& key, const Way& way) {
        if (!(key < key_[x])) return;
        key_[x] = key;
        from_[x] = way;
        heap_.push(key, x);
    }

    void step(std::int32_t x, std::int32_t y, const Key& price, std::int32_t link, bool back) {
        reach(y, key_[x] + price + potential_[x] - potential_[y], {link, x, back});
    }

    bool passable(std::int32_t v) const { return v != source_ && v != destination_ && graph_.transit[v]; }

    // From where a node is left: over links, or back through the node.
    void leave(std::int32_t x) {
        const std::int32_t v = x / 2;
        for (std::int32_t row = out_.ptr[v]; row < out_.ptr[v + 1]; ++row)
            if (on_link_[out_.link[row]] < 2 && out_.node[row] != v)
                step(x, 2 * out_.node[row], price(out_.link[row]), out_.link[row], false);
        if (on_node_[v] > 0) step(x, 2 * v, {on_node_[v] > 1 ? -node_price_ : 0, 0}, kNode, true);
    }

    // From where a node is entered: through it, or back over a link with flow.
    void pass(std::int32_t x) {
        const std::int32_t v = x / 2;
        if (passable(v) && on_node_[v] < 2) step(x, 2 * v + 1, {on_node_[v] > 0 ? node_price_ : 0, 0}, kNode, false);
        for (std::int32_t row = in_.ptr[v]; row < in_.ptr[v + 1]; ++row)
            if (on_link_[in_.link[row]] > 0) step(x, 2 * in_.node[row] + 1, refund(in_.link[row]), in_.link[row], true);
    }

    void give(Disjoint& made) {
        for (const std::int32_t uses : on_link_) made.shared_links.back() += uses > 1;
        for (const std::int32_t uses : on_node_) made.shared_nodes.back() += uses > 1;
        std::vector<std::int32_t> path[2];
        Wide weight[2] = {0, 0};
        for (int i = 0; i < 2; ++i)
            for (std::int32_t v = source_; v != destination_; v = graph_.dst[path[i].back()]) {
                std::int32_t row = out_.ptr[v];
                while (on_link_[out_.link[row]] == 0) ++row;
                --on_link_[out_.link[row]];
                path[i].push_back(out_.link[row]);
                weight[i] += weight_[out_.link[row]];
            }
        const int first = weight[1] < weight[0] || (weight[1] == weight[0] && path[1] < path[0]) ? 1 : 0;
        made.table.add(graph_, path[first]);
        made.table.add(graph_, path[1 - first]);
    }

    const graph::Graph& graph_;
    std::vector<Wide> weight_;
    graph::Adjacency out_, in_;
    std::int64_t node_price_;
    std::vector<Key> key_, potential_;
    std::vector<Way> from_;
    std::vector<std::int32_t> on_link_, on_node_;
    Heap<Key> heap_;
    std::int32_t source_ = -1, destination_ = -1;
};

}  // namespace

Disjoint disjoint_pairs(const graph::Graph& graph, std::span<const std::int32_t> pair_src,
                        std::span<const std::int32_t> pair_dst, bool nodes, Pulse pulse) {
    Disjoint made;
    Pair pair(graph, nodes);
    for (std::size_t p = 0; p < pair_src.size(); ++p) {
        pulse.beat();
        pair.add(pair_src[p], pair_dst[p], made);
    }
    return made;
}

}  // namespace easterly::paths
