// Which prefixes hold which: prefixes are nested or apart, so one walk in order with a stack tells.
#pragma once

#include "prefix/words.hpp"

namespace easterly::prefix {

constexpr std::int64_t kNone = -1;

// The longest prefix of `table` that holds all of each of `asked`, itself counted in; the first row of equals.
std::vector<std::int64_t> covering(int family_bits, const Columns& table, const Columns& asked);

// The same within one list: the nearest other row that holds a row; of equal rows the earlier holds the later.
std::vector<std::int64_t> parents(int family_bits, const Columns& list);

}  // namespace easterly::prefix
