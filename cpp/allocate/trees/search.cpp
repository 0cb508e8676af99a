#include "allocate/trees/search.hpp"

#include <algorithm>

namespace easterly::allocate::trees {

Search::Search(const Network& network)
    : network_(&network),
      distance_(network.nodes()),
      next_(network.nodes()),
      depth_(network.nodes()),
      settled_(network.nodes()),
      place_(network.nodes()),
      heap_(network.nodes() + 1) {}

void Search::run(std::int32_t root, std::span<const double> price, double furthest) {
    std::fill(distance_.begin(), distance_.end(), kNever);
    std::fill(next_.begin(), next_.end(), -1);
    count_ = 0;
    waiting_ = 1;
    heap_[0] = {0.0, root};
    distance_[root] = 0.0;
    depth_[root] = 0;
    while (waiting_ > 0 && heap_[0].distance <= furthest) {
        const std::int32_t v = pop();
        settled_[count_++] = v;
        if (v != root) depth_[v] = depth_[network_->dst[next_[v]]] + 1;
        if (v == root || network_->transit[v]) reach(v, distance_[v], price);
    }
    for (std::size_t i = 0; i < waiting_; ++i) {
        distance_[heap_[i].node] = kNever;
        next_[heap_[i].node] = -1;
    }
}

// Offers what enters v its way over v. A node that is settled already is never offered less.
void Search::reach(std::int32_t v, double distance, std::span<const double> price) {
    for (const Hop hop : network_->into(v)) {
        const double found = distance + price[hop.link];
        double& known = distance_[hop.node];
        if (!(found < known)) continue;
        const std::size_t hole = known == kNever ? waiting_++ : static_cast<std::size_t>(place_[hop.node]);
        known = found;
        next_[hop.node] = hop.link;
        rise(hole, hop.node, found);
    }
}

void Search::rise(std::size_t hole, std::int32_t v, double distance) {
    while (hole > 0) {
        const std::size_t parent = (hole - 1) / 4;
        if (heap_[parent].distance <= distance) break;
        heap_[hole] = heap_[parent];
        place_[heap_[hole].node] = static_cast<std::int32_t>(hole);
        hole = parent;
    }
    heap_[hole] = {distance, v};
    place_[v] = static_cast<std::int32_t>(hole);
}

std::int32_t Search::pop() {
    const std::int32_t top = heap_[0].node;
    const Entry last = heap_[--waiting_];
    std::size_t hole = 0;
    while (true) {
        const std::size_t first = 4 * hole + 1;
        if (first >= waiting_) break;
        const std::size_t end = std::min(first + 4, waiting_);
        std::size_t least = first;
        for (std::size_t child = first + 1; child < end; ++child)
            least = heap_[child].distance < heap_[least].distance ? child : least;
        if (!(heap_[least].distance < last.distance)) break;
        heap_[hole] = heap_[least];
        place_[heap_[hole].node] = static_cast<std::int32_t>(hole);
        hole = least;
    }
    heap_[hole] = last;
    place_[last.node] = static_cast<std::int32_t>(hole);
    return top;
}

}  // namespace easterly::allocate::trees
