// Total flow analysis: whatever the binding takes gives bounds that are numbers, and flows that come and go leave none that
// is below what all of it gives anew.
#include <cmath>

#include "bytes.hpp"
#include "calculus/total.hpp"

namespace {

using namespace easterly::calculus;
using fuzz::Bytes;

Ports ports_of(Bytes& bytes) {
    Ports made;
    made.ptr.push_back(0);
    for (std::int64_t count = bytes.within(1, 6); count > 0; --count) {
        made.rate.push_back(bytes.real(1.0, 1e3));
        made.latency.push_back(bytes.real(0.0, 1.0));
        const std::int64_t strict = bytes.within(0, 2), weighted = bytes.within(strict == 0, 2);
        for (std::int64_t q = 0; q < strict + weighted; ++q) {
            made.quantum.push_back(q < strict ? 0.0 : bytes.real(1.0, 9.0));
            made.packet.push_back(bytes.real(0.0, 9.0));
            made.shaper.push_back(bytes.byte() % 8 ? kInf : bytes.real(0.5, 1e3));
        }
        made.ptr.push_back(static_cast<std::int64_t>(made.quantum.size()));
    }
    return made;
}

// Queues of different ports, one after the other.
std::vector<std::int32_t> way(Bytes& bytes, const Ports& ports, std::int64_t most, std::int64_t& port) {
    std::vector<std::int32_t> made;
    for (std::int64_t hops = bytes.within(0, most); hops > 0; --hops) {
        const std::int64_t to = bytes.within(0, static_cast<std::int64_t>(ports.rate.size()) - 1);
        if (to == port) continue;
        port = to;
        made.push_back(static_cast<std::int32_t>(bytes.within(ports.ptr[row(to)], ports.ptr[row(to) + 1] - 1)));
    }
    return made;
}

void push(Bytes& bytes, const Ports& ports, Flows& flows) {
    std::int64_t port = -1;
    const auto there = way(bytes, ports, 5, port), back = way(bytes, ports, 3, port);
    flows.push(there, back, bytes.real(0.0, 2.0), bytes.real(0.0, 50.0), bytes.flip() ? 0.0 : bytes.real(0.0, 40.0));
}

void check(const Total& total) {
    for (const Bound& bound : total.bounds()) HOLDS(bound.delay >= 0.0 && bound.backlog >= 0.0);
    for (const double delay : total.delays()) HOLDS(delay >= 0.0);
}

}  // namespace

void fuzz::target(Bytes bytes) {
    const Ports ports = ports_of(bytes);
    Flows flows;
    flows.ptr.push_back(0);
    flows.back_ptr.push_back(0);
    for (std::int64_t count = bytes.within(1, 8); count > 0; --count) push(bytes, ports, flows);
    const bool shaped = bytes.flip();
    const double slack = bytes.flip() ? 0.0 : bytes.real(1e-9, 0.1);
    Total total(ports, flows, {shaped, slack, 200});
    total.solve();
    check(total);
    const std::vector<double> most(ports.quantum.size(), bytes.real(0.0, 100.0));
    const auto limited = total.limited(most);
    for (std::size_t q = 0; q < limited.size(); ++q)
        HOLDS(limited[q].delay <= total.bounds()[q].delay && limited[q].backlog <= total.bounds()[q].backlog);
    for (std::int64_t changes = bytes.within(0, 6); changes > 0; --changes) {
        if (bytes.byte() % 4 == 0) {
            push(bytes, ports, flows);
            const std::int64_t last = flows.size() - 1;
            HOLDS(total.add(flows.there_of(last), flows.back_of(last), flows.share.back(), flows.burst.back(),
                            flows.rate.back()) == last);
        } else {
            const std::int64_t flow = bytes.within(0, flows.size() - 1);
            flows.burst[row(flow)] = bytes.flip() ? 0.0 : bytes.real(0.0, 50.0);
            flows.rate[row(flow)] = bytes.flip() ? 0.0 : bytes.real(0.0, 40.0);
            total.change({{flow}}, {{flows.burst[row(flow)]}}, {{flows.rate[row(flow)]}});
        }
        check(total);
    }
    Total anew(ports, flows, {shaped, 0.0, 5000});
    anew.solve();
    check(anew);
    // A ring without bounds is given up as a whole, which changes need not.
    for (const Bound& bound : anew.bounds())
        if (std::isinf(bound.delay)) return;
    for (std::size_t q = 0; q < limited.size(); ++q)
        HOLDS(total.bounds()[q].delay >= anew.bounds()[q].delay * (1.0 - 2e-4) - 1e-12);
}
