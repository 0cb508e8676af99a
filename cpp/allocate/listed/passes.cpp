#include <algorithm>
#include <limits>

#include "allocate/listed/listed.hpp"

namespace easterly::allocate {

std::vector<double> path_loads(const Listed& listed, std::span<const double> rate, std::size_t links) {
    std::vector<double> load(links, 0.0);
    for (std::size_t p = 0; p < listed.paths(); ++p)
        for (const std::int32_t l : listed.path(p)) load[l] += rate[p];
    return load;
}

std::vector<double> path_least(const Listed& listed, std::span<const double> value) {
    std::vector<double> least(listed.paths(), std::numeric_limits<double>::infinity());
    for (std::size_t p = 0; p < listed.paths(); ++p)
        for (const std::int32_t l : listed.path(p)) least[p] = std::min(least[p], value[l]);
    return least;
}

Picked path_pick(const Listed& listed, std::span<const std::int64_t> path, std::span<const std::int32_t> name) {
    Picked out;
    out.ptr.reserve(path.size() + 1);
    out.ptr.push_back(0);
    for (const std::int64_t p : path) out.ptr.push_back(out.ptr.back() + listed.ptr[p + 1] - listed.ptr[p]);
    out.link.resize(static_cast<std::size_t>(out.ptr.back()));
    auto next = out.link.begin();
    for (const std::int64_t p : path)
        for (const std::int32_t l : listed.path(static_cast<std::size_t>(p))) *next++ = name[l];
    return out;
}

}  // namespace easterly::allocate
