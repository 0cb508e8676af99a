#include "prefix/sets.hpp"

#include "prefix/pages.hpp"
#include "prefix/sort.hpp"

namespace easterly::prefix {

namespace {

template <class Word>
using Ranges = std::vector<Range<Word>, Pages<Range<Word>>>;

template <class Word>
void append(Ranges<Word>& made, Range<Word> next) {
    if (!made.empty() && (made.back().last == kTop<Word> || next.first <= static_cast<Word>(made.back().last + 1)))
        made.back().last = std::max(made.back().last, next.last);
    else
        made.push_back(next);
}

// In order, apart from each other by at least one address.
template <class Word>
Ranges<Word> merged(const Columns& columns) {
    Ranges<Word> all(columns.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        const Word first = word_at<Word>(columns, i);
        all[i] = {first, static_cast<Word>(first | host_bits<Word>(columns.length[i]))};
    }
    sort_by<Word>(all, [](const Range<Word>& range) { return range.first; });
    std::size_t count = 0;
    for (const Range<Word>& next : all) {
        if (count > 0 && (all[count - 1].last == kTop<Word> ||
                          next.first <= static_cast<Word>(all[count - 1].last + 1)))
            all[count - 1].last = std::max(all[count - 1].last, next.last);
        else
            all[count++] = next;
    }
    all.resize(count);
    return all;
}

// Where a list stands at an address: inside a range or not, and how far that lasts.
template <class Word>
struct Walk {
    const Ranges<Word>& ranges;
    std::size_t next = 0;

    bool inside(Word at) const { return next < ranges.size() && ranges[next].first <= at; }

    Word until(Word at) const {
        if (next == ranges.size()) return kTop<Word>;
        return inside(at) ? ranges[next].last : static_cast<Word>(ranges[next].first - 1);
    }

    void pass(Word at) { next += next < ranges.size() && ranges[next].last < at; }
};

template <class Word>
Ranges<Word> swept(const Ranges<Word>& first, const Ranges<Word>& second, int keep) {
    Walk<Word> a{first}, b{second};
    Ranges<Word> made;
    for (Word at = 0;;) {
        const Word end = std::min(a.until(at), b.until(at));
        const bool in_a = a.inside(at), in_b = b.inside(at);
        const int where = in_a && in_b ? kBoth : in_a ? kFirst : in_b ? kSecond : 0;
        if (where & keep) append<Word>(made, {at, end});
        if (end == kTop<Word>) return made;
        at = static_cast<Word>(end + 1);
        a.pass(at);
        b.pass(at);
    }
}

template <class Word>
Made written(const Ranges<Word>& ranges) {
    std::size_t count = 0;
    for (const auto& range : ranges) split<Word>(range, [&](Word, int) { ++count; });
    Made made;
    made.reserve(count);
    for (const auto& range : ranges) split<Word>(range, [&](Word first, int length) { made.add(first, length); });
    return made;
}

template <class Word>
Made combined(const Columns& first, const Columns& second, int keep) {
    const Ranges<Word> one = merged<Word>(first);
    if (second.size() == 0) return keep & kFirst ? written(one) : Made{};
    return written(swept(one, merged<Word>(second), keep));
}

// Whether all ends of all prefixes lie between addresses of different upper halves.
bool halves(const Columns& columns) {
    return std::all_of(columns.length.begin(), columns.length.end(), [](std::uint8_t each) { return each <= 64; });
}

}  // namespace

Made combine(int family_bits, const Columns& first, const Columns& second, int keep) {
    if (family_bits == 32) return combined<std::uint32_t>(first, second, keep);
    if (halves(first) && halves(second)) return combined<std::uint64_t>(first, second, keep);
    return combined<Wide>(first, second, keep);
}

Split ranges(int family_bits, std::span<const Wide> low, std::span<const Wide> high) {
    Split answer;
    answer.ptr.push_back(0);
    for (std::size_t i = 0; i < low.size(); ++i) {
        auto take = [&](auto first, int length) { answer.made.add(first, length); };
        if (family_bits == 32)
            split<std::uint32_t>({static_cast<std::uint32_t>(low[i]), static_cast<std::uint32_t>(high[i])}, take);
        else
            split<Wide>({low[i], high[i]}, take);
        answer.ptr.push_back(static_cast<std::int64_t>(answer.made.length.size()));
    }
    return answer;
}

}  // namespace easterly::prefix
