#include "bind/curve_docs.hpp"
#include "bind/arrays.hpp"
#include "bind/graphs.hpp"
#include "bind/rooms.hpp"
#include "curve/exact.hpp"
#include "curve/trace.hpp"

#include <nanobind/operators.h>

namespace easterly::bind {

namespace {

using curve::Exact;
using curve::Large;
using curve::Whole;
using Numbers = curve::Seq<Large>;
using nb::literals::operator""_a;

constexpr std::size_t kBits = 4096;

Whole whole(nb::handle from) {
    int over = 0;
    const long long value = PyLong_AsLongLongAndOverflow(from.ptr(), &over);
    if (over == 0) return Whole(value);
    const nb::object hex = nb::steal(PyNumber_ToBase(from.ptr(), 16));
    if (!hex.is_valid()) throw nb::python_error();
    const std::string text = nb::cast<std::string>(hex);
    const bool negative = text[0] == '-';
    const std::size_t begin = negative ? 3 : 2;
    if ((text.size() - begin) * 4 > kBits) refuse("a number of more than " + std::to_string(kBits) + " bits");
    Whole::Digits digits;
    for (std::size_t end = text.size(); end > begin; end -= std::min<std::size_t>(8, end - begin)) {
        const std::size_t size = std::min<std::size_t>(8, end - begin);
        digits.push_back(static_cast<std::uint32_t>(std::stoul(text.substr(end - size, size), nullptr, 16)));
    }
    return {negative, std::move(digits)};
}

nb::object python(const Whole& of) {
    if (of.small()) return nb::steal(PyLong_FromLongLong(of.value()));
    std::string text = of.negative() ? "-" : "";
    char part[16];
    for (std::size_t i = of.digits().size(); i-- > 0;) {
        std::snprintf(part, sizeof part, "%08x", of.digits()[i]);
        text += part;
    }
    return nb::steal(PyLong_FromString(text.c_str(), nullptr, 16));
}

class Reader {
public:
    explicit Reader(const nb::sequence& of) : of_(of), size_(nb::len(of)) {}

    std::size_t size() const { return size_; }
    Large next(const char* what, bool finite = true) {
        const std::size_t i = at_;
        const nb::object over = take(), under = take();
        const Whole below = whole(under);
        if (below.negative()) refuse(entry("numbers", i + 1, "below 0") + ", not a denominator");
        if (finite && below.zero()) refuse(entry("numbers", i + 1, "0") + ": " + what + " must be finite");
        return Large::of(whole(over), below);
    }

private:
    nb::object take() {
        nb::object made = of_[at_++];
        if (!PyLong_Check(made.ptr())) throw nb::type_error("numbers must be whole");
        return made;
    }
    const nb::sequence& of_;
    std::size_t size_, at_ = 0;
};

Numbers pieces(Reader& from, std::size_t count) {
    Numbers made;
    made.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const bool last = i + 1 == count;
        Large x = from.next("x"), v = from.next("a value", false), r = from.next("a limit", false);
        Large s = from.next("a slope");
        if (made.empty() ? !x.zero() : !(made.back().x < x))
            refuse("piece " + std::to_string(i) + " begins " +
                   (made.empty() ? "not at 0" : "no later than the one before"));
        if (last) r = Large::infinity(1);
        if (!r.finite()) s = Large(0);
        made.push_back({std::move(x), std::move(v), std::move(r), std::move(s)});
    }
    return made;
}

void made_of(Exact* self, const nb::sequence& numbers) {
    Reader from(numbers);
    if (from.size() < 22 || (from.size() - 6) % 8 != 0)
        refuse("numbers has " + std::to_string(from.size()) + " entries, not 8 for each of at least two pieces, and 6");
    if (from.size() / 8 > curve::kMost) refuse("more than " + std::to_string(curve::kMost) + " pieces");
    Numbers base = pieces(from, (from.size() - 6) / 8);
    const Large T = from.next("T"), d = from.next("d"), c = from.next("c");
    if (T.sign() < 0) refuse("T is below 0");
    if (d.sign() <= 0) refuse("d, the period, is not above 0");
    if (base.back().x != T + d) refuse("the last piece is not at T + d");
    new (self) Exact(std::move(base), T, d, c);
}

Large rational(const nb::object& over, const nb::object& under, const char* what, bool finite = true) {
    const nb::tuple both = nb::make_tuple(over, under);
    return Reader(nb::borrow<nb::sequence>(both)).next(what, finite);
}

nb::tuple python(const Large& of) { return nb::make_tuple(python(of.over()), python(of.under())); }

void put(nb::list& to, const Large& number) {
    to.append(python(number.over()));
    to.append(python(number.under()));
}

nb::list python(const Numbers& of) {
    nb::list made;
    for (const auto& each : of) {
        put(made, each.x);
        put(made, each.v);
        put(made, each.r);
        put(made, each.s);
    }
    return made;
}

// Runs without the interpreter's lock, but lets it look at signals; says what to do where the result is too large.
template <class Run>
auto freely(Run&& run) {
    paths::Pulse pulse(signals());
    struct Guard {
        explicit Guard(paths::Pulse* to) { curve::pulse = to; }
        ~Guard() { curve::pulse = nullptr; }
    };
    try {
        nb::gil_scoped_release released;
        const Guard guard(&pulse);
        return run();
    } catch (const curve::TooLarge& error) {
        throw nb::value_error((std::string(error.what()) +
                               ": too large to be computed; take periods with a smaller common multiple, curves with "
                               "fewer pieces, or slopes that are further apart").c_str());
    }
}

template <Exact (Exact::*method)(const Exact&) const>
Exact of_two(const Exact& self, const Exact& other) {
    return freely([&] { return (self.*method)(other); });
}

nb::list numbers(const Exact& self) {
    const auto f = self.large();
    nb::list made = python(f.base);
    for (const Large& each : {f.T, f.d, f.c}) put(made, each);
    return made;
}

Exact scaled(const Exact& self, const nb::object& x_over, const nb::object& x_under, const nb::object& y_over,
             const nb::object& y_under) {
    const Large x = rational(x_over, x_under, "x"), y = rational(y_over, y_under, "y");
    if (x.sign() <= 0) refuse("x, the factor of time, is not above 0");
    if (y.sign() <= 0) refuse("y, the factor of values, is not above 0");
    return freely([&] { return self.scaled(x, y); });
}

Exact moved(const Exact& self, const nb::object& x_over, const nb::object& x_under, const nb::object& y_over,
            const nb::object& y_under, const nb::object& before_over, const nb::object& before_under) {
    const Large x = rational(x_over, x_under, "x"), y = rational(y_over, y_under, "y");
    const Large before = rational(before_over, before_under, "before", false);
    return freely([&] { return self.moved(x, y, before); });
}

nb::tuple at(const Exact& self, const nb::object& over, const nb::object& under) {
    const Large t = rational(over, under, "t");
    if (t.sign() < 0) refuse("t is below 0");
    const auto found = freely([&] { return self.at(t); });
    return nb::make_tuple(python(found.left.over()), python(found.left.under()), python(found.value.over()),
                          python(found.value.under()), python(found.right.over()), python(found.right.under()));
}

nb::list stretch(const Exact& self, const nb::object& over, const nb::object& under) {
    const Large end = rational(over, under, "end");
    if (end.sign() <= 0) refuse("end is not above 0");
    return python(freely([&] { return self.stretch(end); }));
}

curve::Trace trace(const In<std::int64_t>& at, const In<std::int64_t>& size) {
    const curve::Trace made{view(at), view(size)};
    same_length("size", made.size.size(), "time", made.at.size());
    constexpr std::int64_t most = std::int64_t{1} << 62;
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < made.at.size(); ++i) {
        if (made.at[i] < 0 || made.at[i] >= most || (i > 0 && made.at[i] < made.at[i - 1]))
            refuse(entry("at", i, std::to_string(made.at[i])) + ": times are from 0 to 2^62, and never fall");
        if (made.size[i] < 0 || made.size[i] >= most - sum)
            refuse(entry("size", i, std::to_string(made.size[i])) + ": sizes are from 0 on, and add up to less than 2^62");
        sum += made.size[i];
    }
    return made;
}

