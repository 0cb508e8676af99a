// BBR, version 3 (draft-ietf-ccwg-bbr; answers to marks as in Linux, tcp_bbr.c): the model of version 1, bounded by what is
// lost and marked. A long-term bound `high_` of what may be in flight comes from probing; short-term bounds `low_` and
// `low_bps_` from any loss since. What acknowledgements aggregate is not modelled.
#pragma once

#include <cmath>
#include <limits>

#include "packet/law/bbr_path.hpp"

namespace easterly::packet {

class Bbr3 : public BbrPath<2> {
public:
    template <class A>
    void archive(A& a) {
        a.all_of(*this, static_cast<BbrPath&>(*this), phase_, loss_round_begins_, lost_in_round_, marked_in_round_, flat_,
                 stops_, probing_, stopped_, risky_, up_rounds_, rounds_since_, losses_, marked_rounds_, high_, low_, low_bps_,
                 latest_bps_, latest_, alpha_, step_, climbed_, next_loss_round_, cycle_, weighed_, weighed_marks_, recent_rtt_,
                 recent_at_, wait_);
    }
    enum class Phase : std::uint8_t { startup, drain, down, cruise, refill, up, probe_rtt };

    void start(const Rules& rules, std::uint64_t key, Window& window) {
        key_ = key;
        window.rate_bps = first_bps(rules, kStartup);
        window.quantum_B = quantum_B(rules, window);
    }
    void sent(const Rules&, Window&, const Departure& it) {
        if (it.pipe == 0 && delivery_.limited()) restarts_ = true;
        delivery_.sent(it);
    }

    void acknowledged(const Rules& rules, Window& window, const Ack& ack) {
        const Sample sample = delivery_.take(rules, ack, window.least_rtt);
        begin_rounds(sample);
        learn(rules, window, ack, sample);
        look_for_full(rules, ack, sample);
        if (phase_ == Phase::startup && full_) {
            phase_ = Phase::drain;
            forget_signals();
        }
        if (phase_ == Phase::drain && ack.pipe <= flight(rules, 1.0)) go_down(rules, ack.now);
        if (full_) cycle(rules, window, ack, sample);
        round_trip(rules, window, ack);
        if (loss_round_begins_) {
            latest_bps_ = sample.rate_bps;
            latest_ = static_cast<double>(sample.delivered);
        }
        steer(rules, window, ack);
    }
    // Called before `acknowledged`, with the same.
    void lost(const Rules&, Window& window, const Ack&) {
        set_aside(window, phase_ == Phase::probe_rtt);
        recovers_ = true;
    }
    void timed_out(const Rules&, Window& window, const Timeout&) {
        set_aside(window, phase_ == Phase::probe_rtt);
        recovers_ = true;
        window.size = 1.0;
    }

    Phase phase() const { return phase_; }
    double bandwidth_bps() const { return std::min(most_.value(), low_bps_); }

private:
    static constexpr double kInfinite = std::numeric_limits<double>::infinity();
    static constexpr double kStartup = 2.77;  // 4 ln 2
    static constexpr double kBelow = 0.99;    // of the rate at which packets leave, so that queues drain
    static constexpr double kHeld = 0.5;      // of the pipe in flight while the round trip is probed
    static constexpr std::uint32_t kRenoRounds = 63, kStartupLosses = 6, kStartupMarks = 2;

    double pacing_gain() const {
        switch (phase_) {
            case Phase::startup: return kStartup;
            case Phase::drain: return 0.5;
            case Phase::down: return 0.9;
            case Phase::up: return 1.25;
            default: return 1.0;
        }
    }
    bool probes_rate() const { return phase_ == Phase::startup || phase_ == Phase::refill || phase_ == Phase::up; }
    bool cycles() const { return phase_ >= Phase::down && phase_ <= Phase::up; }
    double flight(const Rules& rules, double gain) const {
        return least_rtt_ == 0 ? rules.first_window : std::max(gain * product(rules, bandwidth_bps()), kLeast);
    }
    double with_headroom(const Rules& rules) const {
        return std::isinf(high_) ? high_ : std::max(high_ - std::max(high_ * rules.bbr.headroom, 1.0), kLeast);
    }
    bool heeds_marks(const Rules& rules) const { return least_rtt_ > 0 && least_rtt_ <= rules.bbr.ecn_below; }

