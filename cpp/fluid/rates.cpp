#include "fluid/rates.hpp"

#include <algorithm>

namespace easterly::fluid {

namespace {

// Levels closer than this are one level: sums of rounding errors, not changes.
constexpr double kSame = 1e-14;

bool above(double x, double level) { return x > level * (1.0 + kSame); }

}  // namespace

Rates::Rates(std::span<const double> capacity) : links_(capacity.size()), members_(capacity.size()), turns_(capacity.size()) {
    for (std::size_t l = 0; l < capacity.size(); ++l) links_[l].capacity = capacity[l];
}

void Rates::add_link(double capacity) {
    links_.emplace_back().capacity = capacity;
    members_.resize(links_.size());
    turns_.add_link();
}

void Rates::own(Link& link, double rise) {
    ++link.owns;
    link.own += rise;
}

void Rates::disown(Link& link, double rise) {
    if (--link.owns == 0) link.own = 0.0;
    else link.own -= rise;
}

void Rates::fall(Link& link, double rise) {
    if (--link.open == 0) link.rising = 0.0;
    else link.rising -= rise;
}

// What the last sweep did is forgotten when something changes.
void Rates::begin() {
    if (!swept_) return;
    touched_.clear();
    opened_.clear();
    swept_ = false;
}

void Rates::touch(std::int32_t l) {
    if (links_[l].touched) return;
    links_[l].touched = true;
    touched_.push_back(l);
}

void Rates::add(std::int32_t f, Path path, double weight, double cap) {
    begin();
    if (static_cast<std::size_t>(f) >= flows_.size()) {
        flows_.resize(f + 1);
        rows_.resize(f + 1);
    }
    Flow& flow = flows_[f];
    flow = {.level = 0.0, .weight = weight, .cap_level = cap / weight, .link = kNobody, .state = State::closed};
    rows_.clear(f);
    rows_.reserve(f, path.link.size());
    for (std::size_t i = 0; i < path.link.size(); ++i) {
        const std::int32_t l = path.link[i];
        if (links_[l].capacity == kInfinity) continue;  // it stops nobody
        const double rise = weight * path.share[i];
        rows_.push(f, {l, members_.length(l), rise});
        members_.push(l, {f, rows_.length(f) - 1, rise});
    }
    lift(f);
}

void Rates::remove(std::int32_t f) {
    begin();
    Flow& flow = flows_[f];
    for (const Entry& entry : entries(flow)) {
        const std::int32_t l = entry.link;
        touch(l);
        Link& link = links_[l];
        if (flow.state == State::open) {
            fall(link, entry.rise);
        } else {
            link.load -= entry.rise * flow.level;
            if (flow.link == l) disown(link, entry.rise);
        }
        const auto list = members_.of(l);
        const Member last = list.back();
        list[entry.at] = last;
        rows_.of(last.flow)[last.entry].at = entry.at;
        members_.pop(l);
        if (list.size() == 1) link.load = 0.0;
    }
    flow.state = State::absent;
}

void Rates::set_capacity(std::int32_t l, double capacity) {
    Link& link = links_[l];
    if (capacity == link.capacity) return;
    link.capacity = capacity;
    begin();
    touch(l);
}

bool Rates::too_much(const Link& link) { return link.load > link.capacity * (1.0 + kSame); }

// A level below which the link does nothing: closed flows that it would stop count in full. Infinite if it has nothing to do.
double Rates::least_key(const Link& link) {
    const double up = link.rising + link.own;
    if (link.idle()) return too_much(link) ? 0.0 : kInfinity;
    const double held = link.owns > 0 ? link.load - link.own * link.level : link.load;
    const double x = std::max((link.capacity - held) / up, 0.0);
    return link.owns > 0 ? std::min(x, link.level) : x;
}

void Rates::ask(std::int32_t l) {
    Link& link = links_[l];
    link.stale = true;
    if (link.fixed) return;
    const double key = least_key(link);
    if (key == kInfinity) turns_.drop(l);
    else if (key < turns_.key(l)) turns_.set(l, key);
}

// The level at which the link is full if no other link changes; infinite if it never is. The load is concave in the
// level, so that steps of Newton from below end at the root, after as many steps as there are kinks between.
double Rates::full_at(std::int32_t l, double from) {
    const Link& link = links_[l];
    double frozen = 0.0, up = 0.0;
    above_.clear();
    for (const Member& each : members_.of(l)) {
        const Flow& flow = flows_[each.flow];
        if (flow.state == State::open || flow.link == l) up += each.rise;
        else if (above(flow.level, from)) above_.emplace_back(flow.level, each.rise);
        else frozen += each.rise * flow.level;
    }
    work_ += members_.length(l);
    double x = from;
    while (true) {
        double rise = up;
        for (const auto& [level, more] : above_) rise += more;
        if (rise <= 0.0) return kInfinity;
        const double next = std::max((link.capacity - frozen) / rise, 0.0);
        x = std::max(x, next);
        const auto kept = std::partition(above_.begin(), above_.end(), [&](const auto& each) { return above(each.first, x); });
        if (kept == above_.end()) return next;
        for (auto each = kept; each != above_.end(); ++each) frozen += each->first * each->second;
        above_.erase(kept, above_.end());
    }
}

// The flow rises again, and its links are asked what that means for them.
void Rates::open(std::int32_t f) {
    lift(f);
    for (const Entry& entry : entries(flows_[f])) ask(entry.link);
}

void Rates::lift(std::int32_t f) {
    Flow& flow = flows_[f];
    const double level = flow.level;
    flow.state = State::open;
    opened_.push_back(f);
    const auto row = entries(flow);
    for (const Entry& entry : row) {
        touch(entry.link);
        Link& link = links_[entry.link];
        link.load -= entry.rise * level;
        link.rising += entry.rise;
        ++link.open;
        if (flow.link == entry.link) disown(link, entry.rise);
    }
    flow.link = kNobody;
    work_ += row.size();
    if (flow.cap_level < kInfinity) turns_.add_cap(f, flow.cap_level);
}

void Rates::close(std::int32_t f, double level, std::int32_t by) {
    Flow& flow = flows_[f];
    flow.state = State::closed;
    flow.level = level;
    flow.link = by;
    for (const Entry& entry : entries(flow)) {
        Link& link = links_[entry.link];
        link.load += entry.rise * level;
        link.stale = true;
        fall(link, entry.rise);
        if (entry.link == by) own(link, entry.rise);
        if (link.idle() && !too_much(link)) turns_.drop(entry.link);  // what rose on it has been stopped elsewhere
    }
}

// A closed flow comes to a lower level, at which another link stops it; or the same one.
void Rates::lower(std::int32_t f, double level, std::int32_t by) {
    Flow& flow = flows_[f];
    opened_.push_back(f);
    const auto row = entries(flow);
    for (const Entry& entry : row) {
        touch(entry.link);
        Link& link = links_[entry.link];
        link.load -= entry.rise * flow.level;
        link.load += entry.rise * level;
        if (entry.link == flow.link) disown(link, entry.rise);
        if (entry.link == by) own(link, entry.rise);
    }
    work_ += row.size();
    flow.level = level;
    flow.link = by;
    for (const Entry& entry : row) ask(entry.link);
}

// Another link of a closed flow that is full at its very level, if there is one, stops it from now on.
bool Rates::hand_over(std::int32_t f) {
    Flow& flow = flows_[f];
    const auto row = entries(flow);
    const auto to = std::ranges::find_if(row, [&](const Entry& entry) { return links_[entry.link].fixed; });
    if (to == row.end()) return false;
    for (const Entry& entry : row)
        if (entry.link == flow.link) disown(links_[entry.link], entry.rise);
    flow.link = to->link;
    for (const Entry& entry : row)
        if (entry.link == flow.link) own(links_[entry.link], entry.rise);
    return true;
}

// The old level of a link is reached, and it is not full: what it stopped rises on.
void Rates::raise(std::int32_t l) {
    const bool ties = !above(links_[l].level, fixed_at_);
    for (const Member& each : members_.of(l))
        if (flows_[each.flow].link == l && !(ties && hand_over(each.flow))) open(each.flow);
    links_[l].level = kInfinity;
    ask(l);
}

void Rates::fill(std::int32_t l, double level) {
    Link& link = links_[l];
    const bool as_before = link.owns > 0 && !above(level, link.level) && !above(link.level, level);
    link.fixed = true;
    fixed_at_ = level;
    if (as_before) level = link.level;
    link.level = level;
    // Sums afresh, so that rounding errors do not pile up.
    double load = 0.0, owned = 0.0;
    const auto list = members_.of(l);
    for (const Member& each : list) {
        const Flow& flow = flows_[each.flow];
        if (flow.state == State::open) close(each.flow, level, l);
        else if (flow.link == l ? !as_before : above(flow.level, level)) lower(each.flow, level, l);
        load += each.rise * flow.level;
        if (flow.link == l) owned += each.rise;
    }
    link.load = load;
    link.own = owned;
    work_ += 2 * list.size();
}

// The turn of a link: it stops flows, lets them rise, or waits for its real level.
void Rates::turn(std::int32_t l, double key) {
    Link& link = links_[l];
    if (link.idle() && !too_much(link)) return;
    if (link.stale) link.full = full_at(l, key);
    link.stale = false;
    const double full = link.full;
    const bool rises = link.owns > 0 && above(full, link.level);
    const double due = rises ? link.level : full;
    if (due == kInfinity) return;
    if (above(due, key)) {
        turns_.set(l, due);
    } else if (rises) {
        raise(l);
    } else {
        fill(l, due);
    }
}

void Rates::solve() {
    for (const std::int32_t l : touched_)
        if (links_[l].touched) ask(l);
    while (!turns_.empty()) {
        const auto [key, what] = turns_.take();
        if (what >= 0) {
            turn(what, key);
            continue;
        }
        const std::int32_t f = -1 - what;
        if (flows_[f].state == State::open && flows_[f].cap_level == key) close(f, key, kNobody);
    }
    end();
}

void Rates::end() {
    for (const std::int32_t f : opened_)
        if (flows_[f].state == State::open) close(f, kInfinity, kNobody);  // no link and no cap
    for (const std::int32_t l : touched_) {
        Link& link = links_[l];
        link.touched = link.fixed = false;
        if (link.owns == 0) link.level = kInfinity;
    }
    fixed_at_ = -1.0;
    swept_ = true;
}

}  // namespace easterly::fluid
