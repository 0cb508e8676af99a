// Measured load of a link: the time window of Jamin, Danzig, Shenker & Zhang 1997 (IEEE/ACM ToN 5:1), in integers.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

namespace easterly::admit {

// Loads are held in bytes x ticks_per_s per period: a load in B/s times the period. So sums and samples are exact.
using Wide = __int128;

struct TimeWindow {
    std::int64_t period = 1, periods = 1;  // ticks; samples of a window
    std::int64_t ticks_per_s = 1'000'000'000;

    Wide load = 0, highest = 0;    // the estimate; the highest sample of this window
    std::int64_t begin = 0;        // tick at which the running sample began
    std::int64_t bytes = 0;        // of the running sample
    std::int64_t done = 0;         // samples of this window that have ended

    double load_Bps() const { return static_cast<double>(load) / static_cast<double>(period); }

    // Ends the samples that are over by `now`.
    void advance(std::int64_t now) {
        const std::int64_t ended = (now - begin) / period;
        if (ended == 0) return;
        const Wide sample = static_cast<Wide>(bytes) * ticks_per_s;
        load = std::max(load, sample);
        highest = std::max(highest, sample);
        bytes = 0;
        begin += ended * period;
        if (++done == periods) turn();
        rest(ended - 1);
    }

    void observe(std::int64_t now, std::int64_t size_B) {
        advance(now);
        bytes += size_B;
    }

    // A flow that was let in counts with its rate until a whole window has seen it.
    void add(std::int64_t rate_Bps) {
        load += static_cast<Wide>(rate_Bps) * period;
        highest = 0;
        done = 0;
    }

    // Measured sum: lets a flow in if its rate and the load are within a limit.
    bool request(std::int64_t now, std::int64_t rate_Bps, std::int64_t limit_Bps) {
        advance(now);
        if (load + static_cast<Wide>(rate_Bps) * period > static_cast<Wide>(limit_Bps) * period) return false;
        add(rate_Bps);
        return true;
    }

private:
    void turn() {
        load = highest;
        highest = 0;
        done = 0;
    }
    // Samples without a byte, all at once: they end this window, and perhaps whole windows after it.
    void rest(std::int64_t empty) {
        if (done + empty < periods) {
            done += empty;
            return;
        }
        empty -= periods - done;
        turn();
        if (empty >= periods) turn();
        done = empty % periods;
    }
};

struct Events {
    std::span<const std::int64_t> time, size_B;                 // packets
    std::span<const std::int64_t> request_time, request_Bps;    // flows that ask
};

// Packets and requests in order of time, packets first where both come at once.
inline void play(TimeWindow& window, const Events& all, std::int64_t limit_Bps, std::span<double> load_Bps,
                 std::span<std::uint8_t> admitted) {
    std::size_t at = 0;
    auto ask = [&](std::size_t i) { return window.request(all.request_time[i], all.request_Bps[i], limit_Bps); };
    for (std::size_t i = 0; i < all.time.size(); ++i) {
        for (; at < all.request_time.size() && all.request_time[at] < all.time[i]; ++at) admitted[at] = ask(at);
        window.observe(all.time[i], all.size_B[i]);
        load_Bps[i] = window.load_Bps();
    }
    for (; at < all.request_time.size(); ++at) admitted[at] = ask(at);
}

}  // namespace easterly::admit
