// Arrays across the border to Python: checked once here, spans from here on.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace easterly::bind {

namespace nb = nanobind;

template <class T>
using In = nb::ndarray<const T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
template <class T>
using In2 = nb::ndarray<const T, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
template <class T>
using Out = nb::ndarray<nb::numpy, T, nb::ndim<1>, nb::c_contig>;
template <class T>
using Out2 = nb::ndarray<nb::numpy, T, nb::ndim<2>, nb::c_contig>;

template <class T>
std::span<const T> view(const In<T>& array) {
    return {array.data(), array.shape(0)};
}

// Hands a vector to numpy without copying it.
template <class T>
Out<T> give(std::vector<T>&& values) {
    auto* owner = new std::vector<T>(std::move(values));
    nb::capsule keep(owner, [](void* p) noexcept { delete static_cast<std::vector<T>*>(p); });
    return Out<T>(owner->data(), {owner->size()}, keep);
}

template <class T>
Out2<T> give(std::vector<T>&& values, std::size_t rows, std::size_t columns) {
    auto* owner = new std::vector<T>(std::move(values));
    nb::capsule keep(owner, [](void* p) noexcept { delete static_cast<std::vector<T>*>(p); });
    return Out2<T>(owner->data(), {rows, columns}, keep);
}

[[noreturn]] inline void refuse(const std::string& text) { throw nb::value_error(text.c_str()); }

inline std::string entry(const char* name, std::size_t i, const std::string& value) {
    return std::string(name) + "[" + std::to_string(i) + "] is " + value;
}

inline void same_length(const char* name, std::size_t got, const char* what, std::size_t wanted) {
    if (got != wanted)
        refuse(std::string(name) + " has " + std::to_string(got) + " entries, not one per " + what + " (" +
               std::to_string(wanted) + ")");
}

// Every entry in 0 .. limit - 1.
template <class T>
void in_range(const char* name, std::span<const T> values, std::int64_t limit) {
    const T top = static_cast<T>(std::clamp<std::int64_t>(limit, 0, std::numeric_limits<T>::max()));
    bool fine = true;  // first all at once, without a branch for each
    for (const T value : values) fine &= (value >= 0) & (value < top);
    if (fine) return;
    for (std::size_t i = 0; i < values.size(); ++i)
        if (values[i] < 0 || static_cast<std::int64_t>(values[i]) >= limit)
            refuse(entry(name, i, std::to_string(values[i])) + ", not within 0.." + std::to_string(limit - 1));
}

// Every entry finite and at least `least`, or above it where `strictly`.
inline void at_least(const char* name, std::span<const double> values, double least, bool strictly,
                     bool infinite = false) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double x = values[i];
        const bool fine = (strictly ? x > least : x >= least) && (infinite || std::isfinite(x));
        if (!fine)
            refuse(entry(name, i, std::to_string(x)) + ", not a number " + (strictly ? "above " : "of at least ") +
                   std::to_string(static_cast<int>(least)));
    }
}

// A CSR pointer: starts at 0, never falls, ends at `entries`.
inline void csr(const char* name, std::span<const std::int64_t> ptr, std::size_t entries) {
    const auto end = static_cast<std::int64_t>(entries);
    if (ptr.empty() || ptr.front() != 0 || ptr.back() != end)
        refuse(std::string(name) + " must run from 0 to the number of entries (" + std::to_string(entries) + ")");
    for (std::size_t i = 1; i < ptr.size(); ++i)
        if (ptr[i] < ptr[i - 1])
            refuse(entry(name, i, std::to_string(ptr[i])) + ", less than the entry before it");
}

}  // namespace easterly::bind
