// First match of a packet among many rules, by a few decision trees; the packet simulator uses `first` in its hot path.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "classify/boxes.hpp"

namespace easterly::classify {

inline constexpr std::int32_t kNone = -1;
inline constexpr std::uint32_t kLeaf = 0xffffffffU;

// A split sends keys above `threshold` to the second of two neighbouring children. In a leaf, `threshold` is how
// many references there are, from `child` on.
struct Node {
    std::uint64_t threshold;
    std::uint32_t child;
    std::uint32_t dim;
};

// `best` is the smallest rule in the tree: where something smaller is known, the tree need not be entered.
struct Root {
    std::uint32_t node;
    std::int32_t best;
};

// Interval of one dimension of one rule: x lies in it where x - low <= span, in unsigned arithmetic.
struct Side {
    std::uint64_t low, span;
};

struct Growth {
    std::int64_t leaf = 8;    // rules that are not split any more
    std::int64_t copies = 4;  // references per rule at most, over all trees
};

struct Forest {
    std::vector<Node> nodes;
    std::vector<std::int32_t> refs;  // rules of the leaves, each leaf in order
    std::vector<Root> roots;         // by their best rule
    std::vector<Side> sides;         // rules x used dimensions
    std::vector<std::uint32_t> used;  // dimensions in which some rule is not full, most selective first
    std::vector<std::uint64_t> top;
    std::int64_t rules = 0, depth = 0, widest = 0;
    Growth growth;

    using Key = std::array<std::uint64_t, kMostDims>;

    // First rule that matches a packet, -1 for none; `packet` has all dimensions.
    std::int32_t first(const std::uint64_t* packet) const {
        Key key;
        for (std::size_t u = 0; u < used.size(); ++u) key[u] = packet[used[u]];
        std::int32_t best = kNone;
        for (const Root& root : roots) {
            if (best >= 0 && best < root.best) break;
            std::uint32_t at = root.node;
            while (nodes[at].dim != kLeaf) at = next(nodes[at], key);
            best = scan(nodes[at], key, best);
        }
        return best;
    }

    // The same of many packets at once: column c of dimension d is columns[d][c].
    void first(std::span<const std::uint64_t* const> columns, std::span<std::int32_t> rule) const;

    std::int64_t memory_B() const;
    // What memory_B cannot exceed, whatever the rules are.
    std::int64_t bound_B() const;

   private:
    static constexpr std::size_t kTogether = 16;  // packets in flight, so that their cache misses overlap

    static std::uint32_t next(const Node& node, const Key& key) {
        return node.child + static_cast<std::uint32_t>(key[node.dim] > node.threshold);
    }
    bool matches(std::int32_t rule, const Key& key) const {
        const Side* side = sides.data() + static_cast<std::size_t>(rule) * used.size();
        for (std::size_t u = 0; u < used.size(); ++u)
            if (key[u] - side[u].low > side[u].span) return false;
        return true;
    }
    std::int32_t scan(const Node& leaf, const Key& key, std::int32_t best) const {
        for (std::uint64_t i = 0; i < leaf.threshold; ++i) {
            const std::int32_t rule = refs[leaf.child + i];
            if (best >= 0 && rule >= best) break;
            if (matches(rule, key)) return rule;
        }
        return best;
    }
    void block(std::span<const Key> keys, std::int32_t* rule) const;
};

Forest grow(const Boxes& boxes, const Growth& growth);

}  // namespace easterly::classify
