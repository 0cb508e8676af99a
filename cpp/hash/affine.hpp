// Hash functions that are affine over GF(2): CRCs, Toeplitz, XOR folding.
#pragma once

#include <cstdint>
#include <span>

#include "hash/rows.hpp"

namespace easterly::hash {

// hash[i] = constant ^ table[0][byte 0] ^ table[1][byte 1] ^ ...: for messages of one length, every such function
// is a sum of what its bytes contribute at their places. `table` holds 256 words per byte of a row.
void affine(const Rows& rows, std::span<const std::uint32_t> table, std::uint32_t constant,
            std::span<std::uint32_t> hash);

}  // namespace easterly::hash