nb::tuple hull(const In<std::int64_t>& at, const In<std::int64_t>& size) {
    const curve::Trace of = trace(at, size);
    const auto found = freely([&] { return of.at.empty() ? std::vector<curve::Burst>() : curve::hull(of); });
    std::vector<std::int64_t> length, bytes;
    for (const auto& each : found) {
        length.push_back(each.length);
        bytes.push_back(each.bytes);
    }
    return nb::make_tuple(give(std::move(length)), give(std::move(bytes)));
}

Out<std::int64_t> most_within(const In<std::int64_t>& at, const In<std::int64_t>& size,
                              const In<std::int64_t>& window) {
    const curve::Trace of = trace(at, size);
    std::vector<std::int64_t> made(window.shape(0));
    freely([&] { curve::most_within(of, view(window), made); });
    return give(std::move(made));
}

}  // namespace

void curve(nb::module_& m) {
    m.def("hull", &hull, "at"_a.noconvert(), "size"_a.noconvert(), kHull);
    m.def("most_within", &most_within, "at"_a.noconvert(), "size"_a.noconvert(), "window"_a.noconvert(), kMostWithin);
    nb::class_<Exact>(m, "Exact", kExact)
        .def("__init__", &made_of, "numbers"_a)
        .def("__eq__", [](const Exact& self, const Exact& other) { return self == other; }, nb::is_operator())
        .def("numbers", &numbers)
        .def("stretch", &stretch, "over"_a, "under"_a)
        .def("at", &at, "over"_a, "under"_a)
        .def("lower", &of_two<&Exact::lower>, "other"_a)
        .def("upper", &of_two<&Exact::upper>, "other"_a)
        .def("sum", &of_two<&Exact::sum>, "other"_a)
        .def("opposite", [](const Exact& self) { return freely([&] { return self.opposite(); }); })
        .def("scaled", &scaled, "x_over"_a, "x_under"_a, "y_over"_a, "y_under"_a)
        .def("moved", &moved, "x_over"_a, "x_under"_a, "y_over"_a, "y_under"_a, "before_over"_a, "before_under"_a)
        .def("convolution", &of_two<&Exact::convolution>, "other"_a)
        .def("deconvolution", &of_two<&Exact::deconvolution>, "other"_a)
        .def("closure", [](const Exact& self) { return freely([&] { return self.closure(); }); })
        .def("inverse",
             [](const Exact& self, bool upper) { return freely([&] { return self.inverse(upper); }); }, "upper"_a)
        .def("composition", &of_two<&Exact::composition>, "inner"_a)
        .def("horizontal",
             [](const Exact& self, const Exact& service) {
                 return python(freely([&] { return self.horizontal(service); }));
             },
             "service"_a)
        .def("difference",
             [](const Exact& self, const Exact& other) {
                 return python(freely([&] { return self.difference(other); }));
             },
             "other"_a)
        .def("at_most",
             [](const Exact& self, const Exact& other) { return freely([&] { return self.at_most(other); }); }, "other"_a)
        .def("rises", [](const Exact& self) { return freely([&] { return self.rises(); }); });
}

}  // namespace easterly::bind
