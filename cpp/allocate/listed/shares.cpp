#include <algorithm>
#include <bit>

#include "allocate/listed/listed.hpp"

namespace easterly::allocate {

namespace {

// Sums by link, of one flow after the other; a bit for each link tells which there are, in ascending order.
class Sums {
public:
    explicit Sums(std::size_t links) : sum_(links, 0.0), there_(links / 64 + 1, 0) {}

    void add(std::int32_t link, double rate) {
        const auto word = static_cast<std::size_t>(link) / 64;
        there_[word] |= std::uint64_t{1} << (link % 64);
        low_ = std::min(low_, word);
        high_ = std::max(high_, word + 1);
        sum_[link] += rate;
    }

    // Hands over the sums, and forgets them.
    void give(double total, Shares& out) {
        for (std::size_t word = low_; word < high_; ++word)
            for (std::uint64_t& bits = there_[word]; bits != 0; bits &= bits - 1) {
                const std::size_t link = word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
                out.link.push_back(static_cast<std::int32_t>(link));
                out.share.push_back(std::min(sum_[link] / total, 1.0));
                sum_[link] = 0.0;
            }
        low_ = there_.size();
        high_ = 0;
    }

private:
    std::vector<double> sum_;
    std::vector<std::uint64_t> there_;
    std::size_t low_ = 0, high_ = 0;  // words in use, or more
};

}  // namespace

Shares path_shares(const Listed& listed, std::span<const std::int32_t> flow, std::span<const double> rate,
                   std::span<const double> total, std::size_t links) {
    Shares out;
    out.ptr.reserve(total.size() + 1);
    out.ptr.push_back(0);
    out.link.reserve(listed.link.size());
    out.share.reserve(listed.link.size());
    Sums sums(links);
    std::size_t p = 0;
    for (std::size_t f = 0; f < total.size(); ++f) {
        const std::size_t first = p;
        while (p < flow.size() && flow[p] == static_cast<std::int32_t>(f)) ++p;
        if (p == first + 1) {  // nothing to add up
            const auto way = listed.path(first);
            out.link.insert(out.link.end(), way.begin(), way.end());
            out.share.insert(out.share.end(), way.size(), 1.0);
        } else {
            for (std::size_t q = first; q < p; ++q)
                for (const std::int32_t l : listed.path(q)) sums.add(l, rate[q]);
            sums.give(total[f], out);
        }
        out.ptr.push_back(static_cast<std::int64_t>(out.link.size()));
    }
    return out;
}

}  // namespace easterly::allocate
