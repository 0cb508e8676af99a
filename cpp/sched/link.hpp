// A link behind a scheduler: columns of packets in, their departures out.
#pragma once

#include <span>
#include <utility>

#include "sched/common.hpp"

namespace easterly::sched {

// The clock of a link that sends one packet after the other, exact: what is left of a tick is carried on.
class Wire {
public:
    Wire(std::int64_t rate_bps, std::int64_t ticks_per_s) {
        const Wide bits = static_cast<Wide>(8) * ticks_per_s;
        std::int64_t a = rate_bps;
        auto b = static_cast<std::int64_t>(bits % rate_bps);
        while (b != 0) a = std::exchange(b, a % b);
        per_byte_ = static_cast<std::int64_t>(bits / a);
        parts_ = rate_bps / a;
        inverse_ = parts_ > 1 && parts_ <= kNarrow ? ~std::uint64_t{0} / static_cast<std::uint64_t>(parts_) + 1 : 0;
    }

    Ticks now() const { return now_; }
    Ticks now_rounded_up() const { return now_ + (rest_ != 0); }

    void wait(Ticks until) {
        if (until <= now_) return;
        now_ = until;
        rest_ = 0;
    }

    void send(Bytes size) {
        if (parts_ == 1) {
            now_ += size * per_byte_;
            return;
        }
        const Wide sum = static_cast<Wide>(size) * per_byte_ + rest_;
        // With 32 bits a quotient is the upper half of a product (Lemire, Kaser & Kurz 2019), far cheaper than a division.
        const bool narrow = inverse_ != 0 && sum <= kNarrow;
        const Wide ticks = narrow ? static_cast<Wide>(static_cast<Unsigned>(inverse_) * static_cast<Unsigned>(sum) >> 64)
                                  : sum / parts_;
        now_ += static_cast<Ticks>(ticks);
        rest_ = static_cast<std::int64_t>(sum - ticks * parts_);
    }

private:
    using Unsigned = unsigned __int128;
    static constexpr std::int64_t kNarrow = 0xffffffff;

    std::int64_t per_byte_;  // ticks that a byte takes, in parts of a tick
    std::int64_t parts_;     // parts of a tick
    std::uint64_t inverse_;  // 2^64 / parts_, rounded up; 0: not for 32 bits
    Ticks now_ = 0;
    std::int64_t rest_ = 0;  // parts of a tick beyond now_
};

// In the order of their arrival.
struct Packets {
    std::span<const Ticks> time;
    std::span<const Queue> queue;
    std::span<const Bytes> size;
};

// The packets that wait in each queue, in one block: queue q has room for all that it will ever be given. Fewer than 2^31.
class Waiting {
public:
    Waiting(const Packets& packets, std::size_t queues) : first_(queues + 1, 0), slot_(packets.queue.size()) {
        for (const Queue queue : packets.queue) ++first_[queue + 1];
        for (std::size_t q = 0; q < queues; ++q) first_[q + 1] += first_[q];
        last_ = first_;
    }

    void push(Queue queue, std::int64_t packet) { slot_[last_[queue]++] = static_cast<std::int32_t>(packet); }
    std::int64_t pop(Queue queue) { return slot_[first_[queue]++]; }
    std::int64_t head(Queue queue) const { return first_[queue] == last_[queue] ? -1 : slot_[first_[queue]]; }

private:
    std::vector<std::int64_t> first_, last_;
    std::vector<std::int32_t> slot_;
};

// A packet that a shaper holds back for longer never leaves: the clock has to have room for what follows.
inline constexpr Ticks kLast = Ticks{1} << 62;

// When the last bit of each packet is on the wire, rounded up to a tick, or -1 for a packet that was refused or waits
// beyond `kLast`; and the packets in the order in which they leave. A packet that arrives in the tick in which the link
// becomes free takes part in the choice. Returns how many left. Arrivals, and all packets one after the other, have to
// end by 2^61. `departure` is -1 throughout at first.
template <class Scheduler>
std::size_t run(Scheduler& scheduler, const Packets& packets, std::size_t queues, Wire wire, std::span<Ticks> departure,
                std::span<std::int64_t> order) {
    Waiting waiting(packets, queues);
    const std::size_t n = packets.time.size();
    std::size_t arrived = 0, left = 0;
    for (;;) {
        for (; arrived < n && packets.time[arrived] <= wire.now(); ++arrived) {
            const auto i = static_cast<std::int64_t>(arrived);
            if (scheduler.arrive(packets.queue[i], packets.size[i], packets.time[i]))
                waiting.push(packets.queue[i], i);
        }
        const Choice choice = scheduler.next(wire.now());
        if (choice.queue >= 0) {
            const std::int64_t i = waiting.pop(choice.queue), behind = waiting.head(choice.queue);
            scheduler.sent(choice.queue, wire.now(), behind < 0 ? 0 : packets.size[behind]);
            wire.send(packets.size[i]);
            departure[i] = wire.now_rounded_up();
            order[left++] = i;
        } else if (arrived < n) {
            wire.wait(std::min(choice.when, packets.time[arrived]));
        } else if (choice.when <= kLast) {
            wire.wait(choice.when);
        } else {
            return left;
        }
    }
}

}  // namespace easterly::sched
