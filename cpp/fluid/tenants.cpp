#include "fluid/tenants.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace easterly::fluid {

namespace {

constexpr double kSettled = 1e-11;  // of the capacity
constexpr int kPlain = 8;           // rounds in which parts are as they are found, before they are mixed
constexpr int kAfresh = 40;         // rounds after which it is tried in another way
constexpr double kSteps[] = {1.0, 0.5, 1.0, 0.3};  // the ways, in turn: mixed, or a part of what is wanted
constexpr int kRounds = 400;

}  // namespace

Tenants::Tenants(std::span<const double> capacity, const Shares& shares)
    : rates_(capacity), capacity_(capacity.begin(), capacity.end()), shares_(shares), first_(capacity.size(), -1),
      of_(capacity.size()), wanted_(capacity.begin(), capacity.end()), marked_(capacity.size(), 0),
      waiting_(capacity.size(), 0), mixes_(capacity.size(), 0) {
    if (shares_.of_group.empty()) shares_.group.assign(shares_.tenant.size(), 0);
    shares_.tenant.push_back(1.0);
    shares_.group.push_back(static_cast<std::int32_t>(shares_.of_group.size()));
    shares_.of_group.push_back(1.0);
}

// The part that a tenant has of a link; the first to come has the link itself.
std::int32_t Tenants::part(std::int32_t l, std::int32_t tenant) {
    if (first_[l] < 0) first_[l] = tenant;
    if (first_[l] == tenant) return l;
    const std::int64_t key = static_cast<std::int64_t>(tenant) << 32 | l;
    const auto [at, fresh] = known_.try_emplace(key, rates_.links());
    if (fresh) {
        rates_.add_link(capacity_[l]);
        wanted_.push_back(capacity_[l]);
        parts_.push_back({l, tenant});
        auto& all = of_[l];
        if (all.empty()) all.push_back(l);
        const auto group = [&](std::int32_t each) { return shares_.group[tenant_of(each)]; };
        const std::int32_t own = shares_.group[tenant];
        all.insert(std::ranges::find_if(all, [&](std::int32_t each) { return group(each) > own; }), at->second);
    }
    return at->second;
}

std::int32_t Tenants::tenant_of(std::int32_t part) const {
    const auto links = static_cast<std::int32_t>(capacity_.size());
    return part < links ? first_[part] : parts_[part - links].tenant;
}

void Tenants::add(std::int32_t flow, Path path, double weight, double cap, std::int32_t tenant) {
    if (shares_.tenant.size() == 1) return rates_.add(flow, path, weight, cap);
    if (tenant < 0) tenant = static_cast<std::int32_t>(shares_.tenant.size()) - 1;
    links_.clear();
    for (const std::int32_t l : path.link) links_.push_back(capacity_[l] < kInfinity ? part(l, tenant) : l);
    rates_.add(flow, {links_, path.share}, weight, cap);
}

void Tenants::set_capacity(std::int32_t l, double capacity) {
    if (capacity == capacity_[l]) return;
    capacity_[l] = capacity;
    if (of_[l].empty()) return rates_.set_capacity(l, capacity);
    if (!waiting_[l]) pending_.push_back(l);
    waiting_[l] = 1;
}

std::int32_t Tenants::bottleneck(std::int32_t flow) const {
    const std::int32_t at = rates_.bottleneck(flow);
    const auto links = static_cast<std::int32_t>(capacity_.size());
    return at < links ? at : parts_[at - links].link;
}

double Tenants::load(std::int32_t l) const {
    if (of_[l].empty()) return rates_.load(l);
    double sum = 0.0;
    for (const std::int32_t each : of_[l]) sum += rates_.load(each);
    return sum;
}

void Tenants::touch(std::int32_t l) {
    if (!marked_[l]) touched_.push_back(l);
    marked_[l] = 1;
    if (of_[l].empty() || waiting_[l]) return;
    waiting_[l] = 1;
    pending_.push_back(l);
}

// What the last sweep over parts did to flows and links.
void Tenants::collect() {
    const auto links = static_cast<std::int32_t>(capacity_.size());
    opened_.insert(opened_.end(), rates_.opened().begin(), rates_.opened().end());
    for (const std::int32_t each : rates_.touched()) touch(each < links ? each : parts_[each - links].link);
}

// What each of several has of a whole: who wants more has as much for its weight as all who do, the others are content with
// what they use, unless that is more for their weight; where nobody wants more, what is left is for whoever comes to.
void Tenants::divide(double all, std::span<const Claim> claims, std::vector<double>& to) {
    double left = all, rise = 0.0;
    order_.clear();
    for (std::size_t i = 0; i < claims.size(); ++i) {
        if (claims[i].wants) {
            rise += claims[i].weight;
            continue;
        }
        left -= claims[i].used;
        order_.push_back(i);
    }
    std::ranges::sort(order_, std::greater<>(), [&](std::size_t i) { return std::pair(claims[i].used / claims[i].weight, i); });
    if (rise <= 0.0 && left < 0.0 && left >= -kSettled * all) left = 0.0;
    const auto level = [&] { return rise > 0.0 ? std::max(left, 0.0) / rise : left >= 0.0 ? kInfinity : 0.0; };
    for (const std::size_t i : order_) {
        if (claims[i].used <= claims[i].weight * level() * (1.0 + kSettled)) break;
        left += claims[i].used;
        rise += claims[i].weight;
    }
    to.clear();
    for (const Claim& each : claims)
        to.push_back(std::min(rise > 0.0 ? level() * each.weight : left + each.used, all));
}

