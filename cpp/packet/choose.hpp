// Choices on the way: groups of continuations, what a group picks by, and what it remembers of flows.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "packet/packet.hpp"
#include "packet/wheel.hpp"
#include "random/mix.hpp"

namespace easterly::packet {

// In the routes: a packet that was lost, and stays in the list of events.
inline constexpr std::int32_t kGone = INT32_MIN;

// What picks a member.
enum class Pick : std::uint8_t {
    hash = 0,          // of the flow
    random = 1,        // a draw for each packet
    turns_of_flow = 2, // one after the other, from one that the hash of the flow names
    turns = 3,         // the same for all packets of a switch
    least = 4,         // the shortest queue; of several, from one that the hash names on
    least_drawn = 5,   // the same, from one drawn on
    two = 6,           // the shorter of two that are drawn (Mitzenmacher 2001)
    back = 7           // none: the end of a table, from where the packet's own list goes on
};

// How a switch, or a host, picks. Several groups share it.
struct Manner {
    Pick pick = Pick::hash;
    bool modulo = false;     // hash mod w, or one of w regions of its range (RFC 2992)
    bool added = false;      // the seed is added to the name of the flow (CRC, XOR); else both are mixed
    bool resilient = false;  // flows of members that are up stay where they are
    std::uint8_t bits = 64;  // width of the hash
    std::uint64_t seed = 0;
    Time gap = 0;            // a flow keeps its member until it was idle for longer
    std::uint64_t turn = 0;

    // By the name of a flow.
    std::uint64_t hash(std::uint64_t name) const { return added ? name ^ seed : random::mix(name, seed); }
};

// Members member[first] .. member[first + count - 1] of `Choices`; a line of the cache, with the members of small groups.
struct alignas(64) Group {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
    std::uint32_t live = 0;      // that are not known to be down
    std::uint32_t manner = 0;
    std::int32_t table = -1;     // it belongs to; -1: to lists of flows
    bool even = true;
    std::array<std::uint32_t, 10> near{};
};
static_assert(sizeof(Group) == 64);

// What is remembered of a flow at a group.
struct Habit {
    std::uint64_t key = 0;
    Time last = 0;
    std::uint32_t slot = 0;
    std::uint32_t epoch = 0;
};

// Habits by key: a table with open addresses, which is never walked.
class Habits {
public:
    template <class A>
    void archive(A& a) { a.all_of(*this, places_, used_); }
    // The habit of this key, and whether it is new.
    Habit& of(std::uint64_t key, bool& is_new) {
        if (2 * (used_ + 1) > places_.size()) grow();
        Habit* const place = find(key);
        is_new = place->key == 0;
        if (is_new) {
            place->key = key;
            ++used_;
        }
        return *place;
    }
    std::size_t size() const { return used_; }

private:
    Habit* find(std::uint64_t key) {
        std::size_t at = random::mix(0, key) & (places_.size() - 1);
        while (places_[at].key != 0 && places_[at].key != key) at = (at + 1) & (places_.size() - 1);
        return &places_[at];
    }
    void grow() {
        std::vector<Habit> before(places_.empty() ? 64 : 2 * places_.size());
        before.swap(places_);
        for (const Habit& each : before)
            if (each.key != 0) *find(each.key) = each;
    }

    std::vector<Habit> places_;
    std::size_t used_ = 0;
};

// New members of groups, from some time on.
struct Tables {
    std::vector<std::uint32_t> group, ptr, member;  // of group[i]: member[ptr[i]] .. member[ptr[i + 1] - 1]
    std::vector<double> weight;
};

struct Choices {
    std::vector<Group> groups;
    std::vector<Manner> manners;
    std::vector<std::uint32_t> member;  // where in `route` each goes on
    std::vector<double> weight;
    std::vector<std::uint64_t> name;    // of flow f: name[2 f], of its acknowledgements name[2 f + 1]
    bool watched = false;               // whether picks and changes are counted

    std::vector<std::uint64_t> upto;    // weights summed up, scaled to 2^64
    std::vector<std::uint32_t> alive;   // of groups with members that are down: the others, by number
    std::vector<std::uint64_t> alive_upto;
    std::vector<std::uint64_t> picked;  // packets by member, where watched
    std::vector<std::uint32_t> changes; // of each flow, where watched: packets that went another way than the one before
    std::vector<std::uint32_t> chosen;  // of each flow with a choice in its host: where its next packet starts
    std::vector<char> avoided;          // links that are known to be down
    std::uint32_t epoch = 0;
    std::uint64_t lost = 0;             // packets that found no member
    Habits habits;

    bool empty() const { return groups.empty(); }
    void begin(std::size_t flows, std::size_t links);
    // The members of a group, or what is known of them, have changed.
    void sum_up(Group& group, const std::vector<std::int32_t>& route);
    void install(const Tables& tables, const std::vector<std::int32_t>& route);
    void avoid(std::int32_t link, bool down, const std::vector<std::int32_t>& route);
};

}  // namespace easterly::packet
