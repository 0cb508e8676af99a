#include "allocate/trees/bound.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include "allocate/trees/crew.hpp"
#include "allocate/trees/search.hpp"

namespace easterly::allocate::trees {

namespace {

std::vector<Search> searches(const Network& network, int threads) {
    return std::vector<Search>(static_cast<std::size_t>(std::max(1, threads)), Search(network));
}

// Adds what `of(pair, distance)` says, by root and then over the roots in their order, whoever searched them.
template <class Of>
double added(const Network& network, const Pairs& pairs, std::span<const double> gain, std::span<const double> price,
             int threads, const Of& of) {
    std::vector<Search> crew = searches(network, threads);
    std::vector<double> part(pairs.roots(), 0.0);
    share_out(threads, pairs.roots(), [&](std::size_t worker, std::size_t t) {
        Search& tree = crew[worker];
        const std::int64_t first = pairs.ptr[t], end = pairs.ptr[t + 1];
        if (first == end) return;
        const double furthest = gain.empty() ? kNever : *std::max_element(gain.begin() + first, gain.begin() + end);
        tree.run(pairs.root[t], price, furthest);
        for (std::int64_t k = first; k < end; ++k) part[t] += of(k, tree.distance(pairs.src[k]));
    });
    return std::accumulate(part.begin(), part.end(), 0.0);
}

}  // namespace

double worth_of_pairs(const Network& network, const Pairs& pairs, std::span<const double> amount,
                      std::span<const double> gain, std::span<const double> price, int threads) {
    return added(network, pairs, gain, price, threads, [&](std::int64_t k, double distance) {
        return distance < gain[k] ? amount[k] * (gain[k] - distance) : 0.0;
    });
}

double cost_of_pairs(const Network& network, const Pairs& pairs, std::span<const double> amount,
                     std::span<const double> price, int threads) {
    return added(network, pairs, {}, price, threads, [&](std::int64_t k, double distance) {
        return amount[k] > 0.0 ? amount[k] * distance : 0.0;
    });
}

void load_shortest(const Network& network, const Pairs& pairs, std::span<const double> amount,
                   std::span<const double> price, int threads, std::span<double> flow) {
    std::vector<Search> crew = searches(network, threads);
    std::vector<std::vector<double>> sent(crew.size(), std::vector<double>(network.nodes()));
    share_out(threads, pairs.roots(), [&](std::size_t worker, std::size_t t) {
        Search& tree = crew[worker];
        std::vector<double>& through = sent[worker];
        std::fill(through.begin(), through.end(), 0.0);
        tree.run(pairs.root[t], price);
        for (std::int64_t k = pairs.ptr[t]; k < pairs.ptr[t + 1]; ++k) through[pairs.src[k]] += amount[k];
        const auto order = tree.settled();
        for (std::size_t i = order.size(); i-- > 1;) {
            const std::int32_t e = tree.next(order[i]);
            flow[t * network.links() + static_cast<std::size_t>(e)] = through[order[i]];
            through[network.dst[e]] += through[order[i]];
        }
    });
}

}  // namespace easterly::allocate::trees
