#include "prefix/nest.hpp"

#include <algorithm>

#include "prefix/sort.hpp"

namespace easterly::prefix {

namespace {

template <class Word>
struct Item {
    Word first;
    std::uint8_t length;
    bool asked;
    std::uint32_t row;
};

template <class Word>
void fill(std::vector<Item<Word>>& items, const Columns& columns, bool asked) {
    for (std::size_t i = 0; i < columns.size(); ++i)
        items.push_back({word_at<Word>(columns, i), columns.length[i], asked, static_cast<std::uint32_t>(i)});
}

// By address, shorter ones first, and what holds before what is asked. Stable, so equal rows stay in their order.
template <class Word>
void arrange(std::vector<Item<Word>>& items) {
    sort_by<std::uint32_t>(items, [](const Item<Word>& item) { return item.length * 2u + item.asked; });
    sort_by<Word>(items, [](const Item<Word>& item) { return item.first; });
}

template <class Word>
bool holds(const Item<Word>& outer, const Item<Word>& inner) {
    return inner.first <= static_cast<Word>(outer.first | host_bits<Word>(outer.length));
}

template <class Word>
std::vector<std::int64_t> found_in(const Columns& table, const Columns& asked) {
    std::vector<Item<Word>> items, open;
    items.reserve(table.size() + asked.size());
    fill(items, table, false);
    fill(items, asked, true);
    arrange(items);
    std::vector<std::int64_t> answer(asked.size(), kNone);
    for (const Item<Word>& item : items) {
        while (!open.empty() && !holds(open.back(), item)) open.pop_back();
        if (item.asked)
            answer[item.row] = open.empty() ? kNone : open.back().row;
        else if (open.empty() || open.back().length != item.length)
            open.push_back(item);  // the first of equal rows stands for all
    }
    return answer;
}

template <class Word>
std::vector<std::int64_t> parents_of(const Columns& list) {
    std::vector<Item<Word>> items, open;
    items.reserve(list.size());
    fill(items, list, false);
    arrange(items);
    std::vector<std::int64_t> answer(list.size(), kNone);
    for (const Item<Word>& item : items) {
        while (!open.empty() && !holds(open.back(), item)) open.pop_back();
        answer[item.row] = open.empty() ? kNone : open.back().row;
        open.push_back(item);
    }
    return answer;
}

}  // namespace

std::vector<std::int64_t> covering(int family_bits, const Columns& table, const Columns& asked) {
    return family_bits == 32 ? found_in<std::uint32_t>(table, asked) : found_in<Wide>(table, asked);
}

std::vector<std::int64_t> parents(int family_bits, const Columns& list) {
    return family_bits == 32 ? parents_of<std::uint32_t>(list) : parents_of<Wide>(list);
}

}  // namespace easterly::prefix
