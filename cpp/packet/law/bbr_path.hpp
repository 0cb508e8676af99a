// What all versions of BBR have in common (Cardwell et al. 2016; draft-ietf-ccwg-bbr): samples of delivery, the highest rate
// of some rounds, the least round trip, and a window that is set aside while losses are repaired or the round trip is probed.
#pragma once

#include "packet/law/delivery.hpp"
#include "random/mix.hpp"

namespace easterly::packet {

template <int Rounds>
class BbrPath {
public:
    template <class A>
    void archive(A& a) {
        a.all_of(*this, delivery_, most_, begins_, full_, restarts_, recovers_, round_done_, flat_rounds_, full_bps_, saved_,
                 next_round_, key_, draws_, least_rtt_, least_at_, cycle_at_, until_);
    }
    void idle(std::uint32_t pipe) { delivery_.idle(pipe); }

protected:
    static constexpr double kLeast = 4.0;        // packets, BBRMinPipeCwnd
    static constexpr double kGrowth = 1.25;      // of the rate in a round, without which the pipe counts as full
    static constexpr int kFlatRounds = 3;        // rounds without growth until it does
    static constexpr double kFirstRtt_s = 1e-3;  // before any is known
    static constexpr double kBursts = 3.0;       // of what leaves at once, for which there is room beyond the pipe

    // `gain` times the rate of a first window per round trip of a millisecond.
    static double first_bps(const Rules& rules, double gain) {
        return gain * 8.0 * rules.packet_B * rules.first_window / kFirstRtt_s;
    }
    // What leaves in a millisecond.
    static std::int64_t of_ms_B(const Rules& rules, const Window& window) {
        return std::min(static_cast<std::int64_t>(std::min(window.rate_bps * 1e-3 / 8.0, 1e9)), rules.bbr.quantum_B);
    }
    // Packets of a rate in a round trip.
    double product(const Rules& rules, double bps) const { return bps * static_cast<double>(least_rtt_) / (8e12 * rules.packet_B); }

    static double bursts(const Rules& rules, const Window& window) {
        return kBursts * static_cast<double>(window.quantum_B) / rules.packet_B;
    }

    // Whether a round trip begins: what was acknowledged left when the one before was over.
    bool begin_round(const Sample& sample) {
        begins_ = sample.taken && sample.prior >= next_round_;
        if (begins_) next_round_ = delivery_.delivered;
        return begins_;
    }
    void take_rate(std::uint64_t round, const Sample& sample) {
        if (sample.rate_bps > 0.0 && (sample.rate_bps >= most_.value() || !sample.limited)) most_.put(round, sample.rate_bps);
    }
    void set_rate(Window& window, double rate_bps) const {
        if (rate_bps > 0.0 && (full_ || rate_bps > window.rate_bps)) window.rate_bps = rate_bps;
    }
    // Grows as packets are delivered: up to `target` once the pipe is full.
    void grow(const Rules& rules, Window& window, const Ack& ack, double target) const {
        if (full_) window.size = std::min(window.size + ack.packets, target);
        else if (window.size < target || static_cast<double>(delivery_.delivered) < rules.first_window) window.size += ack.packets;
    }

    // The window as it was before what shrinks it for a while.
    void set_aside(const Window& window, bool probes_rtt) {
        saved_ = recovers_ || probes_rtt ? std::max(saved_, window.size) : window.size;
    }
    void give_back(Window& window) const { window.size = std::max(window.size, saved_); }

    // While the round trip is probed: whether few packets have been in flight for long enough, and for a round.
    bool held(const Rules& rules, const Ack& ack, double least) {
        delivery_.idle(ack.pipe);
        if (until_ == 0) {
            if (ack.pipe > least) return false;
            until_ = ack.now + rules.bbr.probe_rtt;
            round_done_ = false;
            next_round_ = delivery_.delivered;
            return false;
        }
        round_done_ |= begins_;
        return round_done_ && ack.now > until_;
    }
    std::uint64_t draw() { return random::mix(key_, draws_++); }

    Delivery delivery_;
    MostOf<Rounds> most_;
    bool begins_ = false, full_ = false, restarts_ = false, recovers_ = false, round_done_ = false;
    int flat_rounds_ = 0;
    double full_bps_ = 0.0, saved_ = 0.0;
    std::uint64_t next_round_ = 0, key_ = 0, draws_ = 0;
    Time least_rtt_ = 0, least_at_ = 0, cycle_at_ = 0, until_ = 0;
};

}  // namespace easterly::packet
