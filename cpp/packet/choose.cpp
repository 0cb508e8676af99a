#include "packet/choose.hpp"

#include <algorithm>

#include "packet/engine.hpp"

namespace easterly::packet {

namespace {

constexpr double kTop = 18446744073709549568.0;  // the largest double below 2^64

// One of `count`, by the upper bits of a hash.
std::uint32_t region(std::uint64_t hash, std::uint32_t count) {
    return static_cast<std::uint32_t>(static_cast<unsigned __int128>(hash) * count >> 64);
}

bool comes_back(const Packet& packet) { return packet.flags & (kAck | kCnp); }

}  // namespace

void Choices::begin(std::size_t flows, std::size_t links) {
    upto.resize(member.size());
    avoided.assign(links, 0);
    chosen.assign(flows, kNone);
    if (!watched) return;
    picked.assign(member.size(), 0);
    changes.assign(flows, 0);
}

void Choices::sum_up(Group& group, const std::vector<std::int32_t>& route) {
    const auto up = [&](std::uint32_t slot) {
        const std::int32_t link = route[member[group.first + slot]];
        return link < 0 || !avoided[link];
    };
    group.live = 0;
    group.even = true;
    for (std::uint32_t slot = 0; slot < std::min<std::size_t>(group.count, group.near.size()); ++slot)
        group.near[slot] = member[group.first + slot];
    double all = 0.0, some = 0.0;
    for (std::uint32_t slot = 0; slot < group.count; ++slot) {
        const double own = weight[group.first + slot];
        group.even = group.even && own == weight[group.first];
        all += own;
        if (!up(slot)) continue;
        some += own;
        ++group.live;
    }
    const bool partly = group.live < group.count;
    if (partly && alive.size() < member.size()) alive.resize(member.size()), alive_upto.resize(member.size());
    double sum = 0.0, partial = 0.0;
    for (std::uint32_t slot = 0, at = group.first; slot < group.count; ++slot) {
        sum += weight[group.first + slot];
        upto[group.first + slot] = static_cast<std::uint64_t>(sum / all * kTop);
        if (!partly || !up(slot)) continue;
        partial += weight[group.first + slot];
        alive[at] = slot;
        alive_upto[at++] = static_cast<std::uint64_t>(partial / some * kTop);
    }
}

void Choices::avoid(std::int32_t link, bool down, const std::vector<std::int32_t>& route) {
    if (avoided[link] == static_cast<char>(down)) return;
    avoided[link] = static_cast<char>(down);
    ++epoch;
    for (Group& group : groups)
        for (std::uint32_t slot = 0; slot < group.count; ++slot)
            if (route[member[group.first + slot]] == link) {
                sum_up(group, route);
                break;
            }
}

void Choices::install(const Tables& tables, const std::vector<std::int32_t>& route) {
    ++epoch;
    for (std::size_t i = 0; i < tables.group.size(); ++i) {
        Group& group = groups[tables.group[i]];
        const std::uint32_t begin = tables.ptr[i], end = tables.ptr[i + 1];
        if (end - begin > group.count) {
            group.first = static_cast<std::uint32_t>(member.size());
            member.resize(member.size() + (end - begin));
            weight.resize(member.size());
            upto.resize(member.size());
            if (watched) picked.resize(member.size(), 0);
        }
        group.count = end - begin;
        for (std::uint32_t slot = 0; slot < group.count; ++slot) {
            member[group.first + slot] = tables.member[begin + slot];
            weight[group.first + slot] = tables.weight[begin + slot];
        }
        sum_up(group, route);
    }
}

void Engine::begin_choices() {
    if (choices.empty()) return;
    choices.begin(flows.size(), links.size());
    for (Group& group : choices.groups) choices.sum_up(group, route);
}

// A packet is where its path has a choice, or where it starts: it goes on, or there is no way.
void Engine::choose(std::uint32_t at, std::int32_t came) {
    Packet& packet = pool_[at];
    if (route[packet.hop] == kGone) return pool_.give(at);
    packet.hop = link_from(packet.hop, packet);
    if (packet.hop == kNone) {
        ++choices.lost;
        return pool_.give(at);
    }
    if (route[packet.hop] >= 0) return forward(at, came);
    return reach(at);
}

// From a place in the routes to the next with a link, or to the end; kNone: there is no way.
std::uint32_t Engine::link_from(std::uint32_t place, const Packet& packet) {
    while (route[place] < -1) {
        const auto g = static_cast<std::uint32_t>(-2 - route[place]);
        const Group& group = choices.groups[g];
        if (choices.manners[group.manner].pick == Pick::back) {
            place = behind(comes_back(packet) ? flows[packet.flow].back : flows[packet.flow].path, group.table);
            continue;
        }
        if (group.live == 0) return kNone;
        const std::uint32_t slot = pick(g, packet);
        if (choices.watched) ++choices.picked[group.first + slot];
        place = slot < group.near.size() ? group.near[slot] : choices.member[group.first + slot];
    }
    return place;
}

void Engine::way(std::uint32_t flow, bool answers, std::vector<std::int32_t>& links) {
    Packet packet{};
    packet.flow = flow;
    if (answers) packet.flags |= kAck;
    std::uint32_t place = answers ? flows[flow].back : flows[flow].path;
    while ((place = link_from(place, packet)) != kNone && route[place] >= 0) links.push_back(route[place++]);
}

// The member of a group, by number, that a packet takes.
std::uint32_t Engine::pick(std::uint32_t g, const Packet& packet) {
    const Group& group = choices.groups[g];
    Manner& how = choices.manners[group.manner];
    if (how.gap == 0 && how.pick != Pick::turns_of_flow && !choices.watched) return fresh(g, packet, 0);
    const std::uint64_t direction = comes_back(packet);
    bool is_new = false;
    Habit& habit = choices.habits.of(((packet.flow * std::uint64_t{2} + direction) << 31 | g) + 1, is_new);
    const bool known = !is_new && (habit.epoch == choices.epoch || stays(group, habit.slot));
    const bool keeps = known && how.gap > 0 && now_ - habit.last <= how.gap;
    std::uint32_t slot = habit.slot;
    if (!keeps) {
        const std::uint64_t turn = how.pick == Pick::turns_of_flow && !is_new ? habit.slot + 1 : 0;
        slot = fresh(g, packet, turn);
    }
    if (choices.watched && !is_new && slot != habit.slot) ++choices.changes[packet.flow];
    habit.slot = slot;
    habit.last = now_;
    habit.epoch = choices.epoch;
    return slot;
}

// Whether a member is still there and not known to be down.
bool Engine::stays(const Group& group, std::uint32_t slot) const {
    if (slot >= group.count) return false;
    const std::int32_t link = route[choices.member[group.first + slot]];
    return link < 0 || !choices.avoided[link];
}

// A new choice. `turn`: one more than the member before, 0 for the first.
std::uint32_t Engine::fresh(std::uint32_t g, const Packet& packet, std::uint64_t turn) {
    const Group& group = choices.groups[g];
    Manner& how = choices.manners[group.manner];
    const bool whole = group.live == group.count;
    if (whole && group.count == 1) return 0;
    const auto slot_of = [&](std::uint32_t i) { return whole ? i : choices.alive[group.first + i]; };
    const auto draw = [&](std::uint64_t salt) {
        const std::uint64_t entity = random::mix(random::mix(seed_, ~std::uint64_t{g}), salt);
        const std::uint64_t one = random::mix(entity, std::uint64_t{packet.flow} << 32 | packet.seq);
        return random::mix(one, static_cast<std::uint64_t>(packet.sent) << 1 ^ packet.echo ^ (comes_back(packet) ? ~0ULL : 0));
    };
    switch (how.pick) {
        case Pick::random: return slot_of(weighed(group, draw(0)));
        case Pick::turns: return slot_of(static_cast<std::uint32_t>((how.hash(g) % group.live + how.turn++) % group.live));
        case Pick::turns_of_flow: {
            if (turn == 0) return hashed(group, packet);
            auto slot = static_cast<std::uint32_t>(turn % group.count);
            while (!stays(group, slot)) slot = (slot + 1) % group.count;
            return slot;
        }
        case Pick::least: return least(group, hashed(group, packet));
        case Pick::least_drawn: return least(group, slot_of(region(draw(0), group.live)));
        case Pick::two: {
            const std::uint32_t one = slot_of(region(draw(0), group.live)), other = slot_of(region(draw(1), group.live));
            return backlog(group, other) < backlog(group, one) ? other : one;
        }
        default: return hashed(group, packet);
    }
}

// By the hash of the flow: among all members, and where that one is down among the others; or among these at once.
std::uint32_t Engine::hashed(const Group& group, const Packet& packet) {
    const Manner& how = choices.manners[group.manner];
    const std::uint64_t hash = how.hash(choices.name[2 * std::size_t{packet.flow} + comes_back(packet)]);
    const auto among = [&](std::uint64_t value, std::uint32_t count) {
        return how.modulo ? static_cast<std::uint32_t>(value % count) : region(value << (64 - how.bits), count);
    };
    const bool whole = group.live == group.count;
    if (whole || how.resilient) {
        const std::uint32_t slot =
            group.even ? among(hash, group.count) : share(choices.upto.data() + group.first, group.count, hash << (64 - how.bits));
        if (whole || stays(group, slot)) return slot;
        return choices.alive[group.first + weighed(group, random::mix(hash, 1))];
    }
    if (group.even) return choices.alive[group.first + among(hash, group.live)];
    return choices.alive[group.first + share(choices.alive_upto.data() + group.first, group.live, hash << (64 - how.bits))];
}

// One of those that are up, by their weights and a number of 64 bits.
std::uint32_t Engine::weighed(const Group& group, std::uint64_t number) const {
    if (group.even) return region(number, group.live);
    const auto& upto = group.live == group.count ? choices.upto : choices.alive_upto;
    return share(upto.data() + group.first, group.live, number);
}

std::uint32_t Engine::share(const std::uint64_t* upto, std::uint32_t count, std::uint64_t number) {
    std::uint32_t at = 0;
    while (at + 1 < count && number >= upto[at]) ++at;
    return at;
}

// The shortest queue among those that are up; the first of them from `start` on.
std::uint32_t Engine::least(const Group& group, std::uint32_t start) const {
    std::uint32_t best = start;
    Time shortest = kNever;
    for (std::uint32_t i = 0; i < group.count; ++i) {
        const std::uint32_t slot = start + i < group.count ? start + i : start + i - group.count;
        if (group.live < group.count && !stays(group, slot)) continue;
        const Time own = backlog(group, slot);
        if (own >= shortest) continue;
        shortest = own;
        best = slot;
    }
    return best;
}

// What waits before the first link of a member, as time on that link.
Time Engine::backlog(const Group& group, std::uint32_t slot) const {
    const std::int32_t link = route[choices.member[group.first + slot]];
    if (link < 0) return 0;
    const Port& port = ports[link];
    if (links[link].station < 0) return port.waits(now_);
    std::int64_t bytes = 0;
    for (const Line& line : stations[links[link].station].lines) bytes += line.bytes;
    return port.waits(now_) + port.takes(bytes);
}

// Where a list of a flow goes on behind the entry that led into a table.
std::uint32_t Engine::behind(std::uint32_t place, std::int32_t table) const {
    while (route[place] >= -1 || choices.groups[-2 - route[place]].table != table) ++place;
    return place + 1;
}

// The link that the next packet of a flow starts on; -1: there is none.
std::int32_t Engine::nic_among(std::uint32_t flow) {
    const std::int32_t plain = route[flows[flow].path];
    if (plain >= 0) return plain;
    std::uint32_t& place = choices.chosen[flow];
    const auto pick_of = [&] { return choices.manners[choices.groups[-2 - plain].manner].pick; };
    if (place == kNone || choices.avoided[route[place]] || pick_of() >= Pick::least) {
        Packet next{};
        next.flow = flow;
        next.seq = senders_[flow].next;
        next.echo = static_cast<std::uint32_t>(flows[flow].sent);
        next.sent = now_;
        place = link_from(flows[flow].path, next);
        if (place != kNone && route[place] < 0) place = kNone;
    }
    return place == kNone ? -1 : route[place];
}

}  // namespace easterly::packet
