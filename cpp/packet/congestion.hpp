// Congestion control: what a sender may have in flight, and at which rate it leaves, after an acknowledgement, a loss, a
// timeout. A law is a struct of its own in law/, named here and in `Law`.
#pragma once

#include <concepts>
#include <variant>

#include "packet/law/apart.hpp"
#include "packet/law/bbr.hpp"
#include "packet/law/bbr3.hpp"
#include "packet/law/cubic.hpp"
#include "packet/law/dctcp.hpp"
#include "packet/law/hpcc.hpp"
#include "packet/law/newreno.hpp"
#include "packet/law/swift.hpp"
#include "packet/law/timely.hpp"
#include "packet/law/window.hpp"

namespace easterly::packet {

// A window that stays; also of senders whose rate alone answers.
struct Fixed {
    void acknowledged(const Rules&, Window&, const Ack&) {}
    void lost(const Rules&, Window&, const Ack&) {}
    void timed_out(const Rules&, Window&, const Timeout&) {}
};

class Control {
public:
    template <class A>
    void archive(A& a) { a.all_of(*this, window, law_); }
    Window window;

    void start(const Rules& rules, const Path& path) {
        window.size = rules.first_window;
        switch (rules.law) {
            case Law::newreno: law_.emplace<NewReno>(); break;
            case Law::cubic: law_.emplace<Cubic>(); break;
            case Law::dctcp: law_.emplace<Dctcp>(); break;
            case Law::swift: law_.emplace<Swift>().start(rules, path.links); break;
            case Law::bbr: law_.emplace<Apart<Bbr>>()->start(rules, path.key, window); break;
            case Law::bbr3: law_.emplace<Apart<Bbr3>>()->start(rules, path.key, window); break;
            case Law::timely: law_.emplace<Timely>().start(rules, path, window); break;
            case Law::hpcc: law_.emplace<Apart<Hpcc>>()->start(rules, path, window); break;
            case Law::fixed:
            case Law::dcqcn:
            case Law::open: break;
        }
    }
    void acknowledged(const Rules& rules, const Ack& ack) {
        if (ack.rtt > 0 && (window.least_rtt == 0 || ack.rtt < window.least_rtt)) window.least_rtt = ack.rtt;
        visit([&](auto& law) { law.acknowledged(rules, window, ack); });
        window.size = std::min(window.size, rules.most_window);
        if (rules.pacing > 0.0 && rules.law < Law::dcqcn) pace(rules, ack.srtt);
    }
    // The first loss since what was lost before has been answered.
    void lost(const Rules& rules, const Ack& ack) {
        window.calm_from = ack.next;
        visit([&](auto& law) { law.lost(rules, window, ack); });
    }
    void timed_out(const Rules& rules, const Timeout& timeout) {
        window.calm_from = timeout.next;
        visit([&](auto& law) { law.timed_out(rules, window, timeout); });
    }
    // For laws that model the path: a packet leaves; there is nothing to send, but a window for it.
    void sent(const Rules& rules, const Departure& it) {
        visit([&](auto& law) {
            if constexpr (requires { law.sent(rules, window, it); }) law.sent(rules, window, it);
        });
    }
    void idle(std::uint32_t pipe) {
        visit([&](auto& law) {
            if constexpr (requires { law.idle(pipe); }) law.idle(pipe);
        });
    }
    template <class Of>
    const Of* as() const {
        if constexpr (std::same_as<Of, Bbr> || std::same_as<Of, Bbr3> || std::same_as<Of, Hpcc>) {
            const auto* const apart = std::get_if<Apart<Of>>(&law_);
            return apart ? apart->get() : nullptr;
        } else {
            return std::get_if<Of>(&law_);
        }
    }

private:
    template <class Law>
    static Law& plain(Law& law) { return law; }
    template <class Law>
    static Law& plain(Apart<Law>& law) { return *law; }
    template <class Do>
    void visit(Do&& act) {
        std::visit([&](auto& law) { act(plain(law)); }, law_);
    }
    // The window within a round trip, with some haste so that it is used up; twice that while it doubles.
    void pace(const Rules& rules, Time srtt) {
        if (srtt <= 0) return;
        const double haste = window.slow_start() ? 2.0 : rules.pacing;
        window.rate_bps = haste * 8e12 * rules.packet_B * window.size / static_cast<double>(srtt);
    }

    std::variant<Fixed, NewReno, Cubic, Dctcp, Swift, Timely, Apart<Bbr>, Apart<Bbr3>, Apart<Hpcc>> law_;  // large ones apart
};

}  // namespace easterly::packet