    void begin_rounds(const Sample& sample) {
        if (begin_round(sample)) ++rounds_since_;
        loss_round_begins_ = sample.taken && sample.prior >= next_loss_round_;
        if (loss_round_begins_) next_loss_round_ = delivery_.delivered;
        latest_bps_ = std::max(latest_bps_, sample.rate_bps);
        latest_ = std::max(latest_, static_cast<double>(sample.delivered));
    }
    void learn(const Rules& rules, const Window& window, const Ack& ack, const Sample& sample) {
        take_rate(cycle_, sample);
        lost_in_round_ |= ack.lost > 0;
        marked_in_round_ |= ack.marked && heeds_marks(rules);
        if (begins_) weigh_marks(rules);
        if (!loss_round_begins_) return;
        if (!probes_rate()) lower(rules, window);
        lost_in_round_ = marked_in_round_ = false;
    }
    void weigh_marks(const Rules& rules) {
        const std::uint64_t delivered = delivery_.delivered - weighed_, marked = delivery_.marked - weighed_marks_;
        weighed_ = delivery_.delivered;
        weighed_marks_ = delivery_.marked;
        if (delivered == 0 || !heeds_marks(rules)) return;
        const double share = static_cast<double>(marked) / static_cast<double>(delivered);
        alpha_ += rules.bbr.ecn_gain * (share - alpha_);
        marked_rounds_ = share >= rules.bbr.ecn_part ? marked_rounds_ + 1 : 0;
    }
    // Bounds until the next probe.
    void lower(const Rules& rules, const Window& window) {
        double by_marks = kInfinite;
        if ((marked_in_round_ || lost_in_round_) && std::isinf(low_)) low_ = window.size;
        if (marked_in_round_) by_marks = low_ * (1.0 - alpha_ * rules.bbr.ecn_factor);
        if (lost_in_round_) {
            if (std::isinf(low_bps_)) low_bps_ = most_.value();
            low_bps_ = std::max({latest_bps_, rules.bbr.beta * low_bps_, 1.0});
            low_ = std::max(latest_, rules.bbr.beta * low_);
        }
        low_ = std::min(low_, by_marks);
    }
    void forget_lower() { low_ = low_bps_ = kInfinite; }
    void forget_signals() {
        lost_in_round_ = marked_in_round_ = false;
        latest_bps_ = latest_ = 0.0;
    }

    bool too_high(const Rules& rules, const Sample& sample) const {
        if (static_cast<double>(sample.lost) > rules.bbr.loss_part * sample.flight && sample.flight > 0) return true;
        return heeds_marks(rules) && static_cast<double>(sample.marked) > rules.bbr.ecn_part * static_cast<double>(sample.delivered);
    }
    void look_for_full(const Rules& rules, const Ack& ack, const Sample& sample) {
        if (phase_ == Phase::startup && !full_) {
            losses_ += ack.lost > 0;
            const bool lossy = loss_round_begins_ && ack.recovering && losses_ >= kStartupLosses && too_high(rules, sample);
            if (lossy || marked_rounds_ >= kStartupMarks) {
                full_ = true;
                high_ = std::max(flight(rules, 1.0), latest_);
            }
            if (loss_round_begins_) losses_ = 0;
        }
        if (flat_ || sample.limited || sample.rate_bps <= 0.0) return;
        if (sample.rate_bps >= kGrowth * full_bps_) return begin_full(sample.rate_bps);
        if (!begins_) return;
        flat_ = ++flat_rounds_ >= kFlatRounds;
        full_ |= flat_;
    }
    void begin_full(double bps) {
        full_bps_ = bps;
        flat_rounds_ = 0;
        flat_ = false;
    }

    // The probes of the rate: down to leave room, cruise, refill the pipe, and up.
    void cycle(const Rules& rules, const Window& window, const Ack& ack, const Sample& sample) {
        if (raise(rules, window, ack, sample) || !cycles()) return;
        const double before = ack.pipe + ack.packets + ack.lost;
        switch (phase_) {
            case Phase::cruise:
                if (is_time(rules, ack.now)) refill();
                break;
            case Phase::refill:
                if (!begins_) break;
                probing_ = true;
                phase_ = Phase::up;
                next_round_ = delivery_.delivered;
                begin_full(sample.rate_bps);
                steepen(window);
                break;
            case Phase::up:
                if (risky_ && before >= high_) {
                    stopped_ = true;
                    risky_ = false;
                    go_down(rules, ack.now);
                } else if (limits(window, ack) && window.size >= high_) {
                    begin_full(sample.rate_bps);
                } else if (flat_) {
                    risky_ = false;
                    go_down(rules, ack.now);
                }
                break;
            default:
                if (is_time(rules, ack.now)) refill();
                else if (before <= with_headroom(rules) && before <= flight(rules, 1.0)) cruise();
        }
    }
    static bool limits(const Window& window, const Ack& ack) { return ack.pipe + ack.packets + 1.0 >= window.size; }
    // Adapts the long-term bound; whether the phase has changed.
    bool raise(const Rules& rules, const Window& window, const Ack& ack, const Sample& sample) {
        if (stops_ && begins_) {
            stops_ = probing_ = false;
            if (cycles() && !sample.limited) ++cycle_;
            if (cycles() && stopped_ && !risky_) {
                refill();
                return true;
            }
        }
        if (too_high(rules, sample)) {
            if (!probing_) return false;
            risky_ = true;
            probing_ = false;  // answered once
            if (!sample.limited) high_ = std::max<double>(sample.flight, flight(rules, 1.0) * rules.bbr.beta);
            if (phase_ != Phase::up) return false;
            go_down(rules, ack.now);
            return true;
        }
        if (std::isinf(high_)) return false;
        high_ = std::max<double>(high_, sample.flight);
        if (phase_ != Phase::up || !limits(window, ack) || window.size < high_) return false;
        climbed_ += ack.packets;
        high_ += static_cast<double>(static_cast<std::uint64_t>(climbed_ / step_));
        climbed_ -= step_ * static_cast<double>(static_cast<std::uint64_t>(climbed_ / step_));
        if (begins_) steepen(window);
        return false;
    }
    void steepen(const Window& window) {
        step_ = std::max(window.size / static_cast<double>(1U << up_rounds_), 1.0);
        up_rounds_ = std::min(up_rounds_ + 1, 30);
    }
    bool is_time(const Rules& rules, Time now) const {
        const double rounds = std::min<double>(kRenoRounds, flight(rules, 1.0));
        return now - cycle_at_ > wait_ || rounds_since_ >= rounds;
    }
    void refill() {
        forget_lower();
        up_rounds_ = 0;
        climbed_ = 0.0;
        stopped_ = stops_ = false;
        phase_ = Phase::refill;
        next_round_ = delivery_.delivered;
    }
    void cruise() {
        if (!std::isinf(low_)) low_ = std::min(low_, high_);
        phase_ = Phase::cruise;
    }
    void go_down(const Rules& rules, Time now) {
        forget_signals();
        rounds_since_ = static_cast<std::uint32_t>(draw() & 1);
        wait_ = rules.bbr.probe_from + static_cast<Time>(random::unit(draw()) * static_cast<double>(rules.bbr.probe_more));
        cycle_at_ = now;
        stops_ = true;
        next_round_ = delivery_.delivered;
        phase_ = Phase::down;
    }

