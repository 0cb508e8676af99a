#include "hash/rendezvous.hpp"

#include <algorithm>
#include <vector>

#include "maths/elementary.hpp"
#include "random/mix.hpp"

namespace easterly::hash {

namespace {

// Whether all weights above 0 are the same: then the highest draw wins, and no logarithm is needed.
bool even(std::span<const double> weight) {
    double first = 0.0;
    for (const double w : weight) {
        if (w <= 0.0) continue;
        if (first > 0.0 && w != first) return false;
        first = w;
    }
    return true;
}

}  // namespace

void rendezvous(std::span<const std::uint64_t> hash, std::span<const std::uint64_t> name,
                std::span<const double> weight, std::span<std::int32_t> member) {
    const bool same = even(weight);
    for (std::size_t i = 0; i < hash.size(); ++i) {
        const std::uint64_t own = random::mix(0, hash[i]);
        std::int32_t best = -1;
        std::uint64_t highest = 0;
        double score = 0.0;
        for (std::size_t m = 0; m < name.size(); ++m) {
            if (weight[m] <= 0.0) continue;
            const std::uint64_t drawn = random::mix(own, name[m]);
            if (same) {
                if (best >= 0 && drawn <= highest) continue;
                highest = drawn;
            } else {
                // Half a step above 0 and below 1: the logarithm is finite and not 0.
                const double u = (static_cast<double>(drawn >> 12) + 0.5) * 0x1.0p-52;
                const double now = -weight[m] / maths::log(u);
                if (best >= 0 && now <= score) continue;
                score = now;
            }
            best = static_cast<std::int32_t>(m);
        }
        member[i] = best;
    }
}

}  // namespace easterly::hash
