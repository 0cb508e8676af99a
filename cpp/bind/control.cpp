#include "bind/arrays.hpp"
#include "bind/control_docs.hpp"
#include "bind/rooms.hpp"
#include "control/fluids.hpp"
#include "control/lambert.hpp"
#include "control/loop.hpp"

namespace easterly::bind {

namespace {

using nb::literals::operator""_a;
using control::Complex;
using Floats = In<double>;
using Table = In2<double>;

constexpr std::int64_t kMostNumbers = 200'000'000;  // of a run that is remembered
constexpr std::int64_t kMostBranch = 1'000'000'000;

std::span<const double> view(const Table& table) { return {table.data(), table.shape(0) * table.shape(1)}; }
using bind::view;

void finite(const char* name, std::span<const double> values) {
    for (std::size_t i = 0; i < values.size(); ++i)
        if (!std::isfinite(values[i])) refuse(entry(name, i, std::to_string(values[i])) + ", which is no number");
}

void positive(const char* name, double value, bool zero = false) {
    if (!(zero ? value >= 0.0 : value > 0.0) || !std::isfinite(value))
        refuse(std::string(name) + " is " + std::to_string(value) + ", not " + (zero ? "a number from 0 on" : "above 0"));
}

template <class Work>
auto pairs(std::size_t rows, Work work) {
    std::vector<double> re(rows), im(rows);
    {
        nb::gil_scoped_release released;
        for (std::size_t i = 0; i < rows; ++i) {
            const Complex made = work(i);
            re[i] = made.re;
            im[i] = made.im;
        }
    }
    return nb::make_tuple(give(std::move(re)), give(std::move(im)));
}

auto turn(Floats x) {
    const auto a = view(x);
    return pairs(a.size(), [=](std::size_t i) {
        const maths::Turn t = maths::turn(a[i]);
        return Complex{t.sine, t.cosine};
    });
}

auto angle(Floats y, Floats x) {
    const auto b = view(y), a = view(x);
    same_length("x", a.size(), "entry of y", b.size());
    std::vector<double> made(b.size());
    for (std::size_t i = 0; i < made.size(); ++i) made[i] = maths::angle(b[i], a[i]);
    return give(std::move(made));
}

auto lambert(Floats re, Floats im, In<std::int64_t> branch) {
    const auto a = view(re), b = view(im);
    const auto k = view(branch);
    same_length("im", b.size(), "entry of re", a.size());
    same_length("branch", k.size(), "entry of re", a.size());
    for (std::size_t i = 0; i < k.size(); ++i)
        if (k[i] < -kMostBranch || k[i] > kMostBranch) refuse(entry("branch", i, std::to_string(k[i])) + ", beyond 1e9");
    return pairs(a.size(), [=](std::size_t i) { return control::lambert({a[i], b[i]}, k[i]); });
}

void square(const char* name, const Table& table, std::size_t n) {
    if (table.shape(0) != n || table.shape(1) != n || n == 0 || n > 64)
        refuse(std::string(name) + " must be a square table of as many rows as there are states, at most 64");
    finite(name, view(table));
}

auto response(Table now, Table past, Floats into, Floats out, double delay, Floats re, Floats im) {
    const std::size_t n = view(into).size();
    square("now", now, n);
    square("past", past, n);
    same_length("out", view(out).size(), "state", n);
    same_length("im", view(im).size(), "entry of re", view(re).size());
    positive("delay", delay, true);
    const control::Linear system{view(now), view(past), view(into), view(out), delay};
    const auto a = view(re), b = view(im);
    return pairs(a.size(), [=](std::size_t i) { return control::response(system, {a[i], b[i]}); });
}

auto determinant(Table now, Table past, double delay, Floats re, Floats im) {
    const std::size_t n = now.shape(0);
    square("now", now, n);
    square("past", past, n);
    same_length("im", view(im).size(), "entry of re", view(re).size());
    positive("delay", delay, true);
    const control::Linear system{view(now), view(past), {view(now).data(), n}, {view(now).data(), n}, delay};
    const auto a = view(re), b = view(im);
    return pairs(a.size(), [=](std::size_t i) { return control::determinant(system, {a[i], b[i]}); });
}

// Checks what all runs share, and runs.
template <class Model>
auto run(const Model& model, Floats first, std::size_t states, double step, std::int64_t steps, std::int64_t every) {
    const auto x = view(first);
    same_length("first", x.size(), "state", states);
    finite("first", x);
    positive("step", step);
    if (steps < 0 || every < 1 || steps > kMostNumbers / static_cast<std::int64_t>(states))
        refuse(std::to_string(steps) + " steps of " + std::to_string(states) + " states are more than is remembered, or none");
    std::vector<double> rows;
    {
        nb::gil_scoped_release released;
        rows = control::integrate(model, x, step, static_cast<std::size_t>(steps), static_cast<std::size_t>(every));
    }
    const std::size_t count = rows.size() / states;
    return give(std::move(rows), count, states);
}

// A delay may be none, but no shorter than a step.
void lasting(const char* name, std::span<const double> delays, double step) {
    for (std::size_t i = 0; i < delays.size(); ++i)
        if (!std::isfinite(delays[i]) || delays[i] < 0.0 || (delays[i] > 0.0 && delays[i] < step))
            refuse(entry(name, i, std::to_string(delays[i])) + ", shorter than a step");
}

auto reno(double flows, double rate, double path, double gain, double start, double smooth, double integral,
          double target, Floats first, double step, std::int64_t steps, std::int64_t every) {
    for (const auto& [name, value] : {std::pair{"flows", flows}, {"rate", rate}, {"path", path}}) positive(name, value);
    for (const auto& [name, value] : {std::pair{"gain", gain}, {"start", start}, {"smooth", smooth},
                                      {"integral", integral}, {"target", target}})
        positive(name, value, true);
    lasting("path", {&path, 1}, step);
    return run(control::Reno{flows, rate, path, gain, start, smooth, integral, target}, first, 4, step, steps, every);
}

auto dctcp(double flows, double rate, double path, double gain, double threshold, Floats first, double step,
           std::int64_t steps, std::int64_t every) {
    for (const auto& [name, value] : {std::pair{"flows", flows}, {"rate", rate}, {"path", path}, {"gain", gain},
                                      {"threshold", threshold}})
        positive(name, value);
    lasting("path", {&path, 1}, step);
    return run(control::Dctcp{flows, rate, path, gain, threshold}, first, 3, step, steps, every);
}

auto dcqcn(Floats numbers, Floats flows, Floats first, double step, std::int64_t steps, std::int64_t every) {
    const auto v = view(numbers);
    same_length("numbers", v.size(), "setting", 12);
    for (const std::size_t i : {0, 3, 4, 5, 6, 7, 8, 9, 11}) positive("an entry of numbers", v[i]);
    for (const std::size_t i : {1, 2, 10}) positive("an entry of numbers", v[i], true);
    at_least("flows", view(flows), 0.0, true);
    lasting("delay", v.subspan(1, 1), step);
    const control::Dcqcn model{v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9], v[10], v[11], view(flows)};
    return run(model, first, 3 * view(flows).size() + 1, step, steps, every);
}

control::Network network(const Table& routes, Floats capacity, Floats weight, Floats delay, double alpha, double step) {
    if (routes.shape(0) != view(capacity).size() || routes.shape(1) != view(weight).size())
        refuse("routes must have a row for each capacity and a column for each weight");
    if (view(capacity).empty() || view(weight).empty()) refuse("routes are empty");
    same_length("delay", view(delay).size(), "weight", view(weight).size());
    at_least("routes", view(routes), 0.0, false);
    at_least("capacity", view(capacity), 0.0, true);
    at_least("weight", view(weight), 0.0, true);
    positive("alpha", alpha);
    lasting("delay", view(delay), step);
    return {view(routes), view(capacity), view(weight), view(delay), alpha};
}

auto primal(Table routes, Floats capacity, Floats weight, Floats delay, Floats gain, double alpha, double steep,
            Floats first, double step, std::int64_t steps, std::int64_t every) {
    const control::Network net = network(routes, capacity, weight, delay, alpha, step);
    same_length("gain", view(gain).size(), "weight", net.flows());
    at_least("gain", view(gain), 0.0, true);
    positive("steep", steep);
    return run(control::Primal{net, view(gain), steep}, first, net.flows(), step, steps, every);
}

auto dual(Table routes, Floats capacity, Floats weight, Floats delay, double alpha, double gain, double most,
          Floats first, double step, std::int64_t steps, std::int64_t every) {
    const control::Network net = network(routes, capacity, weight, delay, alpha, step);
    positive("gain", gain);
    positive("most", most);
    return run(control::Dual{net, gain, most}, first, net.links(), step, steps, every);
}

}  // namespace

