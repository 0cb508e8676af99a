// Congestion control of windows: what a sender may have in flight after an acknowledgement, a loss, a timeout. A law is a
// struct of its own in law/, named here and in `Law`, in the same order.
#pragma once

#include <variant>

#include "packet/law/cubic.hpp"
#include "packet/law/dctcp.hpp"
#include "packet/law/newreno.hpp"
#include "packet/law/window.hpp"

namespace easterly::packet {

// A window that stays; also of senders whose rate alone answers.
struct Fixed {
    void acknowledged(const Rules&, Window&, const Ack&) {}
    void lost(const Rules&, Window&, const Ack&) {}
    void timed_out(const Rules&, Window&, double) {}
};

class Control {
public:
    Window window;

    void start(const Rules& rules) {
        window.size = rules.first_window;
        switch (rules.law) {
            case Law::newreno: law_.emplace<NewReno>(); break;
            case Law::cubic: law_.emplace<Cubic>(); break;
            case Law::dctcp: law_.emplace<Dctcp>(); break;
            case Law::fixed:
            case Law::dcqcn:
            case Law::open: break;
        }
    }
    void acknowledged(const Rules& rules, const Ack& ack) {
        if (ack.rtt > 0 && (window.least_rtt == 0 || ack.rtt < window.least_rtt)) window.least_rtt = ack.rtt;
        std::visit([&](auto& law) { law.acknowledged(rules, window, ack); }, law_);
        window.size = std::min(window.size, rules.most_window);
    }
    // The first loss since what was lost before has been answered.
    void lost(const Rules& rules, const Ack& ack) {
        window.calm_from = ack.next;
        std::visit([&](auto& law) { law.lost(rules, window, ack); }, law_);
    }
    void timed_out(const Rules& rules, std::uint32_t next, double flight) {
        window.calm_from = next;
        std::visit([&](auto& law) { law.timed_out(rules, window, flight); }, law_);
    }
    template <class Of>
    const Of* as() const { return std::get_if<Of>(&law_); }

private:
    std::variant<Fixed, NewReno, Cubic, Dctcp> law_;
};

}  // namespace easterly::packet
