// A set of 64-bit keys by open addressing: only asked whether a key is in it, never walked.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "random/mix.hpp"

namespace easterly::robust {

class KeySet {
public:
    explicit KeySet(std::size_t most) : cells_(std::bit_ceil(2 * most + 2), kEmpty), mask_(cells_.size() - 1) {}

    // Whether the key is new; it is in the set afterwards.
    bool insert(std::uint64_t key) {
        std::size_t at = random::mix(0, key) & mask_;
        while (cells_[at] != kEmpty) {
            if (cells_[at] == key) return false;
            at = (at + 1) & mask_;
        }
        cells_[at] = key;
        return true;
    }

    bool has(std::uint64_t key) const {
        std::size_t at = random::mix(0, key) & mask_;
        while (cells_[at] != kEmpty) {
            if (cells_[at] == key) return true;
            at = (at + 1) & mask_;
        }
        return false;
    }

private:
    static constexpr std::uint64_t kEmpty = ~std::uint64_t{0};
    std::vector<std::uint64_t> cells_;
    std::size_t mask_;
};

}  // namespace easterly::robust
