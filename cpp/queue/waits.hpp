// Waiting times at one server as series of positive terms: what alternating formulas lose to cancellation, these keep.
#pragma once

#include <span>
#include <vector>

namespace easterly::queue {

// P(more than m phases) for m = 0, 1, ..., and from the last on a geometric decay.
struct PhaseTail {
    std::vector<double> above;
    double ratio = 0.0;

    // P(T > x) where T is a sum of so many exponential phases of rate 1.
    double exceeds(double x) const;
};

// M/G/1 whose residual service is a mixture of Erlang phases: a compound geometric sum. `residual[j]` is the weight of
// j + 1 phases. Its tail obeys T(m) = rho (F(m) + sum f(j) T(m - j)), all terms positive.
PhaseTail compound(double rho, std::span<const double> residual);

// M/D/1, service time 1, through numbers in queue (Franx 2001) instead of Erlang's alternating sum.
class Md1 {
  public:
    explicit Md1(double rho);
    double exceeds(double wait) const;  // P(Wq > wait)

  private:
    double queue_above(double m) const;
    double rho_, ratio_ = 0.0;
    std::vector<double> above_;  // P(more than m wait)
};

// Least t with exceeds(t) <= share, to the last bits, for a tail that falls to 0.
template <class Tail>
double quantile(const Tail& exceeds, double share) {
    if (exceeds(0.0) <= share) return 0.0;
    double low = 0.0, high = 1.0;
    for (int i = 0; i < 1100 && exceeds(high) > share; ++i) low = high, high *= 2.0;
    for (int i = 0; i < 200; ++i) {
        const double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high) break;
        (exceeds(middle) > share ? low : high) = middle;
        if (high - low <= 0x1p-50 * high) break;
    }
    return high;
}

}  // namespace easterly::queue
