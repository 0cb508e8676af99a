// Hierarchical token bucket with the rules of Linux (Devera 2002; the qdisc `htb`): rates, ceilings, loans, turns.
#pragma once

#include <algorithm>
#include <array>
#include <bit>

#include "sched/timers.hpp"
#include "sched/turns.hpp"

namespace easterly::sched {

// What a class is given. Inner classes ignore quantum and priority, as in Linux.
struct HtbClass {
    std::int32_t parent;  // -1: none; parents come before their children
    std::int64_t rate_bps, ceil_bps;
    Bytes burst, cburst;
    Bytes quantum;
    std::int32_t priority;  // 0..7; 0 goes first
};

// A class has two buckets: tokens for its rate, and ctokens for its ceiling. While ctokens are short it is red and
// passes nothing on; while only tokens are short it is yellow and may borrow from its parent; else it is green.
//
// A leaf is on level 0; inner classes stand on 7 - depth. A packet is taken from the lowest level, and there from the
// lowest priority, that has something to offer: a green class offers what waits in its leaves, down through children
// that are yellow. Among leaves that are offered together a pointer goes round in the order of their numbers, on every
// inner class one, which passes on when a leaf has used up its quantum; when it is past the last child, the pointer of
// the class above moves as well. Every leaf of a loan therefore gets one quantum in a round, whatever the tree between.
//
// All classes from the leaf to the root pay ctokens for a packet; tokens are paid only from the level of the lender
// upwards. Debts end at 60 s of rate.
//
// Buckets hold bytes x 8 x ticks_per_s, so that a tick adds the rate in bit/s: nothing is rounded.
struct Htb {
    template <class A>
    void archive(A& a) {
        a.all_of(*this, given, ticks_per_s, level, tokens, ctokens, paid_at, mode, wants, deficit, head,
                 lent, borrowed, number_, children_, offers_, rows_, row_wants_, alarms_, waiting_, lender_level_);
    }
    enum Mode : std::int32_t { red = 0, yellow = 1, green = 2 };
    static constexpr std::int32_t kLevels = 8, kPriorities = 8;
    static constexpr std::int64_t kDebt_s = 60;

    std::vector<HtbClass> given;
    std::int64_t ticks_per_s;
    std::vector<std::int32_t> level;
    std::vector<Wide> tokens, ctokens;
    std::vector<Ticks> paid_at;                         // when both buckets were last filled
    std::vector<std::int32_t> mode;
    std::vector<std::uint32_t> wants;                   // priorities with something to offer, one bit each
    std::vector<std::array<Bytes, kLevels>> deficit;    // of each leaf, by level of the lender
    std::vector<Bytes> head;
    std::vector<std::int64_t> lent, borrowed;           // packets at own rate, and on loan

    Htb(std::vector<HtbClass> classes, std::int64_t clock)
        : given(std::move(classes)),
          ticks_per_s(clock),
          level(given.size(), 0),
          paid_at(given.size(), 0),
          mode(given.size(), green),
          wants(given.size(), 0),
          deficit(given.size(), std::array<Bytes, kLevels>{}),
          head(given.size(), 0),
          lent(given.size(), 0),
          borrowed(given.size(), 0),
          number_(given.size(), 0),
          children_(given.size()),
          offers_(given.size()),
          row_wants_{} {
        for (std::size_t i = 0; i < given.size(); ++i) {
            tokens.push_back(bytes(given[i].burst));
            ctokens.push_back(bytes(given[i].cburst));
            if (given[i].parent >= 0) {
                auto& siblings = children_[given[i].parent];
                number_[i] = static_cast<std::int32_t>(siblings.size());
                siblings.push_back(static_cast<std::int32_t>(i));
            }
        }
        for (std::size_t i = 0; i < given.size(); ++i) {
            if (children_[i].empty()) continue;
            level[i] = (given[i].parent < 0 ? kLevels : level[given[i].parent]) - 1;
            offers_[i].assign(kPriorities, Turns(children_[i].size()));
        }
        rows_.assign(kLevels * kPriorities, Turns(given.size()));
        alarms_.assign(kLevels, Timers(given.size()));
    }

    bool takes(Queue queue) const { return children_[queue].empty(); }

    bool arrive(Queue leaf, Bytes size, Ticks) {
        ++waiting_;
        if (head[leaf] != 0) return true;
        head[leaf] = size;
        wants[leaf] = 1U << given[leaf].priority;
        offer(leaf);
        return true;
    }

