// Links that groups share, and tenants in these, before their flows do.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "fluid/mixing.hpp"
#include "fluid/rates.hpp"

namespace easterly::fluid {

// Who is of which group, and what tenants and groups have. Without groups all tenants are of one.
struct Shares {
    std::vector<double> tenant;       // weights
    std::vector<std::int32_t> group;  // of each tenant
    std::vector<double> of_group;     // weights
};

// Hierarchical max-min fairness. Every flow is held back by its cap, or by a full link on which (1) no flow of its tenant has
// more for its weight, (2) no tenant of its group has more for its weight than its own, and (3) no group has: taking from
// who is above it would bring it nothing. Such rates exist: the offers of links are continuous in the rates (Brouwer). They
// are the only ones where flows of two tenants do not hold back each other on two links in turn; else they are those to
// which links come that begin with all for everybody.
//
// A tenant's part of a link is a link of its own, whose capacity is what the others before their fill leave it: rates are
// found with these, then the parts from what is used of them, until both agree. As long as the same parts hold back the same
// flows, one follows linearly from the other, and mixing what was tried finds where they meet. Without tenants there is
// nothing of this.
class Tenants {
public:
    Tenants(std::span<const double> capacity, const Shares& shares);

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
    // Somebody who shares: what is used, for which weight, and whether more is wanted.
    struct Claim {
        double used = 0.0, weight = 0.0;
        bool wants = false;
    };

    bool alone() const { return parts_.empty(); }
    std::int32_t part(std::int32_t link, std::int32_t tenant);
    std::int32_t tenant_of(std::int32_t part) const;
    void collect();
    void touch(std::int32_t link);
    void share_out(std::int32_t link);
    void divide(double all, std::span<const Claim> claims, std::vector<double>& to);
    bool settled(std::int32_t link) const;
    bool give(std::span<const std::int32_t> links);
    bool mix(double step);
    void clip();

    Rates rates_;
    Mixing mixing_;
    std::vector<double> capacity_;
    Shares shares_;                                // the last tenant is nobody, in the last group
    std::vector<Part> parts_;                      // those beyond the first, which have the numbers of their links
    std::vector<std::int32_t> first_;              // tenant of the first part of each link; -1: nobody's yet
    std::vector<std::vector<std::int32_t>> of_;    // all parts of a link that has several, group by group
    std::unordered_map<std::int64_t, std::int32_t> known_;
    std::vector<std::int32_t> opened_, touched_, pending_, links_;
    std::vector<double> wanted_;                   // of each part, as the last look at its link has it
    std::vector<Claim> claims_, groups_;           // while one link is looked at
    std::vector<double> of_claim_, of_groups_;
    std::vector<std::size_t> order_;
    std::vector<std::int32_t> live_;               // parts in use of the link that was looked at last
    std::vector<std::int32_t> mixed_;              // parts that are mixed
    std::vector<std::int32_t> mixing_links_;       // their links
    std::vector<double> at_, residual_;            // of these parts
    std::vector<char> marked_, waiting_, mixes_;
    std::uint64_t unsettled_ = 0;
};

}  // namespace easterly::fluid
