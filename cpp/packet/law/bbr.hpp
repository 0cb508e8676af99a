// BBR, version 1 (Cardwell et al. 2016; draft-cardwell-iccrg-bbr-congestion-control-00): a model of the path, the highest
// delivery rate of ten round trips and the least round trip of ten seconds, says at which rate to send, and how much may be
// in flight.
#pragma once

#include "packet/law/bbr_path.hpp"

namespace easterly::packet {

class Bbr : public BbrPath<10> {
public:
    template <class A>
    void archive(A& a) {
        a.all_of(*this, static_cast<BbrPath&>(*this), phase_, conserves_, cycle_, pacing_gain_, window_gain_, round_);
    }
    enum class Phase : std::uint8_t { startup, drain, probe, probe_rtt };

    void start(const Rules& rules, std::uint64_t key, Window& window) {
        key_ = key;
        startup();
        window.rate_bps = first_bps(rules, kHigh);
        window.quantum_B = quantum_B(rules, window);
    }
    void sent(const Rules&, Window& window, const Departure& it) {
        if (it.pipe == 0 && delivery_.limited()) {
            restarts_ = true;
            if (phase_ == Phase::probe) pace(window, 1.0);
        }
        delivery_.sent(it);
    }

    void acknowledged(const Rules& rules, Window& window, const Ack& ack) {
        const Sample sample = delivery_.take(rules, ack, window.least_rtt);
        model(rules, window, ack, sample);
        pace(window, pacing_gain_);
        window.quantum_B = quantum_B(rules, window);
        size(rules, window, ack);
    }
    // Called before `acknowledged`, with the same.
    void lost(const Rules&, Window& window, const Ack& ack) {
        set_aside(window, phase_ == Phase::probe_rtt);
        window.size = ack.pipe + std::max(ack.packets, 1U);
        conserves_ = recovers_ = true;
        next_round_ = delivery_.delivered;
    }
    void timed_out(const Rules&, Window& window, const Timeout&) {
        set_aside(window, phase_ == Phase::probe_rtt);
        window.size = 1.0;
        recovers_ = true;
        conserves_ = false;
    }

    Phase phase() const { return phase_; }
    double bandwidth_bps() const { return most_.value(); }

private:
    static constexpr double kHigh = 2.885;  // 2 / ln 2: the least at which the rate doubles per round trip
    static constexpr double kCruise = 2.0;  // round trips in flight while the rate is probed
    static constexpr int kPhases = 8;       // round trips of a cycle: one faster, one slower, and six between
    static constexpr double kFaster = 1.25, kSlower = 0.75;
    static constexpr double kSlow_bps = 1.2e6, kModest_bps = 24e6;  // below which one packet leaves at once, and two

    void startup() {
        phase_ = Phase::startup;
        pacing_gain_ = window_gain_ = kHigh;
    }
    // Of the product of rate and round trip, in packets, with room for what leaves and comes at once.
    double flight(const Rules& rules, const Window& window, double gain) const {
        if (least_rtt_ == 0) return rules.first_window;
        return gain * product(rules, most_.value()) + bursts(rules, window);
    }

    void model(const Rules& rules, Window& window, const Ack& ack, const Sample& sample) {
        if (begin_round(sample)) {
            ++round_;
            conserves_ = false;
        }
        take_rate(round_, sample);
        if (phase_ == Phase::probe && phase_is_over(rules, window, ack)) next_phase(ack.now);
        look_for_full(sample);
        drain(rules, window, ack);
        round_trip(rules, window, ack);
    }
    void look_for_full(const Sample& sample) {
        if (full_ || !begins_ || sample.limited) return;
        if (most_.value() >= kGrowth * full_bps_) {
            full_bps_ = most_.value();
            flat_rounds_ = 0;
            return;
        }
        full_ = ++flat_rounds_ >= kFlatRounds;
    }
    void drain(const Rules& rules, const Window& window, const Ack& ack) {
        if (phase_ == Phase::startup && full_) {
            phase_ = Phase::drain;
            pacing_gain_ = 1.0 / kHigh;
            window_gain_ = kHigh;
        }
        if (phase_ == Phase::drain && ack.pipe <= flight(rules, window, 1.0)) probe(ack.now);
    }
    void probe(Time now) {
        phase_ = Phase::probe;
        window_gain_ = kCruise;
        cycle_ = kPhases - 1 - static_cast<int>(draw() % (kPhases - 1));
        next_phase(now);
    }
    void next_phase(Time now) {
        cycle_ = (cycle_ + 1) % kPhases;
        cycle_at_ = now;
        pacing_gain_ = cycle_ == 0 ? kFaster : cycle_ == 1 ? kSlower : 1.0;
    }
    bool phase_is_over(const Rules& rules, const Window& window, const Ack& ack) const {
        const bool full = ack.now - cycle_at_ > least_rtt_;
        const double before = ack.pipe + ack.packets + ack.lost;
        if (pacing_gain_ > 1.0) return full && (ack.lost > 0 || before >= flight(rules, window, pacing_gain_));
        if (pacing_gain_ < 1.0) return full || before <= flight(rules, window, 1.0);
        return full;
    }

    void round_trip(const Rules& rules, Window& window, const Ack& ack) {
        const bool old = least_rtt_ > 0 && ack.now > least_at_ + rules.bbr.rtt_for;
        if (ack.rtt > 0 && (least_rtt_ == 0 || ack.rtt <= least_rtt_ || old)) {
            least_rtt_ = ack.rtt;
            least_at_ = ack.now;
        }
        if (phase_ != Phase::probe_rtt && old && !restarts_) {
            set_aside(window, phase_ == Phase::probe_rtt);
            phase_ = Phase::probe_rtt;
            pacing_gain_ = window_gain_ = 1.0;
            until_ = 0;
        }
        if (phase_ == Phase::probe_rtt) hold(rules, window, ack);
        if (ack.packets > 0) restarts_ = false;
    }
    void hold(const Rules& rules, Window& window, const Ack& ack) {
        if (!held(rules, ack, kLeast)) return;
        least_at_ = ack.now;
        give_back(window);
        if (full_) probe(ack.now);
        else startup();
    }

    void pace(Window& window, double gain) { set_rate(window, gain * most_.value()); }
    static std::int64_t quantum_B(const Rules& rules, const Window& window) {
        if (window.rate_bps < kSlow_bps) return rules.packet_B;
        if (window.rate_bps < kModest_bps) return 2 * rules.packet_B;
        return of_ms_B(rules, window);
    }
    void size(const Rules& rules, Window& window, const Ack& ack) {
        if (recovers_ && !ack.recovering) {
            recovers_ = conserves_ = false;
            give_back(window);
        }
        const double target = flight(rules, window, window_gain_);
        if (ack.lost > 0) window.size = std::max(window.size - ack.lost, 1.0);
        if (conserves_) {
            window.size = std::max<double>(window.size, ack.pipe + ack.packets);
        } else {
            grow(rules, window, ack, target);
            window.size = std::max(window.size, kLeast);
        }
        if (phase_ == Phase::probe_rtt) window.size = std::min(window.size, kLeast);
    }

    Phase phase_ = Phase::startup;
    bool conserves_ = false;
    int cycle_ = 0;
    double pacing_gain_ = kHigh, window_gain_ = kHigh;
    std::uint64_t round_ = 0;
};

}  // namespace easterly::packet
