// Runs that cannot end: rings of pauses, pauses that never end, and packets that are sent for ever and never arrive.
#include <algorithm>
#include <map>

#include "packet/engine.hpp"

namespace easterly::packet {

// Asked where little happens: at timeouts, and at pauses that are repeated.
void Engine::check() {
    if (now_ < check_at_ || stuck.cause != Cause::none) return;
    check_at_ = now_ + check_every;
    std::uint64_t arrived = 0;
    for (std::size_t f = 0; f < flows.size(); ++f) arrived += received(f);
    if (arrived != arrived_) {
        arrived_ = arrived;
        progress_ = now_;
        sent_then_ = hops;
    }
    std::vector<Waiting> ring = deadlocked(false);
    const bool impatient = patience > 0 && now_ - progress_ >= patience;
    if (!ring.empty() && (impatient || !guarded(ring))) return end(Cause::deadlock, std::move(ring));
    if (!impatient) return;
    ring = deadlocked(true);
    if (!ring.empty()) return end(Cause::storm, std::move(ring));
    if (hops != sent_then_) end(Cause::livelock, {});
}

// Nothing is left to happen, and flows are open.
void Engine::stand_still() {
    if (open_ == 0 || stuck.cause != Cause::none) return;
    std::vector<Waiting> ring = deadlocked(false);
    if (!ring.empty()) return end(Cause::deadlock, std::move(ring));
    ring = deadlocked(true);
    end(ring.empty() ? Cause::silence : Cause::storm, std::move(ring));
}

void Engine::end(Cause cause, std::vector<Waiting> ring) {
    stuck = {cause, now_, std::move(ring)};
}

// Classes that are paused and have packets, less all that may yet go on: since a queue that its switch still empties
// holds packets of theirs, or since the pause would end if everything else were gone. What remains waits for itself:
// a ring of it, or, where `storms` are asked for, what waits for a host that never stops to pause.
std::vector<Waiting> Engine::deadlocked(bool storms_too) {
    std::map<Node, std::vector<Node>> waits;  // for what
    for (std::size_t l = 0; l < links.size(); ++l) {
        if (links[l].station < 0) continue;
        const Station& station = stations[links[l].station];
        for (int c = 0; c < kClasses; ++c)
            if (station.paused >> c & 1 && station.lines[c].packets > 0) waits[{static_cast<std::int32_t>(l), c}];
    }
    if (waits.empty()) return {};
    for (auto& [node, others] : waits) others = holders(node.first, node.second);
    for (bool any = true; any;) {
        any = false;
        const std::map<Node, std::int64_t> stay = staying(waits);
        for (auto at = waits.begin(); at != waits.end();) {
            const auto& [node, others] = *at;
            const bool free = std::ranges::any_of(others, [&](const Node& each) { return !waits.contains(each); });
            const bool ends = free || clears(node, stay) || (others.empty() && !(storms_too && stormed(node.first, node.second)));
            at = ends ? waits.erase(at) : std::next(at);
            any |= ends;
        }
    }
    for (const auto& [first, others] : waits) {
        std::vector<Node> path{first};
        for (;;) {
            const auto& next = waits.at(path.back());
            if (next.empty()) {
                if (storms_too) return described(path);
                break;
            }
            const auto seen = std::ranges::find(path, next.front());
            if (seen != path.end()) return described({seen, path.end()});
            path.push_back(next.front());
        }
    }
    return {};
}

// The classes of the switch behind a link in which packets wait that came over it; none where the pause would end
// anyway, or nothing there asks for it.
std::vector<Engine::Node> Engine::holders(std::int32_t link, int c) {
    const Link& more = links[link];
    if (more.behind < 0) return {};
    const Memory::Account& in = memories[more.behind].ingress[more.way_in + c];
    if (!in.paused) return {};
    std::vector<Node> found;
    for (const std::int32_t out : out_links_[more.behind]) {
        const Station& station = stations[links[out].station];
        const Details& of = details[links[out].station];
        if (station.busy && station.from == more.way_in + c) return {};
        if (of.manager[c] >= 0 && managers[of.manager[c]].fair() != nullptr) return {};
        std::uint32_t at = station.lines[c].first;
        for (std::uint32_t left = station.lines[c].packets; left > 0; --left, at = pool_[at].next)
            if (from_[at] == more.way_in + c) {
                found.emplace_back(out, c);
                break;
            }
    }
    return found;
}

// Shared cells that stay in each memory and pool, as those who hold them are stuck.
std::map<Engine::Node, std::int64_t> Engine::staying(const std::map<Node, std::vector<Node>>& waits) const {
    std::map<Node, std::int64_t> made;
    for (const auto& [node, others] : waits) {
        const Link& more = links[node.first];
        if (more.behind < 0) continue;
        const Memory::Account& in = memories[more.behind].ingress[more.way_in + node.second];
        made[{more.behind, in.pool}] += in.shared();
    }
    return made;
}

// Whether a pause would end if all went that may go.
bool Engine::clears(const Node& node, const std::map<Node, std::int64_t>& stay) const {
    const Link& more = links[node.first];
    if (more.behind < 0) return false;
    const Memory& memory = memories[more.behind];
    const Memory::Account& in = memory.ingress[more.way_in + node.second];
    const auto kept = stay.find({more.behind, in.pool});
    const std::int64_t free = memory.ingress_pools[in.pool].shared - (kept == stay.end() ? 0 : kept->second);
    return in.in_headroom.used == 0 && in.shared() <= in.resumes_at(static_cast<std::int32_t>(std::max<std::int64_t>(free, 0)));
}

// Whether a watchdog may break a ring.
bool Engine::guarded(const std::vector<Waiting>& ring) const {
    return std::ranges::any_of(ring, [&](const Waiting& each) {
        return std::ranges::any_of(guards, [&](const Guard& guard) {
            return guard.link == each.link && guard.traffic_class == each.traffic_class &&
                   guard.watchdog.action != buffer::Action::alert;
        });
    });
}

bool Engine::stormed(std::int32_t link, int c) const {
    return std::ranges::any_of(storms, [&](const Storm& each) {
        return each.link == link && each.traffic_class == c && now_ >= each.from && each.to == kNever;
    });
}

std::vector<Waiting> Engine::described(const std::vector<Node>& nodes) const {
    std::vector<Waiting> made;
    for (const auto& [link, c] : nodes) {
        const std::int32_t s = links[link].station;
        made.push_back({link, c, details[s].paused_since[c], stations[s].lines[c].bytes});
    }
    return made;
}

}  // namespace easterly::packet
