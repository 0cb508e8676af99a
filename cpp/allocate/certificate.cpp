#include "allocate/certificate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "maths/elementary.hpp"

namespace easterly::allocate {

namespace {

// max over 0 <= f <= most of U(f) - distance f.
double conjugate(const Goal& goal, double weight, double most, double distance) {
    if (!goal.curved()) {
        const double gain = weight - distance;
        return gain > 0.0 ? gain * most : 0.0;
    }
    double best = most;
    if (distance > 0.0) {
        const double ratio = weight / distance;
        best = std::min(most, goal.alpha == 1.0   ? ratio
                              : goal.alpha == 2.0 ? std::sqrt(ratio)
                              : goal.alpha == 0.5 ? ratio * ratio
                                                  : maths::pow(ratio, 1.0 / goal.alpha));
    }
    if (!std::isfinite(best)) return goal.alpha > 1.0 ? 0.0 : kInfinity;
    // Where the marginal utility is the distance, weight best^-alpha = distance and no further power is needed.
    if (best < most && goal.alpha != 1.0) return distance * best * (goal.alpha / (1.0 - goal.alpha));
    return utility(goal, weight, best) - distance * best;
}

}  // namespace

double utility(const Goal& goal, double weight, double rate) {
    if (!goal.curved()) return weight * rate;
    if (goal.alpha == 1.0) return rate > 0.0 ? weight * maths::log(rate) : -kInfinity;
    if (rate <= 0.0) return goal.alpha < 1.0 ? 0.0 : -kInfinity;
    if (goal.alpha == 2.0) return -weight / rate;
    if (goal.alpha == 0.5) return 2.0 * weight * std::sqrt(rate);
    return weight * maths::pow(rate, 1.0 - goal.alpha) / (1.0 - goal.alpha);
}

double bound(const Problem& problem, const Goal& goal, std::span<const double> y, std::span<const double> distance) {
    double value = 0.0;
    for (std::size_t l = 0; l < y.size(); ++l) value += problem.capacity[l] * y[l];
    if (goal.kind == Kind::concurrent) {
        double growth = 0.0;
        for (std::size_t k = 0; k < distance.size(); ++k) {
            value -= goal.base[k] * distance[k];
            growth += goal.growth[k] * distance[k];
        }
        return growth > 0.0 ? value / growth : kInfinity;
    }
    for (std::size_t k = 0; k < distance.size(); ++k)
        value += goal.kind == Kind::cost ? -problem.amount[k] * distance[k]
                                         : conjugate(goal, problem.weight[k], problem.amount[k], distance[k]);
    return value;
}

}  // namespace easterly::allocate
