// Spread of something from neighbour to neighbour, event by event (Gillespie 1977, J. Phys. Chem. 81:2340).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "paths/pulse.hpp"
#include "robust/percolate.hpp"

namespace easterly::robust {

struct Rates {
    double infect = 1.0;   // across one edge from an infected to a susceptible node
    double recover = 1.0;  // of one infected node; 0 for never
    bool again = false;    // SIS: who recovers can be infected again; SIR: cannot
    double until = 0.0;    // when to stop
};

// One run, looked at at these rising times: nodes infected, and nodes that were ever so.
struct Course {
    std::span<std::int64_t> infected, ever;
};

// End of one run: when nothing could happen any more (or `until`), how many ever were, and the most at one time.
struct Ended {
    double end = 0.0;
    std::int64_t infected = 0, ever = 0, most = 0;
};

// Where susceptible nodes beside infected ones are kept as a list of edges, so that an event costs a degree and no draw
// is in vain.
Ended spread(const Adjacent& adjacent, const Rates& rates, std::span<const std::int32_t> start, std::uint64_t stream,
             std::span<const double> at, Course course, paths::Pulse& pulse);

// The same among groups: everybody meets everybody of the groups that its own can reach. Nodes of one group are alike,
// so that counting them is exact.
Ended spread_groups(std::span<const std::int64_t> size, std::span<const bool> reach, const Rates& rates,
                    std::span<const std::int64_t> start, std::uint64_t stream, std::span<const double> at,
                    Course course, std::span<std::int64_t> ever, paths::Pulse& pulse);

}  // namespace easterly::robust