    // To be followed by sent(), if at all, before anything arrives.
    Choice next(Ticks now) {
        if (waiting_ == 0) return kNothing;
        Ticks when = kNever;
        for (std::int32_t at = 0; at < kLevels; ++at) {
            change_modes(at, now);
            when = std::min(when, alarms_[at].due());
            if (row_wants_[at] != 0) {
                lender_level_ = at;
                return {leaf(at, std::countr_zero(row_wants_[at])), now};
            }
        }
        return {-1, when};
    }

    void sent(Queue leaf, Ticks now, Bytes following) {
        const Bytes size = head[leaf];
        Bytes& left = deficit[leaf][lender_level_];
        left -= size;
        if (left < 0) {
            left += given[leaf].quantum;
            pointer(leaf).step();
        }
        dropped(leaf, size, now, following);
        charge(leaf, size, now);
    }

    void dropped(Queue leaf, Bytes, Ticks, Bytes following) {
        head[leaf] = following;
        --waiting_;
        if (following == 0) hold(leaf);
    }

    void resize(Queue leaf, Bytes size) { head[leaf] = size; }

    // A leaf with packets may send nothing for a while.
    void hold(Queue leaf) {
        withdraw(leaf);
        wants[leaf] = 0;
    }
    void resume(Queue leaf) {
        wants[leaf] = 1U << given[leaf].priority;
        offer(leaf);
    }

    template <class Show>
    void show(Show&& show) const {
        show("head_B", head);
        show("level", level);
        show("mode", mode);
        show("tokens", tokens);
        show("ctokens", ctokens);
        show("tokens_per_byte", bytes(1));
        show("lent", lent);
        show("borrowed", borrowed);
        for (std::int32_t at = 0; at < kLevels; ++at) {
            std::vector<Bytes> column;
            for (const auto& row : deficit) column.push_back(row[at]);
            show(kDeficits[at], column);
        }
    }

private:
    static constexpr const char* kDeficits[kLevels] = {"deficit_0_B", "deficit_1_B", "deficit_2_B", "deficit_3_B",
                                                       "deficit_4_B", "deficit_5_B", "deficit_6_B", "deficit_7_B"};

    Wide bytes(Bytes count) const { return static_cast<Wide>(count) * 8 * ticks_per_s; }

    // Ticks since the buckets were filled; more than a minute counts as a minute.
    Ticks elapsed(Queue c, Ticks now) const { return std::min(now - paid_at[c], kDebt_s * ticks_per_s); }

    // --- offers ---

    Turns& row(std::int32_t at, std::int32_t priority) { return rows_[at * kPriorities + priority]; }

    // Puts what a class has to offer into the turns of its parents, as far as they are yellow, or into the row of its
    // level.
    void offer(Queue c) {
        std::uint32_t news = wants[c];
        for (; mode[c] == yellow && given[c].parent >= 0 && news != 0; c = given[c].parent) {
            const Queue above = given[c].parent;
            for (std::uint32_t rest = news; rest != 0; rest &= rest - 1) {
                Turns& turns = offers_[above][std::countr_zero(rest)];
                if (!turns.empty()) news &= ~(rest & -rest);
                turns.add(number_[c]);
            }
            wants[above] |= news;
        }
        if (mode[c] != green || news == 0) return;
        row_wants_[level[c]] |= news;
        for (; news != 0; news &= news - 1) row(level[c], std::countr_zero(news)).add(c);
    }

    void withdraw(Queue c) {
        std::uint32_t gone = wants[c];
        for (; mode[c] == yellow && given[c].parent >= 0 && gone != 0; c = given[c].parent) {
            const Queue above = given[c].parent;
            std::uint32_t ended = 0;
            for (std::uint32_t rest = gone; rest != 0; rest &= rest - 1) {
                Turns& turns = offers_[above][std::countr_zero(rest)];
                turns.remove_and_remember(number_[c]);
                if (turns.empty()) ended |= rest & -rest;
            }
            wants[above] &= ~ended;
            gone = ended;
        }
        if (mode[c] != green) return;
        for (; gone != 0; gone &= gone - 1) {
            const auto priority = std::countr_zero(gone);
            Turns& turns = row(level[c], priority);
            turns.remove_and_step(c);
            if (turns.empty()) row_wants_[level[c]] &= ~(1U << priority);
        }
    }

