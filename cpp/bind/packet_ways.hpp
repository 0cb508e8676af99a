// Whether every way through choices comes to an end.
#pragma once

#include "bind/columns.hpp"
#include "packet/engine.hpp"

namespace easterly::bind {

// Whether all ways end: groups of tables, and lists of flows.
class Ways {
public:
    explicit Ways(const packet::Engine& engine) : engine_(engine), state_(engine.choices.groups.size(), 0) {}

    void check() {
        for (std::uint32_t g = 0; g < state_.size(); ++g) visit(g);
        for (const packet::Flow& flow : engine_.flows)
            for (const std::uint32_t start : {flow.path, flow.back}) follow(start, -1, [&](std::uint32_t at) { called(start, at); });
    }

private:
    const packet::Group& group(std::uint32_t at) const { return engine_.choices.groups[-2 - engine_.route[at]]; }

    // All groups on a way; whose way it is decides where it goes on behind them.
    template <class Meet>
    void follow(std::uint32_t at, std::int32_t table, Meet&& meet) {
        for (bool link = false; engine_.route[at] != -1; ++at) {
            link = link || engine_.route[at] >= 0;
            if (engine_.route[at] >= 0) continue;
            meet(at);
            if (group(at).table == table) return;
            if (table >= 0) refuse("route[" + std::to_string(at) + "] leads from a table into another one");
        }
    }

    // The groups that a group leads to, depth first, without recursion.
    void visit(std::uint32_t root) {
        if (state_[root]) return;
        std::vector<std::pair<std::uint32_t, bool>> open{{root, false}};
        while (!open.empty()) {
            const auto [g, left] = open.back();
            open.pop_back();
            if (left) {
                state_[g] = 2;
                continue;
            }
            if (state_[g] == 2) continue;
            state_[g] = 1;
            open.emplace_back(g, true);
            const packet::Group& own = engine_.choices.groups[g];
            for (std::uint32_t i = 0; i < own.count; ++i)
                follow(engine_.choices.member[own.first + i], own.table, [&](std::uint32_t at) {
                    const auto next = static_cast<std::uint32_t>(-2 - engine_.route[at]);
                    if (state_[next] == 1) refuse("groups " + std::to_string(g) + " and " + std::to_string(next) + " lead in a circle");
                    if (state_[next] == 0) open.emplace_back(next, false);
                });
        }
    }

    // A list of a flow leads into a table: the way back is found again.
    void called(std::uint32_t start, std::uint32_t at) {
        const packet::Group& into = group(at);
        if (into.table < 0) {
            for (std::uint32_t i = 0; i < into.count; ++i)
                follow(engine_.choices.member[into.first + i], -1, [&](std::uint32_t next) { called(start, next); });
            return;
        }
        std::size_t back = start;
        while (back < engine_.route.size() && (engine_.route[back] >= -1 || group(static_cast<std::uint32_t>(back)).table != into.table))
            ++back;
        if (back != at) refuse("route[" + std::to_string(at) + "] leads into a table that is not found again from route[" +
                               std::to_string(start) + "]: one list leads into a table once");
    }

    const packet::Engine& engine_;
    std::vector<std::uint8_t> state_;  // 0 not seen, 1 on the way, 2 done
};

inline void check_members(const packet::Engine& engine, std::span<const std::int64_t> member, std::span<const double> weight) {
    same_length("weight", weight.size(), "member", member.size());
    for (std::size_t i = 0; i < member.size(); ++i) {
        const std::int64_t at = member[i];
        if (at < 0 || at >= static_cast<std::int64_t>(engine.route.size()) || engine.route[at] == -1)
            refuse(entry("member", i, std::to_string(at)) + ", where nothing begins");
        real("weight", weight[i], 1e-9, 1e9);
    }
}

}  // namespace easterly::bind
