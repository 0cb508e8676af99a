// Priority flow control, IEEE 802.1Qbb: pause in quanta of 512 bit times, per priority.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace easterly::buffer {

constexpr int kPriorities = 8;
constexpr std::int64_t kQuantumBits = 512;

constexpr std::int64_t kLongestPause = std::int64_t{1} << 62;  // ticks; so that its end fits into the clock

// ceil(quanta x 512 bit times), in ticks: a pause is never shorter than it says, up to the longest.
inline std::int64_t quanta_ticks(std::int64_t quanta, std::int64_t rate_bps, std::int64_t ticks_per_s) {
    const __int128 work = static_cast<__int128>(quanta) * kQuantumBits * ticks_per_s;
    return static_cast<std::int64_t>(std::min<__int128>((work + rate_bps - 1) / rate_bps, kLongestPause));
}

struct PauseFrame {
    std::uint8_t enabled = 0;  // bit p: priority p is named
    std::array<std::int64_t, kPriorities> quanta{};
};

// The side that asks: a frame when a priority changes, and again before a pause that is still wanted runs out.
struct PauseSender {
    std::int64_t quanta = 65535;
    std::int64_t refresh = 0;  // ticks between frames while something is paused
    std::uint8_t wanted = 0, told = 0;
    std::int64_t last = 0;
    std::int64_t frames = 0;

    void want(int priority, bool pause) {
        const auto bit = static_cast<std::uint8_t>(1u << priority);
        wanted = static_cast<std::uint8_t>(pause ? wanted | bit : wanted & ~bit);
    }
    bool due(std::int64_t now) const { return wanted != told || (wanted != 0 && now - last >= refresh); }
    // When the next frame is due by itself; -1: not before something changes.
    std::int64_t next() const { return wanted != 0 ? last + refresh : -1; }

    PauseFrame frame(std::int64_t now) {
        PauseFrame made;
        made.enabled = static_cast<std::uint8_t>(wanted | told);
        for (int p = 0; p < kPriorities; ++p) made.quanta[p] = wanted >> p & 1 ? quanta : 0;
        told = wanted;
        last = now;
        ++frames;
        return made;
    }
};

// What a sender is asked over time: changes in order, those of one tick together; ticks of the frames it sends up to
// `end`, repetitions among them.
struct Wishes {
    std::span<const std::int64_t> time;
    std::span<const std::int32_t> priority;
    std::span<const std::uint8_t> pause;
};

template <class Emit>
void ask(PauseSender& sender, const Wishes& all, std::int64_t end, Emit&& emit) {
    std::size_t i = 0;
    for (;;) {
        const bool more = i < all.time.size(), repeats = sender.next() >= 0;
        const std::int64_t now = !more     ? sender.next()
                                 : repeats ? std::min(all.time[i], sender.next())
                                           : all.time[i];
        if ((!more && !repeats) || now > end) return;
        for (; i < all.time.size() && all.time[i] == now; ++i) sender.want(all.priority[i], all.pause[i] != 0);
        if (sender.due(now)) emit(now, sender.frame(now));
    }
}

// The side that obeys: each frame sets or clears the timers of the priorities that it names. It is told of a frame at
// the tick at which the frame takes effect, which is when it arrived and the time that the device takes to respond.
struct PauseReceiver {
    std::int64_t rate_bps = 0, ticks_per_s = 0;
    std::array<std::int64_t, kPriorities> until{};  // paused before this tick
    std::array<std::int64_t, kPriorities> received{}, resumed{};

    void hear(const PauseFrame& frame, std::int64_t now) {
        for (int p = 0; p < kPriorities; ++p) {
            if (!(frame.enabled >> p & 1)) continue;
            ++received[p];
            if (frame.quanta[p] == 0 && paused(p, now)) ++resumed[p];
            until[p] = now + quanta_ticks(frame.quanta[p], rate_bps, ticks_per_s);
        }
    }
    bool paused(int priority, std::int64_t now) const { return now < until[priority]; }
};

}  // namespace easterly::buffer
