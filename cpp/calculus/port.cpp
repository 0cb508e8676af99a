#include "calculus/port.hpp"

#include <algorithm>
#include <cmath>

namespace easterly::calculus {

namespace {

Bound bound_of(const Curve& arrival, const Curve& service) {
    return {delay(arrival, service), backlog(arrival, service)};
}

Curve shaped(const Curve& service, double rate) { return std::isinf(rate) ? service : capped(service, rate); }

// What waits is no more than `most`, nor longer than that takes at a service that holds from any time on.
void limit(Bound& bound, double most, const Curve& strict, bool holds) {
    bound.backlog = std::min(bound.backlog, most);
    if (holds && !std::isinf(most)) bound.delay = std::min(bound.delay, delay({most, 0.0, {}}, strict));
}

// The largest packet of queues that have any, from `first` to `end`.
double largest(const Ports& ports, std::int64_t begin, std::span<const Curve> in, std::size_t first) {
    double most = 0.0;
    for (std::size_t i = first; i < in.size(); ++i)
        if (!in[i].is_nothing()) most = std::max(most, ports.packet[row(begin) + i]);
    return most;
}

// Queues that share what is left by deficit round robin.
struct Weighted {
    const Ports& ports;
    std::size_t begin;  // row of the port's first queue
    std::size_t first;  // of the weighted, within the port
    std::span<const Curve> in;

    double quantum(std::size_t i) const { return ports.quantum[begin + i]; }
    bool is_shaped(std::size_t i) const { return !std::isinf(ports.shaper[begin + i]); }
    double packet(std::size_t i) const { return ports.packet[begin + i]; }

    // What queue i gets of `service`, whichever others are busy.
    Curve in_turn(std::size_t i, const Curve& service) const {
        double others = 0.0, packets = 0.0;
        for (std::size_t j = first; j < in.size(); ++j) {
            if (j == i || in[j].is_nothing()) continue;
            others += quantum(j);
            packets += packet(j);
        }
        return part(service, quantum(i) / (quantum(i) + others), others * (1.0 + packet(i) / quantum(i)) + packets);
    }

    // Others that hold packets back send later than what comes to them says.
    bool others_hold_back(std::size_t i) const {
        for (std::size_t j = first; j < in.size(); ++j)
            if (j != i && is_shaped(j) && !in[j].is_nothing()) return true;
        return false;
    }

    // What is left of `service` when everything else that comes goes first.
    Curve behind_all(std::size_t i, const Curve& service, const Curve& strict) const {
        Curve others = strict;
        for (std::size_t j = first; j < in.size(); ++j)
            if (j != i) others = sum(others, in[j]);
        return residual(service, others, 0.0);
    }
};

}  // namespace

void serve(const Ports& ports, std::int32_t port, std::span<const Curve> in, std::span<const double> most,
           std::span<Bound> out) {
    const auto begin = row(ports.ptr[row(port)]);
    const Curve line = rate_latency(ports.rate[row(port)], ports.latency[row(port)]);
    Curve higher, leaving;  // of strict queues so far, as they come and as they leave at worst
    bool starved = false;
    std::size_t i = 0;
    for (; i < in.size() && ports.quantum[begin + i] == 0.0; ++i) {
        if (in[i].is_nothing()) {
            out[i] = {};
            continue;
        }
        const double block = largest(ports, static_cast<std::int64_t>(begin), in, i + 1);
        const Curve served = shaped(residual(line, higher, block), ports.shaper[begin + i]);
        out[i] = bound_of(in[i], served);
        if (!most.empty()) limit(out[i], most[i], served, higher.is_nothing() && std::isinf(ports.shaper[begin + i]));
        starved = starved || std::isinf(out[i].delay);
        const Curve leaves = starved ? Curve{kInf, 0.0, {}} : later(in[i], out[i].delay);
        leaving = sum(leaving, leaves);
        higher = sum(higher, std::isinf(ports.shaper[begin + i]) ? in[i] : leaves);  // what is held back comes later
    }
    const Weighted rest{ports, begin, i, in};
    const Curve left = starved ? Curve{} : residual(line, leaving, 0.0);
    for (; i < in.size(); ++i) {
        if (in[i].is_nothing()) {
            out[i] = {};
            continue;
        }
        const double rate = ports.shaper[begin + i];
        const Curve served = shaped(rest.in_turn(i, left), rate);
        out[i] = bound_of(in[i], served);
        if (!rest.others_hold_back(i)) {
            const Bound last = bound_of(in[i], shaped(rest.behind_all(i, line, higher), rate));
            out[i] = {std::min(out[i].delay, last.delay), std::min(out[i].backlog, last.backlog)};
        }
        if (!most.empty()) limit(out[i], most[i], served, higher.is_nothing() && std::isinf(rate));
    }
}

}  // namespace easterly::calculus
