// Total flow analysis: the worst delay and backlog of every queue of a network, port by port.
//
// Schmitt & Zdarsky 2006 (DISCO); flows that came over one link together are shaped by it, and cycles are brought to a
// fixed point (Thomas, Le Boudec & Mifdaoui 2019, RTSS).
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <vector>

#include "calculus/flows.hpp"

namespace easterly::calculus {

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
    std::int64_t add(std::span<const std::int32_t> there, std::span<const std::int32_t> back, double share, double burst,
                     double rate);
    // Flows send at most so much from now on, and what follows from that.
    void change(std::span<const std::int64_t> flows, std::span<const double> burst, std::span<const double> rate);
    // Bounds where no more than `most` is ever there of each queue, by those found so far.
    std::vector<Bound> limited(std::span<const double> most);

    std::span<const Bound> bounds() const { return bounds_; }
    // Delay of each flow in all its queues, those of its answers too [s].
    std::vector<double> delays() const;
    std::int64_t flows() const { return flows_.size(); }
    // Rate that comes to each queue for ever [B/s].
    std::vector<double> rates() const;
    // Ports that the last change or solution looked at, and the rounds of its longest cycle.
    std::int64_t visited() const { return visited_; }
    int rounds() const { return rounds_; }
    // Ports on cycles of dependence.
    std::vector<std::int32_t> cyclic();

private:
    // What comes to a queue from another; -1 for what begins there. Its hops lie together, rows first..end.
    struct Group {
        std::int32_t queue;
        std::int32_t from;
        std::int32_t first;
        std::int32_t end;
        bool joined;  // came over one link; what begins again, as answers do, is not shaped by it
    };
    // A flow at a queue.
    struct Hop {
        double burst;  // of the flow
        double rate;
        std::int32_t next = -1;  // row of the next hop; -1 for none
        std::int32_t port;       // of the next hop
    };
    // A hop that came later.
    struct Later {
        std::int32_t row;
        std::int32_t group;
    };
    struct Sum {
        double burst = 0.0;
        double rate = 0.0;
    };
    // A hop, and the queue that follows: twice it, and one more where they are joined.
    struct Step {
        static constexpr std::uint32_t kNone = 0xffffffff;
        static std::uint32_t of(std::int32_t queue, bool joined) { return 2 * static_cast<std::uint32_t>(queue) + joined; }

        std::int32_t hop;
        std::uint32_t next;
    };
    using Cycle = std::span<const std::int32_t>;

    struct Filling;

    void lay_out();
    std::vector<std::int32_t> rows_by_group();
    std::vector<std::int32_t> rows_of_queues() const;
    std::vector<Step> steps_by_queue(const std::vector<std::int32_t>& begin) const;
    void sort_groups(const std::vector<std::int32_t>& begin);
    std::int32_t group_for(std::int32_t queue, std::int32_t from, bool joined);
    void put(std::int64_t flow);
    void give(std::int64_t flow);
    void order();
    std::vector<std::vector<std::int32_t>> leads(bool only_joined) const;
    void count_descents();
    bool in_order(std::int64_t flow) const;
    void mark(std::int64_t flow);
    void mark_port(std::int32_t port) { pending_.insert(place_[row(port)]); }
    void follow();
    void follow_cycle(std::size_t component);
    bool is_endless(std::int64_t flow) const;
    void visit(std::int32_t port);
    bool keep(double& kept, double now) const;
    Sum sum_of(std::int32_t group, std::int32_t port) const;
    void arrivals(std::int32_t port);
    template <bool Marks>
    void hand_on(std::int32_t port);
    template <bool Marks>
    void hand_on(std::int32_t hop, double delay);
    void settle(Cycle cycle);
    void carry(Cycle cycle);
    double round_of(Cycle cycle);
    bool holds(Cycle cycle, double margin);

    std::int32_t port_of(std::int32_t queue) const { return port_of_[row(queue)]; }
    bool is_cycle(std::int32_t port) const { return components_[row(component_of_[row(port)])].size() > 1; }
    template <class Do>
    void for_hops(std::int32_t port, Do action) const {
        for (const std::int32_t g : groups_at_[row(port)])
            for (std::int32_t h = groups_[row(g)].first; h < groups_[row(g)].end; ++h) action(hops_[row(h)]);
        for (const Later& later : added_[row(port)]) action(hops_[row(later.row)]);
    }
    template <class Do>
    void for_queues(Cycle cycle, Do action) {
        for (const std::int32_t p : cycle)
            for (std::int64_t q = ports_.ptr[row(p)]; q < ports_.ptr[row(p) + 1]; ++q) action(bounds_[row(q)]);
    }

    Ports ports_;
    Flows flows_;
    Options options_;
    std::vector<std::int32_t> port_of_;  // of each queue
    std::vector<std::int32_t> first_;    // row of the first hop of each flow; -1 for none
    std::vector<Hop> hops_;              // by group, so that a port reads what lies together
    std::vector<double> before_;         // delay of the flow ahead of each hop
    std::vector<Group> groups_;          // by queue, and by where they come from
    std::vector<std::vector<std::int32_t>> groups_at_;   // of each port
    std::vector<std::vector<Later>> added_;              // hops of each port that came later
    std::vector<std::vector<std::int32_t>> components_;  // ports in the order of dependence; several: a cycle
    std::vector<std::int32_t> component_of_;             // of each port
    std::vector<std::int32_t> place_;                    // of each port in the order of all
    std::vector<std::int32_t> port_at_;                  // the other way round
    int descents_ = 0;                                   // steps of a flow against that order, at most
    bool fresh_ = true;                                  // nothing is ahead of any hop yet
    bool stale_ = false;                                 // a flow that came later may have closed a cycle
    std::set<std::int32_t> pending_;                     // places of ports that something has changed at
    std::vector<Bound> bounds_;
    std::vector<Bound> found_;  // of the port that is looked at
    std::vector<Curve> in_;     // what comes to its queues
    std::int64_t visited_ = 0;
    int rounds_ = 0;
};

}  // namespace easterly::calculus
