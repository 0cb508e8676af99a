// One port: what its queues are served, and how long what comes to them waits.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "calculus/curve.hpp"

namespace easterly::calculus {

constexpr std::size_t row(std::integral auto i) { return static_cast<std::size_t>(i); }

// Queues of port p are rows ptr[p]..ptr[p + 1]: strict ones first, the highest priority first, then those with a
// quantum, which share what is left by deficit round robin.
struct Ports {
    std::vector<double> rate;     // B/s
    std::vector<double> latency;  // s
    std::vector<std::int64_t> ptr;
    std::vector<double> quantum;  // B; 0 for strict
    std::vector<double> packet;   // B, the largest
    std::vector<double> shaper;   // B/s; infinite for none
};

struct Bound {
    double delay = 0.0;    // s
    double backlog = 0.0;  // B
    bool operator==(const Bound&) const = default;
};

// Bounds of the queues of a port, where in[i] comes to the i-th of them; one per queue to `out`.
//
// Strict: [rate - higher priorities - the largest packet of lower ones]. Weighted: the better of the residual of
// deficit round robin (Boyer, Stea & Sofack 2012) and what is left when all others go first.
//
// Where no more than most[i] is ever there of a queue, its backlog is no larger; nor is its delay than that takes, if what
// it is served holds from any time at which it waits (a strict service curve): the first of the strict, and the weighted
// while nothing strict comes, as long as nothing is held back. Empty: nothing is known.
void serve(const Ports& ports, std::int32_t port, std::span<const Curve> in, std::span<const double> most,
           std::span<Bound> out);

}  // namespace easterly::calculus
