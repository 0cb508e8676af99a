// What the spread of hashing is counted with: the busiest link, loads of one split, next hops as they are walked.
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "graph/forwarding.hpp"
#include "random/mix.hpp"

namespace easterly::graph {

// The busiest link: load over capacity, and its number; of several, the first by number.
struct Busiest {
    double ratio = 0.0;
    std::int32_t link = -1;

    void offer(double other, std::int32_t number) {
        if (other > ratio || (other == ratio && (link < 0 || number < link))) {
            ratio = other;
            link = number;
        }
    }
    auto operator<=>(const Busiest&) const = default;
};

// Loads of one split, of which only the touched links are cleared.
class Tally {
public:
    explicit Tally(std::size_t links) : load_(links, 0.0) {}

    void add(std::int32_t link, double amount) {
        if (load_[link] == 0.0) touched_.push_back(link);
        load_[link] += amount;
    }

    // The busiest link at each row of capacities; clears all.
    void close(std::span<const double> capacity, std::span<Busiest> worst) {
        for (const std::int32_t l : touched_) {
            for (std::size_t c = 0; c < worst.size(); ++c)
                worst[c].offer(load_[l] / capacity[c * load_.size() + l], l);
            load_[l] = 0.0;
        }
        touched_.clear();
    }

private:
    std::vector<double> load_;
    std::vector<std::int32_t> touched_;
};

// A DAG as a connection walks it: what one step reads lies together.
struct Trail {
    struct Fork {
        std::int32_t row = 0;
        std::int32_t count = 0;   // next hops; 0 at the destination
        std::uint64_t seed = 0;
        bool even = true;
    };
    struct Hop {
        std::int32_t link = 0;
        std::int32_t next = 0;
    };

    Trail(Dag&& made, std::span<const std::int32_t> node_seed) : dag(std::move(made)) {
        for (std::int32_t u = 0; u < dag.size(); ++u) {
            const std::int32_t row = dag.ptr[u], end = dag.ptr[u + 1];
            fork.push_back({row, end - row, static_cast<std::uint64_t>(node_seed[dag.node[u]]),
                            end == row || dag.upto[end - 1] == 0});
        }
        for (std::size_t i = 0; i < dag.link.size(); ++i) hop.push_back({dag.link[i], dag.next[i]});
    }

    // The hop that a connection of this name takes at a fork.
    const Hop& take(const Fork& at, std::uint64_t name) const {
        if (at.count == 1) return hop[at.row];
        const std::uint64_t hash = random::mix(name, at.seed);
        if (at.even) {
            const auto count = static_cast<std::uint64_t>(at.count);
            return hop[at.row + static_cast<std::int32_t>(static_cast<unsigned __int128>(hash) * count >> 64)];
        }
        std::int32_t row = at.row;
        while (row < at.row + at.count - 1 && hash >= dag.upto[row]) ++row;
        return hop[row];
    }

    Dag dag;
    std::vector<Fork> fork;
    std::vector<Hop> hop;
};

}  // namespace easterly::graph
