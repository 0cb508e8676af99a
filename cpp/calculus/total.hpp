// Total flow analysis: the worst delay and backlog of every queue of a network, port by port.
//
// Schmitt & Zdarsky 2006 (DISCO); flows that came over one link together are shaped by it, and cycles are brought to a
// fixed point (Thomas, Le Boudec & Mifdaoui 2019, RTSS).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "calculus/port.hpp"

namespace easterly::calculus {

// Flow f takes queues queue[ptr[f]]..queue[ptr[f + 1]], one after the other.
struct Flows {
    std::vector<std::int64_t> ptr;
    std::vector<std::int32_t> queue;
    std::vector<double> share;  // of its bytes at each of them: what answers a flow is part of it
    std::vector<double> burst;  // B
    std::vector<double> rate;   // B/s
};

struct Options {
    bool shaped = true;  // what comes over one link together is no more than the link carries
    double slack = 0.0;  // part by which delays are raised, so that small changes end where they begin
    int rounds = 1000;   // over a cycle at most; one that does not stand still by then is unbounded
};

class Total {
public:
    Total(Ports ports, Flows flows, Options options);

    void solve();
    // One flow more, and what follows from it; the row of the flow.
    std::int64_t add(std::span<const std::int32_t> queues, std::span<const double> shares, double burst, double rate);
    // Nothing of a flow is left, and what follows from that.
    void remove(std::int64_t flow);

    std::span<const Bound> bounds() const { return bounds_; }
    // Delay of each flow in all its queues [s].
    std::vector<double> delays() const;
    std::int64_t flows() const { return static_cast<std::int64_t>(flows_.burst.size()); }
    // Ports that the last change or solution looked at, and the rounds of its longest cycle.
    std::int64_t visited() const { return visited_; }
    int rounds() const { return rounds_; }
    // Ports on cycles of dependence.
    std::vector<std::int32_t> cyclic() const;

private:
    // What comes to a queue from another; -1 for what begins there.
    struct Group {
        std::int32_t queue;
        std::int32_t from;
        bool joined;  // came over one link; what begins again, as answers do, is not shaped by it
        double burst = 0.0;
        double rate = 0.0;
    };
    // A flow at a queue. Hops lie port by port, so that a port reads what lies together.
    struct Hop {
        double before = 0.0;  // delay of the flow ahead of it
        double burst;         // of the flow
        double rate;
        std::int32_t group;
        std::int32_t next;  // row of the next hop; -1 for none
    };
    using Cycle = std::span<const std::int32_t>;

    void lay_out();
    std::int32_t group_for(std::int32_t queue, std::int32_t from, bool joined);
    Hop hop_of(std::int64_t flow, std::int64_t hop) const;
    bool is_joined(std::int64_t flow, std::int64_t hop) const;
    void put(std::int64_t flow);
    void order();
    bool in_order(std::int64_t flow) const;
    void mark(std::int64_t flow);
    void update();
    void visit(std::int32_t port);
    void gather(std::int32_t port);
    void arrivals(std::int32_t port);
    void hand_on(std::int32_t port);
    void settle(Cycle cycle);
    void carry(Cycle cycle);
    double round_of(Cycle cycle);
    bool holds(Cycle cycle, double margin);

    std::int32_t queue_of(const Hop& hop) const { return groups_[row(hop.group)].queue; }
    std::int32_t from_of(const Hop& hop) const { return groups_[row(hop.group)].from; }
    std::int32_t component_of_queue(std::int32_t queue) const { return component_of_[row(port_of_[row(queue)])]; }
    template <class Do>
    void for_queues(Cycle cycle, Do action) {
        for (const std::int32_t p : cycle)
            for (std::int64_t q = ports_.ptr[row(p)]; q < ports_.ptr[row(p) + 1]; ++q) action(bounds_[row(q)]);
    }
    template <class Do>
    void for_hops(std::int32_t port, Do action) {
        for (std::int32_t h = hop_ptr_[row(port)]; h < hop_ptr_[row(port) + 1]; ++h) action(hops_[row(h)]);
        for (const std::int32_t h : added_[row(port)]) action(hops_[row(h)]);
    }

    Ports ports_;
    Flows flows_;
    Options options_;
    std::vector<std::int32_t> port_of_;  // of each queue
    std::vector<std::int32_t> first_;    // row of the first hop of each flow; -1 for none
    std::vector<Hop> hops_;
    std::vector<std::int32_t> hop_ptr_;                  // hops of each port
    std::vector<std::vector<std::int32_t>> added_;       // hops of each port that came later
    std::vector<Group> groups_;
    std::vector<std::vector<std::int32_t>> groups_at_;   // of each port
    std::vector<std::vector<std::int32_t>> components_;  // ports in the order of dependence; several: a cycle
    std::vector<std::int32_t> component_of_;             // of each port
    std::vector<char> dirty_;                            // of each component
    std::vector<Bound> bounds_;
    std::vector<Bound> found_;  // of the port that is looked at
    std::vector<Curve> in_;     // what comes to its queues
    std::int64_t visited_ = 0;
    int rounds_ = 0;
};

}  // namespace easterly::calculus
