#include "classify/forest.hpp"

namespace easterly::classify {

void Forest::first(std::span<const std::uint64_t* const> columns, std::span<std::int32_t> rule) const {
    std::array<Key, kTogether> keys;
    for (std::size_t begin = 0; begin < rule.size(); begin += kTogether) {
        const std::size_t count = std::min(kTogether, rule.size() - begin);
        for (std::size_t u = 0; u < used.size(); ++u) {
            const std::uint64_t* column = columns[used[u]] + begin;
            for (std::size_t p = 0; p < count; ++p) keys[p][u] = column[p];
        }
        block({keys.data(), count}, rule.data() + begin);
    }
}

void Forest::block(std::span<const Key> keys, std::int32_t* rule) const {
    std::array<std::uint32_t, kTogether> at;
    std::fill_n(rule, keys.size(), kNone);
    for (const Root& root : roots) {
        at.fill(root.node);
        for (bool moved = true; moved;) {
            moved = false;
            for (std::size_t p = 0; p < keys.size(); ++p) {
                const Node& node = nodes[at[p]];
                if (node.dim == kLeaf) continue;
                at[p] = next(node, keys[p]);
                __builtin_prefetch(&nodes[at[p]]);
                moved = true;
            }
        }
        for (std::size_t p = 0; p < keys.size(); ++p) rule[p] = scan(nodes[at[p]], keys[p], rule[p]);
    }
}

std::int64_t Forest::memory_B() const {
    return static_cast<std::int64_t>(nodes.size() * sizeof(Node) + refs.size() * sizeof(std::int32_t) +
                                     roots.size() * sizeof(Root) + sides.size() * sizeof(Side));
}

// A split has two children with fewer rules than itself, so no leaf of a tree with rules is empty: at most one leaf
// per reference, and less than two nodes per leaf.
std::int64_t Forest::bound_B() const {
    const auto refs_most = rules * std::max<std::int64_t>(growth.copies, 1);
    const auto per_ref = static_cast<std::int64_t>(2 * sizeof(Node) + sizeof(std::int32_t));
    return refs_most * per_ref + static_cast<std::int64_t>(sides.size() * sizeof(Side) + 4 * sizeof(Root));
}

}  // namespace easterly::classify
