// Proportional integral controller enhanced, RFC 8033, section 4, with the safeguards of section 5 that are switched on.
#pragma once

#include <algorithm>
#include <cstdint>

#include "aqm/packet.hpp"
#include "aqm/red.hpp"

namespace easterly::aqm {

// Times in integer ticks, probabilities in double precision: sums and products alone, the same bits everywhere.
struct Pie {
    std::int64_t target = 0, update = 0, most_burst = 0;  // ticks
    double alpha = 0.125, beta = 1.25;                    // per second
    double ticks_per_s = 1e9;
    double mtu_B = 1514.0;
    std::int64_t drain_Bps = 0;  // above 0: delay by Little's law; else from the time stamps of packets that leave
    bool ecn = false;
    double most_marked = 0.1;  // marks below, drops from here on
    bool capped = true;        // section 5.5 of the RFC: no step above 2 % once the probability is 10 %
    bool derandomised = false; // section 5.4: no drop before the probabilities add up to 0.85, one at 8.5

    double probability = 0.0, accumulated = 0.0;
    std::int64_t delay = 0, delay_old = 0;
    std::int64_t burst = 0;     // allowance left, ticks
    std::int64_t next_update = -1;

    static constexpr std::int64_t kMostUpdates = 1 << 16;  // a quarter of an hour of them, by default
    static constexpr std::int64_t kLongest = std::int64_t{1} << 61;

    // Runs the updates that were due; the queue has been as it is since the last event. Where an update changes nothing,
    // none of those after it does; after `kMostUpdates` between two events what is left is taken for settled.
    void advance(std::int64_t now, std::int64_t backlog_B) {
        if (next_update < 0) {
            next_update = now + update;
            burst = most_burst;
        }
        for (std::int64_t done = 0; now >= next_update; ++done) {
            if (resting(backlog_B) || done == kMostUpdates || !recalculate(backlog_B)) return skip(now);
            next_update += update;
        }
    }

    Verdict arrive(std::int64_t backlog_B, const Packet& packet, double draw) {
        if (burst > 0 || !early(backlog_B, draw)) return Verdict::kept;
        const bool soft = probability < most_marked;
        return signal(ecn, !soft, packet.ecn);
    }

    void left(const Packet& packet, std::int64_t now, std::int64_t backlog_B) {
        if (drain_Bps == 0) delay = backlog_B == 0 ? 0 : now - packet.since;
    }

private:
    bool early(std::int64_t backlog_B, double draw) {
        if (2 * delay_old < target && probability < 0.2) return false;
        if (static_cast<double>(backlog_B) <= 2.0 * mtu_B) return false;
        return derandomised ? spread(draw) : draw < probability;
    }

    bool spread(double draw) {
        accumulated = probability == 0.0 ? 0.0 : accumulated + probability;
        if (accumulated < 0.85) return false;
        const bool chosen = accumulated >= 8.5 || draw < probability;
        if (chosen) accumulated = 0.0;
        return chosen;
    }

    // Nothing that an update would change.
    bool resting(std::int64_t backlog_B) const {
        const bool quiet = delay == 0 && delay_old == 0 && (drain_Bps == 0 || backlog_B == 0);
        return quiet && probability == 0.0 && burst == most_burst;
    }
    void skip(std::int64_t now) { next_update += ((now - next_update) / update + 1) * update; }

    // Says whether anything has changed.
    bool recalculate(std::int64_t backlog_B) {
        const double probability_before = probability;
        const std::int64_t burst_before = burst, delay_before = delay, old_before = delay_old;
        if (drain_Bps > 0) delay = by_little(backlog_B);
        double step = alpha * seconds(delay - target) + beta * seconds(delay - delay_old);
        step *= tuned();
        if (capped && probability >= 0.1 && step > 0.02) step = 0.02;
        probability += step;
        if (delay == 0 && delay_old == 0) probability *= 0.98;
        probability = std::clamp(probability, 0.0, 1.0);
        burst = std::max<std::int64_t>(0, burst - update);
        if (probability == 0.0 && 2 * delay < target && 2 * delay_old < target) burst = most_burst;
        delay_old = delay;
        return probability != probability_before || burst != burst_before || delay != delay_before ||
               delay_old != old_before;
    }

    std::int64_t by_little(std::int64_t backlog_B) const {
        const __int128 ticks = static_cast<__int128>(backlog_B) * static_cast<std::int64_t>(ticks_per_s) / drain_Bps;
        return static_cast<std::int64_t>(std::min<__int128>(ticks, kLongest));
    }
    double seconds(std::int64_t ticks) const { return static_cast<double>(ticks) / ticks_per_s; }

    // Section 4.2: smaller steps while the probability is small.
    double tuned() const {
        if (probability < 0.000001) return 1.0 / 2048;
        if (probability < 0.00001) return 1.0 / 512;
        if (probability < 0.0001) return 1.0 / 128;
        if (probability < 0.001) return 1.0 / 32;
        if (probability < 0.01) return 1.0 / 8;
        if (probability < 0.1) return 1.0 / 2;
        return 1.0;
    }
};

}  // namespace easterly::aqm