void controls(nb::module_& m) {
    m.def("turn", &turn, "x"_a.noconvert(), kTurn);
    m.def("angle", &angle, "y"_a.noconvert(), "x"_a.noconvert(), kAngle);
    m.def("lambert", &lambert, "re"_a.noconvert(), "im"_a.noconvert(), "branch"_a.noconvert(), kLambert);
    m.def("response", &response, "now"_a.noconvert(), "past"_a.noconvert(), "into"_a.noconvert(), "out"_a.noconvert(),
          "delay"_a, "re"_a.noconvert(), "im"_a.noconvert(), kResponse);
    m.def("determinant", &determinant, "now"_a.noconvert(), "past"_a.noconvert(), "delay"_a, "re"_a.noconvert(),
          "im"_a.noconvert(), kDeterminant);
    m.def("reno", &reno, "flows"_a, "rate"_a, "path"_a, "gain"_a, "start"_a, "smooth"_a, "integral"_a, "target"_a,
          "first"_a.noconvert(), "step"_a, "steps"_a, "every"_a, kReno);
    m.def("dctcp", &dctcp, "flows"_a, "rate"_a, "path"_a, "gain"_a, "threshold"_a, "first"_a.noconvert(), "step"_a,
          "steps"_a, "every"_a, kDctcp);
    m.def("dcqcn", &dcqcn, "numbers"_a.noconvert(), "flows"_a.noconvert(), "first"_a.noconvert(), "step"_a, "steps"_a,
          "every"_a, kDcqcn);
    m.def("primal", &primal, "routes"_a.noconvert(), "capacity"_a.noconvert(), "weight"_a.noconvert(),
          "delay"_a.noconvert(), "gain"_a.noconvert(), "alpha"_a, "steep"_a, "first"_a.noconvert(), "step"_a,
          "steps"_a, "every"_a, kPrimal);
    m.def("dual", &dual, "routes"_a.noconvert(), "capacity"_a.noconvert(), "weight"_a.noconvert(),
          "delay"_a.noconvert(), "alpha"_a, "gain"_a, "most"_a, "first"_a.noconvert(), "step"_a, "steps"_a, "every"_a,
          kDual);
}

}  // namespace easterly::bind
