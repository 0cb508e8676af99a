#include <algorithm>

#include "allocate/listed/listed.hpp"

namespace easterly::allocate {

namespace {

// Sums by link, of one flow after the other.
class Sums {
public:
    explicit Sums(std::size_t links) : sum_(links, 0.0), seen_(links, 0) {}

    void add(std::int32_t link, double rate) {
        if (!seen_[link]) links_.push_back(link);
        seen_[link] = 1;
        sum_[link] += rate;
    }

    // Hands over the links in ascending order, and forgets them.
    void give(double total, Shares& out) {
        std::ranges::sort(links_);
        for (const std::int32_t l : links_) {
            out.link.push_back(l);
            out.share.push_back(std::min(sum_[l] / total, 1.0));
            sum_[l] = 0.0;
            seen_[l] = 0;
        }
        links_.clear();
    }

private:
    std::vector<double> sum_;
    std::vector<char> seen_;
    std::vector<std::int32_t> links_;
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
