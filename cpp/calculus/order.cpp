// In which order ports are looked at.
#include <algorithm>

#include "calculus/components.hpp"
#include "calculus/total.hpp"

namespace easterly::calculus {

// Which ports each leads to.
std::vector<std::vector<std::int32_t>> Total::leads(bool only_joined) const {
    std::vector<std::vector<std::int32_t>> next(ports_.rate.size());
    std::vector<std::int32_t> seen(ports_.rate.size(), -1);
    for (std::size_t p = 0; p < groups_at_.size(); ++p)
        for (const std::int32_t g : groups_at_[p]) {
            const Group& group = groups_[row(g)];
            if (group.from < 0 || (only_joined && !group.joined)) continue;
            const auto from = row(port_of_[row(group.from)]);
            if (seen[from] != static_cast<std::int32_t>(p)) next[from].push_back(static_cast<std::int32_t>(p));
            seen[from] = static_cast<std::int32_t>(p);
        }
    return next;
}

// Ports by what they depend on. Cycles in the order of what goes straight on, so that a round carries it to its end:
// answers are a small part of what they answer, and what a round leaves of a change is small.
void Total::order() {
    const std::size_t count = ports_.rate.size();
    components_ = components(leads(false));
    component_of_.assign(count, 0);
    for (std::size_t c = 0; c < components_.size(); ++c)
        for (const std::int32_t p : components_[c]) component_of_[row(p)] = static_cast<std::int32_t>(c);
    if (components_.size() < count) {
        std::vector<std::int32_t> straight(count);
        std::int32_t at = 0;
        for (const auto& component : components(leads(true)))
            for (const std::int32_t p : component) straight[row(p)] = at++;
        for (auto& component : components_)
            std::sort(component.begin(), component.end(),
                      [&](std::int32_t a, std::int32_t b) { return straight[row(a)] < straight[row(b)]; });
    }
    place_.resize(count);
    port_at_.clear();
    for (const auto& component : components_)
        for (const std::int32_t p : component) {
            place_[row(p)] = static_cast<std::int32_t>(port_at_.size());
            port_at_.push_back(p);
        }
    count_descents();
    stale_ = false;
}

void Total::count_descents() {
    descents_ = 0;
    if (components_.size() == ports_.rate.size()) return;
    for (std::int64_t f = 0; f < flows(); ++f) {
        int down = 0;
        flows_.walk(f, [&](std::int32_t queue, std::int32_t before, bool) {
            down += before >= 0 && place_[row(port_of(queue))] < place_[row(port_of(before))];
        });
        descents_ = std::max(descents_, down);
    }
}

// The dependences of a flow go from earlier to later components.
bool Total::in_order(std::int64_t flow) const {
    bool good = true;
    flows_.walk(flow, [&](std::int32_t queue, std::int32_t before, bool) {
        good = good && (before < 0 || component_of_[row(port_of(before))] < component_of_[row(port_of(queue))]);
    });
    return good;
}

}  // namespace easterly::calculus
