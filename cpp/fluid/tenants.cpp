#include "fluid/tenants.hpp"

#include <algorithm>
#include <functional>

namespace easterly::fluid {

namespace {

constexpr double kSettled = 1e-12;  // of the capacity
constexpr int kRounds = 400;

// Parts that keep running after each other go half of their way.
double step(int round) { return round < 20 ? 1.0 : 0.5; }

}  // namespace

Tenants::Tenants(std::span<const double> capacity, std::span<const double> weight)
    : rates_(capacity), capacity_(capacity.begin(), capacity.end()), weight_(weight.begin(), weight.end()),
      first_(capacity.size(), -1), of_(capacity.size()), marked_(capacity.size(), 0), waiting_(capacity.size(), 0) {
    weight_.push_back(1.0);
}

// The part that a tenant has of a link; the first to come has the link itself.
std::int32_t Tenants::part(std::int32_t l, std::int32_t tenant) {
    if (first_[l] < 0) first_[l] = tenant;
    if (first_[l] == tenant) return l;
    const std::int64_t key = static_cast<std::int64_t>(tenant) << 32 | l;
    const auto [at, fresh] = known_.try_emplace(key, rates_.links());
    if (fresh) {
        rates_.add_link(capacity_[l]);
        parts_.push_back({l, tenant});
        if (of_[l].empty()) of_[l].push_back(l);
        of_[l].push_back(at->second);
    }
    return at->second;
}

double Tenants::weight(std::int32_t part) const {
    const auto links = static_cast<std::int32_t>(capacity_.size());
    return weight_[part < links ? first_[part] : parts_[part - links].tenant];
}

void Tenants::add(std::int32_t flow, Path path, double weight, double cap, std::int32_t tenant) {
    if (weight_.size() == 1) return rates_.add(flow, path, weight, cap);
    if (tenant < 0) tenant = static_cast<std::int32_t>(weight_.size()) - 1;
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

bool Tenants::give(std::int32_t part, double capacity, double step, double all) {
    const double now = rates_.capacity(part), then = now + step * (capacity - now);
    if (std::max(then, now) - std::min(then, now) <= kSettled * all) return false;
    rates_.set_capacity(part, then);
    return true;
}

// Parts of a link, from what its tenants make of those that they have: who is held back there wants more, the others are
// content with what they use, unless that is more than their share. Whether any has changed.
bool Tenants::share_out(std::int32_t l, double step) {
    const double all = capacity_[l];
    double left = all, rise = 0.0;
    content_.clear();
    for (const std::int32_t each : of_[l]) {
        if (rates_.stops(each)) {
            rise += weight(each);
            continue;
        }
        left -= rates_.load(each);
        content_.emplace_back(rates_.load(each) / weight(each), each);
    }
    std::ranges::sort(content_, std::greater<>());
    if (rise <= 0.0 && left < 0.0 && left >= -kSettled * all) left = 0.0;
    const auto level = [&] { return rise > 0.0 ? std::max(left, 0.0) / rise : left >= 0.0 ? kInfinity : 0.0; };
    for (const auto& [used, each] : content_) {
        if (used <= level() * (1.0 + kSettled)) break;
        left += rates_.load(each);
        rise += weight(each);
    }
    bool changed = false;
    for (const std::int32_t each : of_[l]) {
        const double part = rise > 0.0 ? level() * weight(each) : left + rates_.load(each);
        changed |= give(each, std::min(part, all), step, all);
    }
    return changed;
}

// Parts by weight alone, where those that were found are together more than the link.
void Tenants::clip() {
    ++unsettled_;
    for (std::int32_t l = 0; l < static_cast<std::int32_t>(capacity_.size()); ++l) {
        if (of_[l].empty() || load(l) <= capacity_[l] * (1.0 + 1e-9)) continue;
        double sum = 0.0;
        for (const std::int32_t each : of_[l]) sum += weight(each);
        for (const std::int32_t each : of_[l])
            rates_.set_capacity(each, capacity_[l] * weight(each) / sum);
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
    for (int round = 0; !pending_.empty(); ++round) {
        if (round == kRounds) {
            clip();
            break;
        }
        now.swap(pending_);
        pending_.clear();
        for (const std::int32_t l : now) waiting_[l] = 0;
        bool changed = false;
        for (const std::int32_t l : now) changed |= share_out(l, step(round));
        if (!changed) break;
        rates_.solve();
        collect();
    }
}

}  // namespace easterly::fluid
