// Lambert's W: the roots of w e^w = z, by branch.
#pragma once

#include <cstdint>

#include "control/complex.hpp"

namespace easterly::control {

// Branch k of W, counted as by Corless et al. 1996; Halley's iteration from their expansions. Not a number where z is
// none; minus infinity at 0 of branches other than 0.
Complex lambert(Complex z, std::int64_t branch);

}  // namespace easterly::control