// Parts of a link that are in use, from what its groups, and tenants in them, make of those that they have. The others wait
// for whoever comes to use them.
void Tenants::share_out(std::int32_t l) {
    live_.clear();
    for (const std::int32_t each : of_[l])
        if (rates_.load(each) > 0.0 || rates_.stops(each)) live_.push_back(each);
    const auto group = [&](std::size_t i) { return shares_.group[tenant_of(live_[i])]; };
    claims_.clear(), groups_.clear();
    for (std::size_t i = 0; i < live_.size(); ++i) {
        claims_.push_back({rates_.load(live_[i]), shares_.tenant[tenant_of(live_[i])], rates_.stops(live_[i])});
        if (i == 0 || group(i) != group(i - 1)) groups_.push_back({0.0, shares_.of_group[group(i)], false});
        groups_.back().used += claims_.back().used;
        groups_.back().wants |= claims_.back().wants;
    }
    divide(capacity_[l], groups_, of_groups_);
    for (std::size_t i = 0, j = 0, g = 0; i < live_.size(); i = j, ++g) {
        while (j < live_.size() && group(j) == group(i)) ++j;
        divide(of_groups_[g], std::span(claims_).subspan(i, j - i), of_claim_);
        for (std::size_t k = i; k < j; ++k) wanted_[live_[k]] = of_claim_[k - i];
    }
}

bool Tenants::settled(std::int32_t l) const {
    return std::ranges::all_of(
        live_, [&](std::int32_t each) { return std::abs(wanted_[each] - rates_.capacity(each)) <= kSettled * capacity_[l]; });
}

// Parts as they are wanted: whether any was not so.
bool Tenants::give(std::span<const std::int32_t> links) {
    bool changed = false;
    for (const std::int32_t l : links) {
        share_out(l);
        if (settled(l)) continue;
        changed = true;
        for (const std::int32_t each : live_) rates_.set_capacity(each, wanted_[each]);
    }
    return changed;
}

// Parts of links that have been unsettled since mixing began, mixed, or moved by a step: whether any link is.
bool Tenants::mix(double step) {
    at_.clear(), residual_.clear();
    bool changed = false;
    std::vector<std::int32_t> parts;
    for (const std::int32_t l : touched_) {
        if (of_[l].empty()) continue;
        share_out(l);
        const bool off = !settled(l);
        changed |= off;
        if (off && !mixes_[l]) mixes_[l] = 1, mixing_links_.push_back(l);
        if (!mixes_[l]) continue;
        for (const std::int32_t each : live_) {
            parts.push_back(each);
            at_.push_back(rates_.capacity(each));
            residual_.push_back(wanted_[each] - at_.back());
        }
    }
    if (!changed) return false;
    if (parts != mixed_) mixing_.forget();
    mixed_.swap(parts);
    std::span<const double> next = at_;
    if (step < 1.0) {
        for (std::size_t i = 0; i < at_.size(); ++i) at_[i] += step * residual_[i];
    } else {
        next = mixing_.next(at_, residual_);
    }
    const auto links = static_cast<std::int32_t>(capacity_.size());
    for (std::size_t i = 0; i < mixed_.size(); ++i) {
        const std::int32_t part = mixed_[i];
        rates_.set_capacity(part, std::clamp(next[i], 0.0, capacity_[part < links ? part : parts_[part - links].link]));
    }
    return true;
}

// Less for everybody, where the parts that were found are together more than the link.
void Tenants::clip() {
    ++unsettled_;
    for (std::int32_t l = 0; l < static_cast<std::int32_t>(capacity_.size()); ++l) {
        const double sum = load(l);
        if (of_[l].empty() || sum <= capacity_[l] * (1.0 + 1e-9)) continue;
        for (const std::int32_t each : of_[l]) rates_.set_capacity(each, rates_.load(each) * capacity_[l] / sum);
    }
    rates_.solve();
    collect();
}

void Tenants::solve() {
    rates_.solve();
    if (alone()) return;
    for (const std::int32_t l : touched_) marked_[l] = 0;
    opened_.clear(), touched_.clear();
    for (const std::int32_t l : pending_) waiting_[l] = 0;
    std::vector<std::int32_t> now;
    now.swap(pending_);
    collect();
    for (const std::int32_t l : now) touch(l);
    mixing_.forget();
    for (const std::int32_t l : mixing_links_) mixes_[l] = 0;
    mixing_links_.clear();
    for (int round = 0; !pending_.empty(); ++round) {
        if (round == kRounds) return clip();
        now.swap(pending_);
        pending_.clear();
        for (const std::int32_t l : now) waiting_[l] = 0;
        if (round > 0 && round % kAfresh == 0) mixing_.forget();
        if (!(round < kPlain ? give(now) : mix(kSteps[round / kAfresh % 4]))) return;
        rates_.solve();
        collect();
    }
}

}  // namespace easterly::fluid
