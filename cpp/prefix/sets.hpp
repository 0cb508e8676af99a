// Sets of addresses: unions, differences and intersections of prefixes, written as the fewest prefixes.
#pragma once

#include <algorithm>

#include "prefix/words.hpp"

namespace easterly::prefix {

// Which addresses are kept: those of the first list alone, of the second alone, of both. Any sum of these.
constexpr int kFirst = 1, kSecond = 2, kBoth = 4;

template <class Word>
struct Range {
    Word first, last;
};

// The fewest prefixes that hold exactly the addresses of a range, in order.
template <class Word, class Take>
void split(Range<Word> range, Take take) {
    while (true) {
        const Word rest = range.last - range.first;  // one less than what is left, which may be 2^bits
        const int fits = rest == kTop<Word> ? kBits<Word> : width<Word>(static_cast<Word>(rest + 1)) - 1;
        const int free = std::min(zeros_right(range.first), fits);
        take(range.first, kBits<Word> - free);
        if (free == kBits<Word>) return;
        const Word size = static_cast<Word>(Word{1} << free);
        if (rest == static_cast<Word>(size - 1)) return;
        range.first += size;
    }
}

// `family_bits` is 32 or 128; the prefixes have no host bits.
Made combine(int family_bits, const Columns& first, const Columns& second, int keep);

// Addresses from low to high as prefixes, for many ranges; ptr[i] .. ptr[i + 1] are those of range i.
struct Split {
    std::vector<std::int64_t> ptr;
    Made made;
};

Split ranges(int family_bits, std::span<const Wide> low, std::span<const Wide> high);

}  // namespace easterly::prefix
