// Addresses as unsigned words of 32, 64 or 128 bits, and the columns that prefixes come in.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace easterly::prefix {

using Wide = unsigned __int128;

template <class Word>
inline constexpr int kBits = static_cast<int>(sizeof(Word)) * 8;
template <class Word>
inline constexpr Word kTop = static_cast<Word>(~Word{0});

inline Wide wide(std::uint64_t hi, std::uint64_t lo) { return Wide{hi} << 64 | lo; }
inline std::uint64_t high(Wide word) { return static_cast<std::uint64_t>(word >> 64); }
inline std::uint64_t low(Wide word) { return static_cast<std::uint64_t>(word); }

// The bits beyond the first `length`.
template <class Word>
Word host_bits(int length) {
    return length >= kBits<Word> ? Word{0} : static_cast<Word>(kTop<Word> >> length);
}

// Zeros at the end; all of them where the word is 0.
template <class Word>
int zeros_right(Word word) {
    if constexpr (kBits<Word> <= 64)
        return std::countr_zero(word);
    else
        return low(word) != 0 ? std::countr_zero(low(word)) : 64 + std::countr_zero(high(word));
}

// Position of the highest bit that is set, from 1; 0 where none is.
template <class Word>
int width(Word word) {
    if constexpr (kBits<Word> <= 64)
        return kBits<Word> - std::countl_zero(word);
    else
        return high(word) != 0 ? 128 - std::countl_zero(high(word)) : 64 - std::countl_zero(low(word));
}

// Prefixes of one family. Those of IPv4 have their 32 bits in `lo`, and zeros in `hi`.
struct Columns {
    std::span<const std::uint64_t> hi, lo;
    std::span<const std::uint8_t> length;

    std::size_t size() const { return length.size(); }
};

// How a word of an algorithm is read from, and goes into, the columns: 64 bits are the upper half of IPv6.
template <class Word>
Word word_at(const Columns& columns, std::size_t row) {
    if constexpr (kBits<Word> == 32) return static_cast<Word>(columns.lo[row]);
    if constexpr (kBits<Word> == 64) return columns.hi[row];
    if constexpr (kBits<Word> == 128) return wide(columns.hi[row], columns.lo[row]);
}

struct Made {
    std::vector<std::uint64_t> hi, lo;
    std::vector<std::uint8_t> length;

    template <class Word>
    void add(Word first, int bits) {
        if constexpr (kBits<Word> == 32) hi.push_back(0), lo.push_back(first);
        if constexpr (kBits<Word> == 64) hi.push_back(first), lo.push_back(0);
        if constexpr (kBits<Word> == 128) hi.push_back(high(first)), lo.push_back(low(first));
        length.push_back(static_cast<std::uint8_t>(bits));
    }

    void reserve(std::size_t rows) { hi.reserve(rows), lo.reserve(rows), length.reserve(rows); }

    Columns columns() const { return {hi, lo, length}; }
};

}  // namespace easterly::prefix