    // The least round trip of ten seconds, which fewer packets in flight show if five have not.
    void round_trip(const Rules& rules, Window& window, const Ack& ack) {
        const bool old = recent_rtt_ > 0 && ack.now > recent_at_ + rules.bbr.rtt_for / 2;
        if (ack.rtt > 0 && (recent_rtt_ == 0 || ack.rtt < recent_rtt_ || old)) {
            recent_rtt_ = ack.rtt;
            recent_at_ = ack.now;
        }
        if (recent_rtt_ > 0 && (least_rtt_ == 0 || recent_rtt_ <= least_rtt_ || ack.now > least_at_ + rules.bbr.rtt_for)) {
            least_rtt_ = recent_rtt_;
            least_at_ = recent_at_;
        }
        if (phase_ != Phase::probe_rtt && old && !restarts_) {
            set_aside(window, phase_ == Phase::probe_rtt);
            phase_ = Phase::probe_rtt;
            stops_ = true;
            next_round_ = delivery_.delivered;
            until_ = 0;
        }
        if (phase_ == Phase::probe_rtt) hold(rules, window, ack);
        if (ack.packets > 0) restarts_ = false;
    }
    void hold(const Rules& rules, Window& window, const Ack& ack) {
        if (!held(rules, ack, flight(rules, kHeld))) return;
        recent_at_ = ack.now;
        give_back(window);
        forget_lower();
        if (full_) {
            go_down(rules, ack.now);
            cruise();
        } else {
            phase_ = Phase::startup;
        }
    }

    void steer(const Rules& rules, Window& window, const Ack& ack) {
        set_rate(window, kBelow * pacing_gain() * bandwidth_bps());
        window.quantum_B = quantum_B(rules, window);
        if (recovers_ && !ack.recovering) {
            recovers_ = false;
            give_back(window);
        }
        if (ack.lost > 0) window.size = std::max(window.size - ack.lost, 1.0);
        const bool up = phase_ == Phase::up;
        grow(rules, window, ack, std::max(flight(rules, up ? 2.25 : 2.0), bursts(rules, window)) + (up ? 2.0 : 0.0));
        double most = kInfinite;
        if (phase_ == Phase::cruise || phase_ == Phase::probe_rtt) most = with_headroom(rules);
        else if (cycles()) most = high_;
        if (phase_ == Phase::probe_rtt) most = std::min(most, flight(rules, kHeld));
        window.size = std::max(std::min({window.size, most, low_}), kLeast);
    }
    static std::int64_t quantum_B(const Rules& rules, const Window& window) {
        return std::max<std::int64_t>(of_ms_B(rules, window), 2 * rules.packet_B);
    }

    Phase phase_ = Phase::startup;
    bool loss_round_begins_ = false, lost_in_round_ = false, marked_in_round_ = false, flat_ = false;
    bool stops_ = false, probing_ = true, stopped_ = false, risky_ = false;
    int up_rounds_ = 0;
    std::uint32_t rounds_since_ = 0, losses_ = 0, marked_rounds_ = 0;
    double high_ = kInfinite, low_ = kInfinite, low_bps_ = kInfinite, latest_bps_ = 0.0, latest_ = 0.0;
    double alpha_ = 1.0, step_ = 1.0, climbed_ = 0.0;
    std::uint64_t next_loss_round_ = 0, cycle_ = 0, weighed_ = 0, weighed_marks_ = 0;
    Time recent_rtt_ = 0, recent_at_ = 0, wait_ = 0;
};

}  // namespace easterly::packet
