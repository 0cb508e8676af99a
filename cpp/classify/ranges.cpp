#include "classify/ranges.hpp"

#include <algorithm>
#include <bit>

namespace easterly::classify {

namespace {

// From `low` on, the largest aligned block that does not pass `high`.
template <class Each>
void blocks(std::uint64_t low, std::uint64_t high, int width, Each each) {
    while (true) {
        const int aligned = low == 0 ? width : std::countr_zero(low);
        const std::uint64_t room = high - low;
        const int fits = room == ~std::uint64_t{0} ? 64 : std::bit_width(room + 1) - 1;
        const int free = std::min({aligned, fits, width});
        each(low, free);
        const std::uint64_t last = free == 64 ? ~std::uint64_t{0} : low + ((std::uint64_t{1} << free) - 1);
        if (last >= high) return;
        low = last + 1;
    }
}

}  // namespace

void prefixes(std::uint64_t low, std::uint64_t high, int width, std::vector<Prefix>& made) {
    blocks(low, high, width, [&](std::uint64_t value, int free) { made.push_back({value, free}); });
}

std::int64_t count_prefixes(std::uint64_t low, std::uint64_t high, int width) {
    std::int64_t count = 0;
    blocks(low, high, width, [&](std::uint64_t, int) { ++count; });
    return count;
}

std::int64_t count_fences(std::uint64_t low, std::uint64_t high, int width, int chunk) {
    if (width <= chunk) return 1;
    const int rest = (width - 1) / chunk * chunk;
    const std::uint64_t mask = (std::uint64_t{1} << rest) - 1;
    std::uint64_t first = low >> rest;
    const std::uint64_t last = high >> rest;
    if (first == last) return count_fences(low & mask, high & mask, rest, chunk);
    std::int64_t count = 0;
    std::uint64_t whole = last - first + 1;
    if ((low & mask) != 0) {
        count += count_fences(low & mask, mask, rest, chunk);
        --whole;
    }
    if ((high & mask) != mask) {
        count += count_fences(0, high & mask, rest, chunk);
        --whole;
    }
    return count + (whole > 0 ? 1 : 0);
}

}  // namespace easterly::classify
