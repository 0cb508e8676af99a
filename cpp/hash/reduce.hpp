// Weights of next hops as numbers of entries in a table (Zhou et al. 2014, WCMP, EuroSys).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace easterly::hash {

// Fewest entries for each error that a group can reach, from the fewest entries on; the error falls from step to step.
struct Curve {
    std::vector<std::int64_t> entries;
    std::vector<double> error;
};

// Errors of one group with up to `most` entries. The error is max_i (n_i / sum n) / (w_i / sum w): by how much the
// busiest member carries more than its share. Members of weight above 0 get at least `least` entries (0 or 1).
//
// For a given sum of entries the least error gives one entry after the other to the member whose entries over weight
// stays lowest (the divisors of D'Hondt); the sums from the number of members to `most` are therefore one walk.
// Empty where `most` is too small.
Curve reduction_curve(std::span<const double> weight, std::int64_t most, int least);

// Entries of each member when the group has `total`.
void apportion(std::span<const double> weight, std::int64_t total, int least, std::span<std::int64_t> entries);

}  // namespace easterly::hash
