// HPCC (Li et al. 2019, SIGCOMM, algorithm 1): a window that follows what the links of the path say of themselves.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "packet/law/window.hpp"

namespace easterly::packet {

struct Hpcc {
    std::vector<Telemetry> links;  // as the last acknowledgement had them
    Time base = 0;                 // round trip of an idle network
    double line_bps = 0.0;
    double first_B = 0.0;          // what fills that at the rate of the first link
    double current_B = 0.0, reference_B = 0.0;
    double use = 1.0;              // of the busiest link, what waits before it included
    std::uint32_t stage = 0;       // additive steps in a row
    std::uint32_t updated = 0;     // the reference window has answered all below

    void start(const Rules& rules, const Path& path, Window& window) {
        line_bps = path.line_bps;
        settle(rules.hpcc.base > 0 ? rules.hpcc.base : path.idle_rtt);
        if (base > 0) publish(rules, window);
        else window.rate_bps = line_bps;
    }
    void acknowledged(const Rules& rules, Window& window, const Ack& ack) {
        if (base == 0) settle(ack.now - ack.sent);  // no path was known: as long as the first packet took
        if (!same(ack)) {  // the first one, or another path
            links.assign(ack.links, ack.links + ack.link_count);
            updated = std::max(updated, ack.next);
            return;
        }
        if (!measure(ack)) return;
        const bool whole = ack.una > updated;
        compute(rules, whole);
        if (whole) updated = ack.next;
        publish(rules, window);
    }
    void lost(const Rules&, Window&, const Ack&) {}
    void timed_out(const Rules&, Window&, const Timeout&) {}

private:
    void settle(Time idle_rtt) {
        base = idle_rtt;
        first_B = line_bps * static_cast<double>(base) / 8e12;
        current_B = reference_B = first_B;
    }
    bool same(const Ack& ack) const {
        if (links.empty() || links.size() != ack.link_count) return false;
        for (std::size_t i = 0; i < links.size(); ++i)
            if (links[i].link != ack.links[i].link) return false;
        return true;
    }

    // MeasureInflight: what is in flight over what the busiest link takes, averaged over a round trip.
    bool measure(const Ack& ack) {
        double most = 0.0;
        Time over = 0;
        for (std::size_t i = 0; i < links.size(); ++i) {
            const Telemetry &now = ack.links[i], &then = links[i];
            if (now.at <= then.at) continue;  // of a packet that was overtaken
            const auto passed = static_cast<double>(now.at - then.at);
            const double sent = 8e12 * static_cast<double>(now.sent_B - then.sent_B) / passed / now.rate_bps;
            const double waits = 8e12 * static_cast<double>(std::min(now.queue_B, then.queue_B)) / (now.rate_bps * static_cast<double>(base));
            if (sent + waits > most) {
                most = sent + waits;
                over = now.at - then.at;
            }
            links[i] = now;
        }
        if (over == 0) return false;
        const double part = std::min(static_cast<double>(over) / static_cast<double>(base), 1.0);
        use = (1.0 - part) * use + part * most;
        return true;
    }

    void compute(const Rules& rules, bool whole) {
        const HpccRules& how = rules.hpcc;
        const double add_B = how.add_B > 0.0 ? how.add_B : first_B * (1.0 - how.target) / how.flows;
        const bool scaled = use >= how.target || stage >= how.most_stages;
        current_B = (scaled ? reference_B / (use / how.target) : reference_B) + add_B;
        current_B = std::clamp(current_B, std::min(how.least_B, first_B), first_B);
        if (!whole) return;
        stage = scaled ? 0 : stage + 1;
        reference_B = current_B;
    }

    void publish(const Rules& rules, Window& window) const {
        window.size = current_B / rules.packet_B;
        window.rate_bps = 8e12 * current_B / static_cast<double>(base);
    }
};

}  // namespace easterly::packet
