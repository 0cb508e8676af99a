// BBR, version 1 (Cardwell et al. 2016; draft-cardwell-iccrg-bbr-congestion-control-00): a model of the path, the highest
// delivery rate of ten round trips and the least round trip of ten seconds, says at which rate to send, and how much may be
// in flight.
#pragma once

#include "packet/law/delivery.hpp"
#include "random/mix.hpp"

namespace easterly::packet {

class Bbr {
public:
    template <class A>
    void archive(A& a) {
        a.all_of(*this, path_, most_, phase_, begins_, full_, restarts_, conserves_, recovers_, round_done_, flat_rounds_, cycle_,
                 pacing_gain_, window_gain_, full_bps_, saved_, next_round_, round_, key_, draws_, least_rtt_, least_at_, cycle_at_, until_);
    }
    enum class Phase : std::uint8_t { startup, drain, probe, probe_rtt };

    void start(const Rules& rules, std::uint64_t key, Window& window) {
        key_ = key;
        startup();
        window.rate_bps = kHigh * 8.0 * rules.packet_B * rules.first_window / 1e-3;  // as if a round trip took 1 ms
        window.quantum_B = quantum_B(rules, window);
    }
    void sent(const Rules& rules, Window& window, const Departure& it) {
        if (it.pipe == 0 && path_.limited()) {
            restarts_ = true;
            if (phase_ == Phase::probe) pace(rules, window, 1.0);
        }
        path_.sent(it);
    }
    void idle(std::uint32_t pipe) { path_.idle(pipe); }

    void acknowledged(const Rules& rules, Window& window, const Ack& ack) {
        const Sample sample = path_.take(rules, ack, window.least_rtt);
        model(rules, window, ack, sample);
        pace(rules, window, pacing_gain_);
        window.quantum_B = quantum_B(rules, window);
        size(rules, window, ack);
    }
    // Called before `acknowledged`, with the same.
    void lost(const Rules&, Window& window, const Ack& ack) {
        saved_ = kept(window);
        window.size = ack.pipe + std::max(ack.packets, 1U);
        conserves_ = recovers_ = true;
        next_round_ = path_.delivered;
    }
    void timed_out(const Rules&, Window& window, const Timeout&) {
        saved_ = kept(window);
        window.size = 1.0;
        recovers_ = true;
        conserves_ = false;
    }

    Phase phase() const { return phase_; }
    double bandwidth_bps() const { return most_.value(); }
    Time least_rtt() const { return least_rtt_; }

private:
    static constexpr double kHigh = 2.885;  // 2 / ln 2: the least at which the rate doubles per round trip
    static constexpr int kRounds = 10, kPhases = 8;
    static constexpr double kLeast = 4.0;   // packets

    void startup() {
        phase_ = Phase::startup;
        pacing_gain_ = window_gain_ = kHigh;
    }
    // Of the product of rate and round trip, in packets, with room for what leaves and comes at once.
    double flight(const Rules& rules, const Window& window, double gain) const {
        if (least_rtt_ == 0) return rules.first_window;
        const double product = most_.value() * static_cast<double>(least_rtt_) / (8e12 * rules.packet_B);
        return gain * product + 3.0 * static_cast<double>(window.quantum_B) / rules.packet_B;
    }

