// Equal-cost forwarding: for one destination, the next hops of every node that traffic can reach.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graph/graph.hpp"
#include "graph/search.hpp"

namespace easterly::graph {

// How one flow enters and leaves the part of the network where it has a choice.
//
// A source with one link out and a destination with one link in (an interface on one leaf) have none:
// they are cut off, and what remains is a walk between the two switches, which many flows share.
struct Leg {
    std::int32_t from = -1;        // first node with a choice
    std::int32_t to = -1;          // destination of the walk
    std::int32_t first_link = -1;  // forced link before the walk, -1 if none
    std::int32_t last_link = -1;   // forced link after the walk, -1 if none
    enum class Kind : std::uint8_t { none, local, direct, walk } kind = Kind::none;
};

// Next hops towards one destination, for the nodes that the given starts can reach.
// Local numbers descend towards the destination: every next hop has a higher one.
struct Dag {
    std::int32_t destination = -1;
    std::vector<std::int32_t> node;  // by local number
    std::vector<std::int32_t> ptr;
    std::vector<std::int32_t> link;
    std::vector<std::int32_t> next;  // local number of the head of the link
    std::vector<double> share;       // of what arrives at the node
    std::vector<std::uint64_t> upto;  // cumulated share, scaled to 2^64; all 0 where the shares are even
    std::vector<std::int32_t> start;  // local number of each start that was asked for, -1 if it has no path

    std::int32_t size() const { return static_cast<std::int32_t>(node.size()); }
};

// Finds legs and next hops on one graph; holds the workspace.
class Forwarding {
public:
    Forwarding(const Graph& graph, std::span<const double> weight);

    Leg leg(std::int32_t src, std::int32_t dst) const;

    // Next hops towards `destination` from those of `starts` that can reach it.
    Dag towards(std::int32_t destination, std::span<const std::int32_t> starts);

private:
    void choose(std::int32_t u, Dag& dag);

    const Graph& graph_;
    std::span<const double> weight_;
    Adjacency out_;
    Adjacency in_;
    Search search_;
    std::vector<char> marked_;
    std::vector<std::int32_t> local_;
};

// Carries value[local] along the DAG, adding what crosses each link through `carry(link, amount)`.
template <class Carry>
void propagate(const Dag& dag, std::int32_t start, std::vector<double>& value, Carry&& carry) {
    for (std::int32_t u = start; u < dag.size(); ++u) {
        const double amount = value[u];
        if (amount == 0.0) continue;
        value[u] = 0.0;
        for (std::int32_t row = dag.ptr[u]; row < dag.ptr[u + 1]; ++row) {
            const double part = amount * dag.share[row];
            carry(dag.link[row], part);
            value[dag.next[row]] += part;
        }
    }
}

}  // namespace easterly::graph
