#include "hash/packets.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include "random/mix.hpp"

namespace easterly::hash {

namespace {

// One of `count`, by the upper bits of a hash.
std::size_t pick(std::uint64_t hash, std::size_t count) {
    return static_cast<std::size_t>(static_cast<unsigned __int128>(hash) * count >> 64);
}

class Group {
public:
    Group(const Members& members, Choice choice, const Flowlets& flowlets, std::uint64_t seed)
        : members_(members),
          choice_(choice),
          gap_s_(flowlets.gap_s),
          name_(random::mix(0, seed)),
          draws_(random::mix(name_, 1)),
          free_s_(members.rate_Bps.size(), -std::numeric_limits<double>::infinity()) {
        if (choice == Choice::flowlet) {
            last_s_.assign(flowlets.slots, -std::numeric_limits<double>::infinity());
            held_.assign(flowlets.slots, 0);
        }
    }

    std::size_t member(std::int32_t flow, double now_s) {
        const std::uint64_t hash = random::mix(name_, static_cast<std::uint64_t>(flow));
        switch (choice_) {
            case Choice::flow: return pick(hash, count());
            case Choice::flowlet: return flowlet(pick(hash, held_.size()), now_s);
            case Choice::random: return pick(draw(), count());
            case Choice::turns: return turn_ = turn_ + 1 < count() ? turn_ + 1 : 0;
            case Choice::two: return two(now_s);
            default: return shortest(now_s);
        }
    }

    // When a packet sent now has crossed the member and its path.
    double carry(std::size_t m, double now_s, double size_B) {
        free_s_[m] = std::max(now_s, free_s_[m]) + size_B / members_.rate_Bps[m];
        return free_s_[m] + members_.delay_s[m];
    }

private:
    std::size_t count() const { return free_s_.size(); }
    std::uint64_t draw() { return random::mix(draws_, ++drawn_); }

    std::size_t flowlet(std::size_t slot, double now_s) {
        if (now_s - last_s_[slot] > gap_s_) held_[slot] = pick(draw(), count());
        last_s_[slot] = now_s;
        return held_[slot];
    }

    std::size_t two(double now_s) {
        const std::size_t one = pick(draw(), count());
        if (count() == 1) return one;
        const std::size_t step = 1 + pick(draw(), count() - 1);
        const std::size_t other = one + step < count() ? one + step : one + step - count();
        return std::max(free_s_[other], now_s) < std::max(free_s_[one], now_s) ? other : one;
    }

    std::size_t shortest(double now_s) const {
        std::size_t best = 0;
        for (std::size_t m = 1; m < count(); ++m)
            if (std::max(free_s_[m], now_s) < std::max(free_s_[best], now_s)) best = m;
        return best;
    }

    const Members& members_;
    Choice choice_;
    double gap_s_;
    std::uint64_t name_;
    std::uint64_t draws_;
    std::uint64_t drawn_ = 0;
    std::size_t turn_ = std::numeric_limits<std::size_t>::max() - 1;
    std::vector<double> free_s_;  // when each member has sent all that it holds
    std::vector<double> last_s_;  // of each slot
    std::vector<std::size_t> held_;
};

}  // namespace

void spray(const Packets& packets, const Members& members, Choice choice, const Flowlets& flowlets,
           std::uint64_t seed, std::span<std::int32_t> member, std::span<double> arrival_s) {
    Group group(members, choice, flowlets, seed);
    for (std::size_t i = 0; i < packets.flow.size(); ++i) {
        const std::size_t m = group.member(packets.flow[i], packets.time_s[i]);
        member[i] = static_cast<std::int32_t>(m);
        arrival_s[i] = group.carry(m, packets.time_s[i], packets.size_B[i]);
    }
}

void overtaken(std::span<const std::int32_t> flow, std::span<const double> arrival_s, std::size_t flows,
               std::span<double> late_s) {
    std::vector<double> first(flows, std::numeric_limits<double>::infinity());  // of those sent later
    for (std::size_t i = flow.size(); i-- > 0;) {
        double& later = first[flow[i]];
        late_s[i] = std::max(arrival_s[i] - later, 0.0);
        later = std::min(later, arrival_s[i]);
    }
}

}  // namespace easterly::hash
