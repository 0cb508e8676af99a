#include <algorithm>

#include "allocate/interior.hpp"

namespace easterly::allocate {

namespace {
constexpr int kCorrectors = 3;
constexpr double kLow = 0.1, kHigh = 10.0;  // of products over targets, between which a corrector lets them be
constexpr double kLong = 0.9;     // steps of that length want no corrector
constexpr double kFarther = 0.3;  // what a corrector tries to add to the step
constexpr double kWorth = 0.05;   // and what both steps have to gain for it to be taken
}  // namespace

// Products that a longer step would bring far from their targets are aimed at (multiple centrality correctors,
// Gondzio 1996): each costs a solve with the matrix as it is, and lengthens the step that it takes to form another.
void Interior::correct(double mu, double& primal, double& dual) {
    const auto push = [](double product, double target) {
        if (product < kLow * target) return kLow * target - product;
        return product > kHigh * target ? std::max(kHigh * target - product, -kHigh * target) : 0.0;
    };
    for (int pass = 0; pass < kCorrectors && std::min(primal, dual) < kLong; ++pass) {
        const double a = std::min(1.0, primal + kFarther), b = std::min(1.0, dual + kFarther);
        cx2_ = cx_, ct2_ = ct_, cs2_ = cs_;
        const Direction& d = final_;
        for (std::size_t p = 0; p < x.size(); ++p)
            cx2_[p] += push((x[p] + a * d.x[p]) * (w[p] + b * d.w[p]), mu * omega[columns.pair[p]]);
        for (std::size_t k = 0; k < total.size(); ++k)
            if (total[k] == Total::capped) ct2_[k] += push((t[k] + a * d.t[k]) * (z[k] + b * d.z[k]), mu * omega[k]);
        for (const std::int32_t l : link_of)
            cs2_[l] += push((s[l] + a * d.s[l]) * (y[l] + b * d.y[l]), mu * omega_link[l]);
        direct(affine_, cx2_, ct2_, cs2_);
        double longer_primal, longer_dual;
        longest(affine_, longer_primal, longer_dual);
        if (longer_primal + longer_dual < primal + dual + kWorth) return;
        std::swap(affine_, final_);
        cx_.swap(cx2_), ct_.swap(ct2_), cs_.swap(cs2_);
        primal = longer_primal;
        dual = longer_dual;
    }
}

}  // namespace easterly::allocate
