#include "allocate/pricing.hpp"

#include <algorithm>
#include <limits>

#include "allocate/vectors.hpp"

namespace easterly::allocate {

namespace {

constexpr std::size_t kLanes = Trees::kLanes;

// Distances of the tail of a link by way of its head, where they are shorter; whether any was.
EASTERLY_WIDE
bool shorten(const double* head, double length, std::int64_t link, double* tail, std::int64_t* next) {
    std::int64_t any = 0;
    for (std::size_t i = 0; i < kLanes; ++i) {
        const double there = head[i] + length;
        const bool shorter = there < tail[i];
        tail[i] = shorter ? there : tail[i];
        next[i] = shorter ? link : next[i];
        any |= shorter ? std::int64_t{1} : std::int64_t{0};
    }
    return any != 0;
}

}  // namespace

Trees::Trees(const Problem& problem)
    : place_(problem.nodes), transit_(problem.nodes), changed_(problem.nodes), ptr_(problem.nodes + 1, 0),
      link_(problem.links()), tail_(problem.links()), distance_(problem.nodes * kLanes), next_(problem.nodes * kLanes) {
    order(problem);
    for (std::int32_t v = 0; v < problem.nodes; ++v) transit_[place_[v]] = problem.transit[v];
    for (const std::int32_t head : problem.dst) ++ptr_[place_[head] + 1];
    for (std::int32_t v = 0; v < problem.nodes; ++v) ptr_[v + 1] += ptr_[v];
    std::vector<std::int32_t> fill(ptr_.begin(), ptr_.end() - 1);
    for (std::size_t l = 0; l < problem.links(); ++l) {
        const std::int32_t slot = fill[place_[problem.dst[l]]]++;
        link_[slot] = static_cast<std::int32_t>(l);
        tail_[slot] = static_cast<std::int32_t>(place_[problem.src[l]]);
    }
}

// Places by breadth-first search, whatever the direction of links: paths then lead forth or back for long stretches.
void Trees::order(const Problem& problem) {
    const std::size_t nodes = problem.nodes;
    std::vector<std::int32_t> ptr(nodes + 1, 0), other(2 * problem.links()), queue;
    for (std::size_t l = 0; l < problem.links(); ++l) ++ptr[problem.src[l] + 1], ++ptr[problem.dst[l] + 1];
    for (std::size_t v = 0; v < nodes; ++v) ptr[v + 1] += ptr[v];
    std::vector<std::int32_t> fill(ptr.begin(), ptr.end() - 1);
    for (std::size_t l = 0; l < problem.links(); ++l) {
        other[fill[problem.src[l]]++] = problem.dst[l];
        other[fill[problem.dst[l]]++] = problem.src[l];
    }
    std::vector<char> seen(nodes, 0);
    for (std::size_t root = 0; root < nodes; ++root) {
        if (seen[root]) continue;
        seen[root] = 1;
        queue.push_back(static_cast<std::int32_t>(root));
        for (std::size_t i = queue.size() - 1; i < queue.size(); ++i)
            for (std::int32_t j = ptr[queue[i]]; j < ptr[queue[i] + 1]; ++j)
                if (!seen[other[j]]) {
                    seen[other[j]] = 1;
                    queue.push_back(other[j]);
                }
    }
    for (std::size_t i = 0; i < nodes; ++i) place_[queue[i]] = i;
}

// In its own lane alone, since a destination that may not be passed through begins no other path.
void Trees::start(std::size_t lane, std::size_t at, std::span<const double> length) {
    distance_[at * kLanes + lane] = 0.0;
    for (std::int32_t i = ptr_[at]; i < ptr_[at + 1]; ++i) {
        const std::size_t tail = tail_[i] * kLanes + lane;
        if (!(length[link_[i]] < distance_[tail])) continue;
        distance_[tail] = length[link_[i]];
        next_[tail] = link_[i];
        changed_[tail_[i]] = 1;
    }
}

void Trees::relax(std::size_t head, std::span<const double> length) {
    for (std::int32_t i = ptr_[head]; i < ptr_[head + 1]; ++i) {
        const std::size_t tail = tail_[i] * kLanes;
        if (shorten(&distance_[head * kLanes], length[link_[i]], link_[i], &distance_[tail], &next_[tail])) changed_[tail_[i]] = 1;
    }
}

void Trees::grow(std::span<const std::int32_t> destinations, std::span<const double> length) {
    std::fill(distance_.begin(), distance_.end(), kInfinity);
    std::fill(next_.begin(), next_.end(), -1);
    std::fill(changed_.begin(), changed_.end(), 0);
    for (std::size_t lane = 0; lane < destinations.size(); ++lane) start(lane, place_[destinations[lane]], length);
    const std::size_t nodes = transit_.size();
    for (bool moved = true, forth = true; moved; forth = !forth) {
        moved = false;
        for (std::size_t i = 0; i < nodes; ++i) {
            const std::size_t v = forth ? i : nodes - 1 - i;
            if (!changed_[v]) continue;
            changed_[v] = 0;
            if (!transit_[v]) continue;
            moved = true;
            relax(v, length);
        }
    }
}

}  // namespace easterly::allocate
