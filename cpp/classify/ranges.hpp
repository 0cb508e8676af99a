// Ranges of integers as entries of a ternary memory.
#pragma once

#include <cstdint>
#include <vector>

namespace easterly::classify {

// All values that agree with `value` in all bits but the lowest `free`.
struct Prefix {
    std::uint64_t value;
    std::int32_t free;
};

// The fewest prefixes that hold exactly low .. high, of `width` bits (1 to 64): at most 2 width - 2, or 1.
void prefixes(std::uint64_t low, std::uint64_t high, int width, std::vector<Prefix>& made);
std::int64_t count_prefixes(std::uint64_t low, std::uint64_t high, int width);

// Entries where each `chunk` bits are stored as a fence of 2^chunk - 1 bits, in which a range of them is one entry
// (DIRPE: Lakshminarayanan, Rangarajan & Venkatachary 2005, SIGCOMM). The first chunk has what is left over.
std::int64_t count_fences(std::uint64_t low, std::uint64_t high, int width, int chunk);

}  // namespace easterly::classify
