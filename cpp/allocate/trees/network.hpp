// What the functions of this folder read: a directed graph, and the pairs of nodes that want rates on it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace easterly::allocate::trees {

constexpr double kNever = std::numeric_limits<double>::infinity();

// A link seen from one of its ends.
struct Hop {
    std::int32_t link;
    std::int32_t node;  // the other end
};

// Directed links by both of their ends, in the order of their numbers.
struct Network {
    Network(std::span<const std::int32_t> src, std::span<const std::int32_t> dst, std::span<const bool> transit);

    std::size_t nodes() const { return transit.size(); }
    std::size_t links() const { return src.size(); }
    std::span<const Hop> into(std::int32_t v) const { return row(in_ptr, in, v); }
    std::span<const Hop> out_of(std::int32_t v) const { return row(out_ptr, out, v); }

    std::span<const std::int32_t> src;
    std::span<const std::int32_t> dst;
    std::span<const bool> transit;  // per node: may be passed through

private:
    static std::span<const Hop> row(const std::vector<std::int32_t>& ptr, const std::vector<Hop>& hops,
                                    std::int32_t v) {
        return {hops.data() + ptr[v], hops.data() + ptr[v + 1]};
    }

    std::vector<std::int32_t> in_ptr, out_ptr;
    std::vector<Hop> in, out;
};

// Pairs by the node that they end in: those to root[t] are rows ptr[t] .. ptr[t + 1].
struct Pairs {
    std::span<const std::int32_t> root;
    std::span<const std::int64_t> ptr;
    std::span<const std::int32_t> src;

    std::size_t roots() const { return root.size(); }
};

}  // namespace easterly::allocate::trees