    void model(const Rules& rules, Window& window, const Ack& ack, const Sample& sample) {
        begins_ = false;
        if (sample.taken && sample.prior >= next_round_) {
            next_round_ = path_.delivered;
            ++round_;
            begins_ = true;
            conserves_ = false;
        }
        if (sample.rate_bps > 0.0 && (sample.rate_bps >= most_.value() || !sample.limited)) most_.put(round_, sample.rate_bps);
        if (phase_ == Phase::probe && phase_is_over(rules, window, ack)) next_phase(ack.now);
        look_for_full(sample);
        drain(rules, window, ack);
        round_trip(rules, window, ack);
    }
    void look_for_full(const Sample& sample) {
        if (full_ || !begins_ || sample.limited) return;
        if (most_.value() >= 1.25 * full_bps_) {
            full_bps_ = most_.value();
            flat_rounds_ = 0;
            return;
        }
        full_ = ++flat_rounds_ >= 3;
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
        window_gain_ = 2.0;
        cycle_ = kPhases - 1 - static_cast<int>(random::mix(key_, draws_++) % (kPhases - 1));
        next_phase(now);
    }
    void next_phase(Time now) {
        cycle_ = (cycle_ + 1) % kPhases;
        cycle_at_ = now;
        pacing_gain_ = cycle_ == 0 ? 1.25 : cycle_ == 1 ? 0.75 : 1.0;
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
            saved_ = kept(window);
            phase_ = Phase::probe_rtt;
            pacing_gain_ = window_gain_ = 1.0;
            until_ = 0;
        }
        if (phase_ == Phase::probe_rtt) hold(rules, window, ack);
        if (ack.packets > 0) restarts_ = false;
    }
    // Few packets are in flight for a while, and at least a round trip.
    void hold(const Rules& rules, Window& window, const Ack& ack) {
        path_.idle(ack.pipe);
        if (until_ == 0) {
            if (ack.pipe > kLeast) return;
            until_ = ack.now + rules.bbr.probe_rtt;
            round_done_ = false;
            next_round_ = path_.delivered;
            return;
        }
        round_done_ |= begins_;
        if (!round_done_ || ack.now <= until_) return;
        least_at_ = ack.now;
        window.size = std::max(window.size, saved_);
        if (full_) probe(ack.now);
        else startup();
    }

    void pace(const Rules&, Window& window, double gain) {
        const double rate_bps = gain * most_.value();
        if (rate_bps > 0.0 && (full_ || rate_bps > window.rate_bps)) window.rate_bps = rate_bps;
    }
    static std::int64_t quantum_B(const Rules& rules, const Window& window) {
        if (window.rate_bps < 1.2e6) return rules.packet_B;
        if (window.rate_bps < 24e6) return 2 * rules.packet_B;
        return std::min(static_cast<std::int64_t>(std::min(window.rate_bps * 1e-3 / 8.0, 1e9)), rules.bbr.quantum_B);
    }
    void size(const Rules& rules, Window& window, const Ack& ack) {
        if (recovers_ && !ack.recovering) {
            recovers_ = conserves_ = false;
            window.size = std::max(window.size, saved_);
        }
        const double target = flight(rules, window, window_gain_);
        if (ack.lost > 0) window.size = std::max(window.size - ack.lost, 1.0);
        if (conserves_) {
            window.size = std::max<double>(window.size, ack.pipe + ack.packets);
        } else {
            if (full_) window.size = std::min(window.size + ack.packets, target);
            else if (window.size < target || static_cast<double>(path_.delivered) < rules.first_window) window.size += ack.packets;
            window.size = std::max(window.size, kLeast);
        }
        if (phase_ == Phase::probe_rtt) window.size = std::min(window.size, kLeast);
    }
    double kept(const Window& window) const {
        return recovers_ || phase_ == Phase::probe_rtt ? std::max(saved_, window.size) : window.size;
    }

    Delivery path_;
    MostOf<kRounds> most_;
    Phase phase_ = Phase::startup;
    bool begins_ = false, full_ = false, restarts_ = false, conserves_ = false, recovers_ = false, round_done_ = false;
    int flat_rounds_ = 0, cycle_ = 0;
    double pacing_gain_ = kHigh, window_gain_ = kHigh, full_bps_ = 0.0, saved_ = 0.0;
    std::uint64_t next_round_ = 0, round_ = 0, key_ = 0, draws_ = 0;
    Time least_rtt_ = 0, least_at_ = 0, cycle_at_ = 0, until_ = 0;
};

}  // namespace easterly::packet
