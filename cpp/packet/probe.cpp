#include "packet/probe.hpp"

namespace easterly::packet {

void Probe::look(Time now, const Rules& rules, const Sender& sender) {
    if (now < next) return;
    next = now + every;
    const Control& control = sender.control;
    const Window& window = control.window;
    Row row{now, sender.srtt, window.least_rtt, window.size, window.threshold, window.rate_bps, 0.0, sender.pipe, sender.allowance(window.least_rtt),
            static_cast<std::uint8_t>(sender.recovering() ? 2 : !window.slow_start())};
    if (const auto* const dctcp = control.as<Dctcp>()) row.inner = dctcp->alpha;
    if (const auto* const swift = control.as<Swift>()) row.inner = static_cast<double>(swift->target);
    if (const auto* const bbr = control.as<Bbr>()) {
        row.inner = bbr->bandwidth_bps();
        row.phase = static_cast<std::uint8_t>(bbr->phase());
    }
    if (const auto* const bbr = control.as<Bbr3>()) {
        row.inner = bbr->bandwidth_bps();
        row.phase = static_cast<std::uint8_t>(bbr->phase());
    }
    if (rules.law == Law::dcqcn) {
        row.inner = sender.pace.alpha_at(rules.dcqcn, now);
        row.rate_bps = sender.pace.current_bps;
    }
    rows.push_back(row);
}

}  // namespace easterly::packet
