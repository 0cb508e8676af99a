// Links that tenants share before their flows do.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "fluid/rates.hpp"

namespace easterly::fluid {

// Hierarchical max-min fairness. Every flow is held back by its cap, or by a full link on which (1) no flow of its tenant has
// more for its weight, and (2) no tenant has more for its weight than its own: taking from who is above it would bring it
// nothing. Such rates exist: the offers of links are continuous in the rates (Brouwer); they are the only ones where flows
// of two tenants do not hold back each other on two links in turn.
//
// A tenant's part of a link is a link of its own, whose capacity is what the tenants before their fill leave it: rates are
// found with these, then the parts from what is used of them, until both agree. Without tenants there is nothing of this.
class Tenants {
public:
    Tenants(std::span<const double> capacity, std::span<const double> weight);

    void add(std::int32_t flow, Path path, double weight, double cap, std::int32_t tenant);
    void remove(std::int32_t flow) { rates_.remove(flow); }
    void set_capacity(std::int32_t link, double capacity);
    void solve();

    double rate(std::int32_t flow) const { return rates_.rate(flow); }
    std::int32_t bottleneck(std::int32_t flow) const;
    double load(std::int32_t link) const;
    double capacity(std::int32_t link) const { return capacity_[link]; }
    // Since the last `solve` but one; flows may be there several times.
    std::span<const std::int32_t> opened() const { return alone() ? rates_.opened() : opened_; }
    std::span<const std::int32_t> touched() const { return alone() ? rates_.touched() : touched_; }
    std::uint64_t work() const { return rates_.work(); }
    std::uint64_t unsettled() const { return unsettled_; }  // searches that ended before both agreed

private:
    struct Part {
        std::int32_t link, tenant;
    };

    bool alone() const { return parts_.empty(); }
    std::int32_t part(std::int32_t link, std::int32_t tenant);
    double weight(std::int32_t part) const;
    void collect();
    void touch(std::int32_t link);
    bool share_out(std::int32_t link, double step);
    bool give(std::int32_t part, double capacity, double step, double all);
    void clip();

    Rates rates_;
    std::vector<double> capacity_;
    std::vector<double> weight_;                   // of tenants; the last is of those without one
    std::vector<Part> parts_;                      // those beyond the first, which have the numbers of their links
    std::vector<std::int32_t> first_;              // tenant of the first part of each link; -1: nobody's yet
    std::vector<std::vector<std::int32_t>> of_;    // all parts of a link that has several
    std::unordered_map<std::int64_t, std::int32_t> known_;
    std::vector<std::int32_t> opened_, touched_, pending_, links_;
    std::vector<std::pair<double, std::int32_t>> content_;  // use for its weight of each part, while one link is looked at
    std::vector<char> marked_, waiting_;
    std::uint64_t unsettled_ = 0;
};

}  // namespace easterly::fluid
