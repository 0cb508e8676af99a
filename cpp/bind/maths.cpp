#include "bind/arrays.hpp"
#include "bind/rooms.hpp"
#include "maths/elementary.hpp"

namespace easterly::bind {

namespace {

using nb::literals::operator""_a;

constexpr const char* kExp = R"(e to the power of each entry.

Correctly rounded but for one argument in millions (half a unit in the last place; one where the result is
subnormal), and the same bits on every machine: about 104 bits from sums and products alone (Dekker 1971).

Parameters
----------
x : (N,) float64

Returns
-------
(N,) float64

Raises
------
TypeError
    Another type or shape.)";

constexpr const char* kLog = R"(Natural logarithm of each entry; NaN below 0.

Accurate and reproducible as `exp`.

Parameters
----------
x : (N,) float64

Returns
-------
(N,) float64

Raises
------
TypeError
    Another type or shape.)";

constexpr const char* kPow = R"(Each entry of x to the power of that of y; special values as in C11, F.9.4.4.

Accurate and reproducible as `exp`.

Parameters
----------
x, y : (N,) float64

Returns
-------
(N,) float64

Raises
------
ValueError
    Different lengths.)";

template <double (*function)(double)>
auto each(In<double> x) {
    std::vector<double> y(view(x).size());
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = function(view(x)[i]);
    return give(std::move(y));
}

auto power(In<double> x, In<double> y) {
    same_length("y", view(y).size(), "entry of x", view(x).size());
    std::vector<double> z(view(x).size());
    for (std::size_t i = 0; i < z.size(); ++i) z[i] = easterly::maths::pow(view(x)[i], view(y)[i]);
    return give(std::move(z));
}

}  // namespace

void maths(nb::module_& m) {
    m.def("exp", &each<&easterly::maths::exp>, "x"_a.noconvert(), kExp);
    m.def("log", &each<&easterly::maths::log>, "x"_a.noconvert(), kLog);
    m.def("pow", &power, "x"_a.noconvert(), "y"_a.noconvert(), kPow);
}

}  // namespace easterly::bind
