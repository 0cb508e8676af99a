// Hash functions with a key: SipHash-2-4, and the lookup3 function of Bob Jenkins as Linux has it (jhash).
#pragma once

#include <cstdint>
#include <span>

#include "hash/rows.hpp"

namespace easterly::hash {

// SipHash-2-4 (Aumasson & Bernstein 2012, INDOCRYPT) of each row.
void siphash(const Rows& rows, std::uint64_t key0, std::uint64_t key1, std::span<std::uint64_t> hash);

// lookup3 (Jenkins 2006), `hashlittle` of each row: Linux's jhash() with the same initial value.
void jhash(const Rows& rows, std::uint32_t initial, std::span<std::uint32_t> hash);

}  // namespace easterly::hash
