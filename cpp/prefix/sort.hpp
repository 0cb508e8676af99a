// Sorting by a word: by digits from the lowest, leaving out those in which all agree. Stable.
#pragma once

#include <array>
#include <utility>

#include "prefix/words.hpp"

namespace easterly::prefix {

constexpr int kDigit = 11;

template <class Word>
std::size_t digit(Word word, int shift) {
    return static_cast<std::size_t>(word >> shift) & ((std::size_t{1} << kDigit) - 1);
}

// `key` gives the word of an item.
template <class Word, class Items, class Key>
void sort_by(Items& items, Key key) {
    using Item = typename Items::value_type;
    Word some = 0, all = kTop<Word>;
    bool sorted = true;
    for (std::size_t i = 0; i < items.size(); ++i) {
        some |= key(items[i]), all &= key(items[i]);
        sorted &= i == 0 || key(items[i - 1]) <= key(items[i]);
    }
    if (sorted) return;
    Items other(items.size());
    for (int shift = 0; shift < kBits<Word>; shift += kDigit) {
        if (digit(static_cast<Word>(some ^ all), shift) == 0) continue;
        std::array<std::size_t, std::size_t{1} << kDigit> place{};
        for (const Item& item : items) ++place[digit(key(item), shift)];
        std::size_t before = 0;
        for (std::size_t& each : place) before += std::exchange(each, before);
        for (const Item& item : items) other[place[digit(key(item), shift)]++] = item;
        items.swap(other);
    }
}

}  // namespace easterly::prefix
