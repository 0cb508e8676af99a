// Arrivals at a chip whose egress queues are each sent at a rate of their own: what is taken in, and when it has left.
#pragma once

#include <cstdint>
#include <queue>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "aqm/line.hpp"
#include "buffer/shared.hpp"

namespace easterly::buffer {

struct Traffic {
    std::span<const std::int64_t> time, size_B;
    std::span<const std::int32_t> from, to;  // ingress group, egress queue
};

// A group began to ask its sender to pause, or let it go on.
struct PauseChange {
    std::int64_t time = 0;
    std::int32_t group = 0;
    bool paused = false;
};

// Cells are free again when the last bit has left; at one instant what leaves comes before what arrives. A queue of
// rate 0 keeps what it has. Packets still inside at the end stay inside, and keep their departure.
class Player {
public:
    Player(Memory& memory, std::span<const std::int64_t> rate_bps, std::int64_t ticks_per_s) : memory_(memory) {
        for (std::int64_t rate : rate_bps) lines_.push_back({rate, ticks_per_s});
        for (std::size_t g = 0; g < memory.ingress.size(); ++g)
            if (memory.ingress[g].headroom > 0) lossless_.push_back({static_cast<std::int32_t>(g), false});
    }

    std::vector<PauseChange> changes;

    void play(const Traffic& traffic, std::span<std::int8_t> outcome, std::span<std::int64_t> departure) {
        for (std::size_t i = 0; i < traffic.time.size(); ++i) {
            leave(traffic, traffic.time[i]);
            const Outcome what = memory_.admit(traffic.from[i], traffic.to[i], traffic.size_B[i]);
            outcome[i] = static_cast<std::int8_t>(what);
            departure[i] = what <= Outcome::headroom ? send(traffic, i) : -1;
            note(traffic.time[i]);
        }
    }
    // Lets everything leave that has a line.
    void drain(const Traffic& traffic) { leave(traffic, INT64_MAX); }

private:
    using Leaving = std::tuple<std::int64_t, std::size_t>;  // tick, packet

    std::int64_t send(const Traffic& traffic, std::size_t i) {
        aqm::Line& line = lines_[static_cast<std::size_t>(traffic.to[i])];
        if (line.rate_bps == 0) return -1;
        if (line.free_at() <= traffic.time[i]) line.idle_until(traffic.time[i]);
        line.send(traffic.size_B[i]);
        leaving_.emplace(line.free_at(), i);
        return line.free_at();
    }

    void leave(const Traffic& traffic, std::int64_t now) {
        while (!leaving_.empty() && std::get<0>(leaving_.top()) <= now) {
            const std::size_t i = std::get<1>(leaving_.top());
            const std::int64_t at = std::get<0>(leaving_.top());
            leaving_.pop();
            memory_.release(traffic.from[i], traffic.to[i], traffic.size_B[i]);
            note(at);
        }
    }

    // Thresholds move with what is free, so any packet may change what any group asks for.
    void note(std::int64_t now) {
        for (auto& [group, before] : lossless_) {
            const bool paused = memory_.paused(group);
            if (paused != before) changes.push_back({now, group, paused});
            before = paused;
        }
    }

    Memory& memory_;
    std::vector<std::pair<std::int32_t, bool>> lossless_;
    std::vector<aqm::Line> lines_;
    std::priority_queue<Leaving, std::vector<Leaving>, std::greater<>> leaving_;
};

}  // namespace easterly::buffer
