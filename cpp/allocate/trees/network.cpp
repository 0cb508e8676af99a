#include "allocate/trees/network.hpp"

namespace easterly::allocate::trees {

namespace {

void by_end(std::span<const std::int32_t> at, std::span<const std::int32_t> other, std::size_t nodes,
            std::vector<std::int32_t>& ptr, std::vector<Hop>& hops) {
    ptr.assign(nodes + 1, 0);
    hops.resize(at.size());
    for (const std::int32_t v : at) ++ptr[v + 1];
    for (std::size_t v = 0; v < nodes; ++v) ptr[v + 1] += ptr[v];
    std::vector<std::int32_t> place(ptr.begin(), ptr.end() - 1);
    for (std::size_t e = 0; e < at.size(); ++e) hops[place[at[e]]++] = {static_cast<std::int32_t>(e), other[e]};
}

}  // namespace

Network::Network(std::span<const std::int32_t> src, std::span<const std::int32_t> dst, std::span<const bool> transit)
    : src(src), dst(dst), transit(transit) {
    by_end(dst, src, transit.size(), in_ptr, in);
    by_end(src, dst, transit.size(), out_ptr, out);
}

}  // namespace easterly::allocate::trees
