// Flows, and what answers them, by the queues that they take.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "calculus/port.hpp"

namespace easterly::calculus {

// Flow f takes queues queue[ptr[f]..ptr[f + 1]], one after the other; what answers it then those of back_queue.
struct Flows {
    std::vector<std::int64_t> ptr;
    std::vector<std::int32_t> queue;
    std::vector<std::int64_t> back_ptr;
    std::vector<std::int32_t> back_queue;
    std::vector<double> share;  // of its bytes that answers have
    std::vector<double> burst;  // B
    std::vector<double> rate;   // B/s

    std::int64_t size() const { return static_cast<std::int64_t>(burst.size()); }
    void reserve(std::size_t more);
    void push(std::span<const std::int32_t> there, std::span<const std::int32_t> back, double part, double b, double r);
    std::span<const std::int32_t> there_of(std::int64_t f) const {
        return std::span(queue).subspan(row(ptr[row(f)]), row(ptr[row(f) + 1] - ptr[row(f)]));
    }
    std::span<const std::int32_t> back_of(std::int64_t f) const {
        return std::span(back_queue).subspan(row(back_ptr[row(f)]), row(back_ptr[row(f) + 1] - back_ptr[row(f)]));
    }
    // Queues there and back, the one before each, -1 for none, and whether that is on the same way.
    template <class Do>
    void walk(std::int64_t f, Do action) const {
        std::int32_t before = -1;
        for (const auto way : {there_of(f), back_of(f)}) {
            bool joined = false;
            for (const std::int32_t each : way) {
                action(each, before, joined);
                before = each;
                joined = true;
            }
        }
    }
    // The first hop of a flow; queue -1 for none.
    struct First {
        std::int32_t number, queue;
    };
    First first_hop(std::int64_t f) const {
        const auto there = there_of(f), back = back_of(f);
        if (!there.empty()) return {static_cast<std::int32_t>(ptr[row(f)]), there[0]};
        if (back.empty()) return {0, -1};
        return {static_cast<std::int32_t>(queue.size()) + static_cast<std::int32_t>(back_ptr[row(f)]), back[0]};
    }
    // All hops, flow by flow, with a number for each: those there, and behind them those back. `home` says which.
    template <class Do>
    void number_hops(Do action) const {
        std::size_t there = 0, back = queue.size();
        for (std::int64_t f = 0; f < size(); ++f) {
            std::size_t left = there_of(f).size();
            walk(f, [&](std::int32_t each, std::int32_t before, bool joined) {
                const bool home = left == 0;
                if (!home) --left;
                action(f, home ? back++ : there++, each, before, joined, home);
            });
        }
    }
};

}  // namespace easterly::calculus
