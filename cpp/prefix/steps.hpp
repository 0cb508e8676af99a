// A table of prefixes as steps: from which address on which row answers, in order.
#pragma once

#include "prefix/sort.hpp"

namespace easterly::prefix {

template <class Word>
struct Steps {
    std::vector<Word> from;         // the first is 0
    std::vector<std::int32_t> row;  // -1 where none answers

    void add(Word at, std::int32_t answer) {
        if (!from.empty() && from.back() == at) {
            row.back() = answer;
            if (row.size() > 1 && row[row.size() - 2] == answer) from.pop_back(), row.pop_back();
        } else if (from.empty() || row.back() != answer) {
            from.push_back(at), row.push_back(answer);
        }
    }
};

template <class Word>
Steps<Word> steps(const Columns& table) {
    struct Item {
        Word first;
        std::uint8_t length;
        std::int32_t row;
    };
    std::vector<Item> items, open;
    items.reserve(table.size());
    for (std::size_t i = 0; i < table.size(); ++i)
        items.push_back({word_at<Word>(table, i), table.length[i], static_cast<std::int32_t>(i)});
    sort_by<std::uint8_t>(items, [](const Item& item) { return item.length; });
    sort_by<Word>(items, [](const Item& item) { return item.first; });
    const auto last = [](const Item& item) { return static_cast<Word>(item.first | host_bits<Word>(item.length)); };
    Steps<Word> made;
    made.from.reserve(2 * items.size() + 1), made.row.reserve(2 * items.size() + 1);
    made.add(0, -1);
    const auto close = [&] {
        const Word end = last(open.back());
        open.pop_back();
        if (end != kTop<Word>) made.add(static_cast<Word>(end + 1), open.empty() ? -1 : open.back().row);
    };
    for (const Item& item : items) {
        while (!open.empty() && last(open.back()) < item.first) close();
        if (!open.empty() && open.back().length == item.length) continue;  // the first of equal rows stands
        made.add(item.first, item.row);
        open.push_back(item);
    }
    while (!open.empty()) close();
    return made;
}

// A block of addresses that share `bits` bits, and the steps begin .. end - 1 that lie in it beyond its first address;
// the step before them holds there.
struct Part {
    std::size_t begin, end;
    int bits;
};

// The block at `first`; steps before `next` lie before it.
template <class Word>
Part part_at(const Steps<Word>& all, std::size_t next, Word first, int bits) {
    const Word last = static_cast<Word>(first | host_bits<Word>(bits));
    const std::size_t begin = next + (next < all.from.size() && all.from[next] == first);
    std::size_t end = begin;
    while (end < all.from.size() && all.from[end] <= last) ++end;
    return {begin, end, bits};
}

}  // namespace easterly::prefix
