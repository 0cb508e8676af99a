// The fixed point of a map that is linear in pieces, from what it made of the points tried so far.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace easterly::fluid {

// Anderson (1965, J. ACM 12:547), type II: the next point is the last one and its residual, without what the residuals of
// the last points explain of it. Where a map is linear, as many points as it has directions that contract slowly give its
// fixed point (Walker & Ni 2011, SIAM J. Numer. Anal. 49:1715). Where residuals stay the same, steps are doubled: nothing
// bends before the next piece.
class Mixing {
public:
    void forget();
    // Next point, from a point and what the map adds to it. The number of coordinates may not change until `forget`.
    std::span<const double> next(std::span<const double> at, std::span<const double> residual);

private:
    std::vector<double> at_, residual_, next_;              // the last ones
    std::vector<std::vector<double>> moved_, changed_;      // between points, and of residuals; the newest last
    std::vector<std::vector<double>> basis_, carried_;      // the same, orthogonal
    double reach_ = 1.0;
};

}  // namespace easterly::fluid
