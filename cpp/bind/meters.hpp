// What the bindings of meters share: checks of parameters and columns, wide integers, running one struct over columns.
#pragma once

#include <nanobind/stl/vector.h>

#include <limits>

#include "bind/arrays.hpp"
#include "meter/bucket.hpp"

// A namespace of its own: bindings of other rooms have checks of the same names.
namespace easterly::bind::meters {

using meter::Wide;
using Ticks = In<std::int64_t>;

constexpr std::int64_t kMostTicks = std::int64_t{1} << 60;
constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();

inline std::int64_t within(const char* name, std::int64_t value, std::int64_t least = 0, std::int64_t most = kLargest) {
    if (value < least || value > most)
        refuse(std::string(name) + " is " + std::to_string(value) + ", not within " + std::to_string(least) + ".." +
               std::to_string(most));
    return value;
}

inline nb::object to_int(Wide value) {
    const nb::object high = nb::int_(static_cast<std::int64_t>(value >> 64));
    return (high << nb::int_(64)) | nb::int_(static_cast<std::uint64_t>(value));
}

// An integer of a state, from 0 to `most`.
inline Wide from_int(const char* name, const nb::handle& given, Wide most) {
    if (!nb::isinstance<nb::int_>(given)) refuse(std::string(name) + " is not a whole number");
    const nb::object value = nb::borrow(given), bound = to_int(most);
    if (value < nb::int_(0) || value > bound)
        refuse(std::string(name) + " is " + nb::str(value).c_str() + ", not within 0.." + nb::str(bound).c_str());
    const nb::object low = value & nb::int_(~std::uint64_t{0}), high = value >> nb::int_(64);
    return (Wide{nb::cast<std::int64_t>(high)} << 64) | nb::cast<std::uint64_t>(low);
}

// The entry of a state, which has these keys and no other.
inline nb::object entry_of(const nb::dict& state, const char* name) {
    if (!state.contains(name)) refuse(std::string("state has no entry ") + name);
    return nb::borrow(state[name]);
}

inline void check_step(std::int64_t last, std::int64_t time, std::int64_t size) {
    if (time < last)
        refuse("time is " + std::to_string(time) + ", before " + std::to_string(last) +
               ", where the clock stands: hand packets over in the order of their times");
    within("size", size);
}

inline void check_columns(std::int64_t last, std::span<const std::int64_t> time, std::span<const std::int64_t> size) {
    same_length("size", size.size(), "time", time.size());
    for (std::size_t i = 0; i < time.size(); ++i) {
        if (time[i] < last)
            refuse(entry("time", i, std::to_string(time[i])) + ", before " + std::to_string(last) +
                   ", where the clock stands: sort packets by time");
        last = time[i];
        if (size[i] < 0) refuse(entry("size", i, std::to_string(size[i])) + ", not within 0.." + std::to_string(kLargest));
    }
}

// Runs a copy of the meter over columns without the interpreter's lock, and keeps it: whoever steps the same meter
// meanwhile disturbs nothing, and a copy of its own stays in registers.
template <class Out, class Meter, class Each>
auto run(Meter& meter, const Ticks& time, const Ticks& size, Each each) {
    std::vector<Out> made(view(time).size());
    Meter own = meter;
    {
        nb::gil_scoped_release released;
        const auto at = view(time), bytes = view(size);
        Out* out = made.data();
        for (std::size_t i = 0; i < at.size(); ++i) out[i] = static_cast<Out>(each(own, i, at[i], bytes[i]));
    }
    meter = std::move(own);
    return give(std::move(made));
}

}  // namespace easterly::bind::meters
