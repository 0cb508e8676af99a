#include "bind/arrays.hpp"
#include "bind/rooms.hpp"
#include "maths/elementary.hpp"

namespace easterly::bind {

namespace {

using nb::literals::operator""_a;

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
    m.def("exp", &each<&easterly::maths::exp>, "x"_a.noconvert(), "e to the power of each entry.");
    m.def("log", &each<&easterly::maths::log>, "x"_a.noconvert(), "Natural logarithm of each entry.");
    m.def("pow", &power, "x"_a.noconvert(), "y"_a.noconvert(), "Each entry of x to the power of that of y.");
}

}  // namespace easterly::bind
