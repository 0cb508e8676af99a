// Normal numbers from uniform ones, one each, so that draw i needs no draw before it.
#pragma once

#include <cmath>
#include <cstdint>

#include "maths/elementary.hpp"
#include "random/mix.hpp"

namespace easterly::random {

template <std::size_t n>
constexpr double polynomial(const double (&c)[n], double x) {
    double sum = 0.0;
    for (std::size_t i = n; i-- > 0;) sum = sum * x + c[i];
    return sum;
}

// x with Phi(x) = p, 0 < p < 1: rational functions of Wichura 1988 (Applied Statistics 37, AS 241), to 1e-16.
inline double normal_quantile(double p) {
    constexpr double a[] = {3.3871328727963666080, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
                            45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727};
    constexpr double b[] = {1.0,
                            42.313330701600911252, 687.18700749205790830, 5394.1960214247511077, 21213.794301586595867,
                            39307.895800092710610, 28729.085735721942674, 5226.4952788528545610};
    constexpr double c[] = {1.42343711074968357734,    4.63033784615654529590,     5.76949722146069140550,
                            3.64784832476320460504,    1.27045825245236838258,     0.241780725177450611770,
                            0.0227238449892691845833,  7.74545014278341407640e-4};
    constexpr double d[] = {1.0,
                            2.05319162663775882187,    1.67638483018380384940,     0.689767334985100004550,
                            0.148103976427480074590,   0.0151986665636164571966,   5.47593808499534494600e-4,
                            1.05075007164441684324e-9};
    constexpr double e[] = {6.65790464350110377720,    5.46378491116411436990,     1.78482653991729133580,
                            0.296560571828504891230,   0.0265321895265761230930,   1.24266094738807843860e-3,
                            2.71155556874348757815e-5, 2.01033439929228813265e-7};
    constexpr double f[] = {1.0,
                            0.599832206555887937690,   0.136929880922735805310,    0.0148753612908506148525,
                            7.86869131145613259100e-4, 1.84631831751005468180e-5,  1.42151175831644588870e-7,
                            2.04426310338993978564e-15};
    const double q = p - 0.5;
    if (std::fabs(q) <= 0.425) {
        const double r = 0.180625 - q * q;
        return q * polynomial(a, r) / polynomial(b, r);
    }
    const double r = std::sqrt(-maths::log(q < 0.0 ? p : 1.0 - p));
    const double x = r <= 5.0 ? polynomial(c, r - 1.6) / polynomial(d, r - 1.6)
                              : polynomial(e, r - 5.0) / polynomial(f, r - 5.0);
    return q < 0.0 ? -x : x;
}

// Draw i of a stream that is already named: never infinite, as the uniform below lies within (0, 1).
inline double normal(std::uint64_t named, std::uint64_t i) {
    return normal_quantile((static_cast<double>(mix(named, i) >> 12) + 0.5) * 0x1.0p-52);
}

}  // namespace easterly::random