    // The leaf whose turn it is in a row that is not empty.
    Queue leaf(std::int32_t at, std::int32_t priority) {
        std::array<Turns*, kLevels + 1> path;
        std::size_t depth = 0;
        path[0] = &row(at, priority);
        Queue inner = -1;  // whose turns path[depth] are; -1: the row
        for (;;) {
            Turns& turns = *path[depth];
            const std::int32_t member = turns.at();
            if (member == Turns::kEnd) {
                turns.rewind();
                if (depth == 0) continue;
                path[--depth]->step();
                inner = depth == 0 ? -1 : given[inner].parent;
                continue;
            }
            const Queue found = inner < 0 ? member : children_[inner][member];
            if (level[found] == 0) return found;
            inner = found;
            path[++depth] = &offers_[found][priority];
        }
    }

    // The pointer that stands on a leaf which has just been chosen.
    Turns& pointer(Queue leaf) {
        if (lender_level_ == 0) return row(0, given[leaf].priority);
        return offers_[given[leaf].parent][given[leaf].priority];
    }

    // --- buckets ---

    // Mode of a class `after` ticks from the last filling, and how long until it may change, if not green.
    std::pair<Mode, Wide> mode_after(Queue c, Ticks after) const {
        const Wide most = ctokens[c] + static_cast<Wide>(given[c].ceil_bps) * after;
        if (most < 0) return {red, up(-most, given[c].ceil_bps)};
        const Wide own = tokens[c] + static_cast<Wide>(given[c].rate_bps) * after;
        if (own < 0) return {yellow, up(-own, given[c].rate_bps)};
        return {green, 0};
    }

    void set_mode(Queue c, Mode now) {
        if (mode[c] == now) return;
        if (wants[c] != 0 && mode[c] != red) withdraw(c);
        mode[c] = now;
        if (wants[c] != 0 && now != red) offer(c);
    }

    void change_modes(std::int32_t at, Ticks now) {
        Timers& alarms = alarms_[at];
        while (alarms.due() <= now) {
            const Queue c = alarms.first();
            alarms.clear(c);
            const auto [changed, delay] = mode_after(c, elapsed(c, now));
            set_mode(c, changed);
            if (changed != green) alarms.set(c, later(now, std::max<Wide>(delay, 1)));
        }
    }

    void charge(Queue leaf, Bytes size, Ticks now) {
        for (Queue c = leaf; c >= 0; c = given[c].parent) {
            const Ticks after = elapsed(c, now);
            const HtbClass& its = given[c];
            const Wide filled = tokens[c] + static_cast<Wide>(its.rate_bps) * after;
            if (level[c] >= lender_level_) {
                tokens[c] = pay(std::min(filled, bytes(its.burst)), size, its.rate_bps);
                lent[c] += level[c] == lender_level_;
            } else {
                tokens[c] = filled;
                ++borrowed[c];
            }
            const Wide most = ctokens[c] + static_cast<Wide>(its.ceil_bps) * after;
            ctokens[c] = pay(std::min(most, bytes(its.cburst)), size, its.ceil_bps);
            paid_at[c] = now;
            const std::int32_t before = mode[c];
            const auto [changed, delay] = mode_after(c, 0);
            set_mode(c, changed);
            if (changed == before) continue;
            alarms_[level[c]].clear(c);
            if (changed != green) alarms_[level[c]].set(c, later(now, std::max<Wide>(delay, 1)));
        }
    }

    Wide pay(Wide filled, Bytes size, std::int64_t rate_bps) const {
        return std::max(filled - bytes(size), -static_cast<Wide>(kDebt_s) * ticks_per_s * rate_bps);
    }

    std::vector<std::int32_t> number_;                   // of each class among its siblings
    std::vector<std::vector<std::int32_t>> children_;
    std::vector<std::vector<Turns>> offers_;             // of each inner class, by priority: yellow children
    std::vector<Turns> rows_;                            // by level and priority: green classes
    std::array<std::uint32_t, kLevels> row_wants_;       // priorities with something in the row
    std::vector<Timers> alarms_;                         // by level: classes that are not green
    std::int64_t waiting_ = 0;
    std::int32_t lender_level_ = 0;
};

}  // namespace easterly::sched
