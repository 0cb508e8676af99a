// Birth and death at one station: Erlang's formulas by recursions of positive terms, no factorials, no cancellation.
#pragma once

#include <cstdint>
#include <limits>

namespace easterly::queue {

inline constexpr double kMostLoad = 1e12;  // work for one answer is of the order of its square root
inline constexpr double kInfinite = std::numeric_limits<double>::infinity();

// States 0..c of an M/M/ station, relative to state c: 1 / B(c, a), and the mean number as a sum of the same terms.
struct Below {
    double states;  // sum of pi_k / pi_c, k <= c: one over Erlang's loss
    double busy;    // sum of k pi_k / pi_c, k <= c
};
Below below(std::int64_t servers, double load);

struct Station {
    double rho, P_wait, Lq, Wq, L, W, P_loss, carried;
};

// M/M/c, first come first served (Erlang 1917). Infinite where arrival >= servers * rate.
Station mmc(double arrival, double rate, std::int64_t servers);

// M/M/c/K: `places` >= servers in all; P_wait is that of an admitted customer.
Station mmck(double arrival, double rate, std::int64_t servers, std::int64_t places);

// M/M/c+M: those who wait leave at the rate `patience` each (Palm 1946; Erlang A). P_loss is the share that leaves.
Station erlang_a(double arrival, double rate, std::int64_t servers, double patience);

// M/G/1 (Pollaczek 1930, Khinchine 1932).
Station mg1(double arrival, double mean, double scv);

}  // namespace easterly::queue
