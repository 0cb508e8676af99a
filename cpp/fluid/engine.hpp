// Activities that wait, work and send over links that they share.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "fluid/agenda.hpp"
#include "fluid/rates.hpp"
#include "fluid/series.hpp"
#include "fluid/soonest.hpp"
#include "fluid/tenants.hpp"

namespace easterly::fluid {

struct Activity {
    double size_B = 0.0;
    double delay_s = 0.0;   // after all that it waits for, before it sends
    double begin_s = 0.0;   // it does not begin before
    double weight = 1.0;
    double cap_Bps = kInfinity;
    std::int32_t rank = 0;
    std::int32_t tenant = -1;
    std::int64_t first = 0; // of its links
    std::int32_t hops = 0;
};

struct Capacity {
    double time;
    std::int32_t link;
    double Bps;
};

struct Reroute {
    double time;
    std::int32_t activity;
    std::int64_t first;
    std::int32_t hops;
};

class Engine {
public:
    Engine() = default;
    Engine(Engine&&) = default;  // lists are not copied
    Engine& operator=(Engine&&) = default;

    std::vector<double> capacity_Bps;
    Shares shares;                   // of tenants
    std::vector<Activity> activities;
    std::vector<std::int32_t> link;  // of all paths
    std::vector<double> share;
    std::vector<std::int64_t> follower_ptr;
    std::vector<std::int32_t> follower;
    std::vector<Capacity> capacities;
    std::vector<Reroute> reroutes;
    std::vector<std::int32_t> watched;  // links whose load is kept
    std::size_t intervals = 0;          // over the time of the run, at most
    double quantum_s = 0.0;  // what happens within so long shares one search for rates; 0: every event has its own

    void begin();
    // Until nothing is left, `until` is passed, or so many events have been handled: whether anything is left to happen.
    bool run(double until, std::uint64_t most);

    double now() const { return last_; }
    void look(std::vector<double>& carried_B, std::vector<double>& busy_s, std::vector<std::int32_t>& bound) const;

    // What becomes of each activity; infinite where it never comes.
    std::vector<double> begins, sends, done;
    std::vector<std::int32_t> holds;     // link that holds it back now; -1: its cap; -2: it does not send
    Series series() const;               // of the watched links, B/s
    std::uint64_t events = 0, solves = 0;
    std::uint64_t work() const;
    std::uint64_t unsettled() const;
    std::int64_t open = 0;               // activities that are not done

private:
    struct Sending {  // by place
        std::int32_t activity = -1;
        std::int32_t held_by = -1;  // row of the path that holds it back; -1: its cap, or nothing
        std::int32_t rank = 0;
        bool fresh = false;     // it has no rate yet on its path
        double left_B = 0.0;
        double since = 0.0;
        double rate = 0.0;
        double before_B = 0.0;  // what was left when it took its path
    };
    struct Use {  // of a link
        double carried_B = 0.0;
        double busy_s = 0.0;
        double since = 0.0;        // it is busy
        std::int32_t moving = 0;   // activities that move over it
    };

    Path path(const Activity& activity) const;
    double due() const { return agenda_.empty() ? kInfinity : agenda_.first().time; }
    void release(std::int32_t activity, double time);
    void start(std::int32_t activity, double time);
    void finish(std::int32_t activity, double time);
    void serve(double time, double horizon);
    void gather(double until);
    void end(std::int32_t activity, double time);
    void happen_next();
    void happen(const Event& event);
    void reroute(const Reroute& change);
    void solve();
    void watch(std::span<const std::int32_t> touched);
    void update(std::int32_t place, std::int32_t rank);
    void progress(std::int32_t place);
    void hold(std::int32_t place, double took);
    void make_up(std::int32_t place, double before, double since, bool fresh);
    void count_busy(const Activity& activity, int more, double time);
    void leave(std::int32_t place);
    std::int32_t longest(std::int32_t activity, std::int32_t at, double more) const;

    double now_ = 0.0;
    double last_ = 0.0;                  // when something last happened
    double solved_ = -kInfinity;         // when rates were last found, with a quantum
    std::vector<Use> use_;               // by link
    std::vector<std::int32_t> bound_;    // of those that are done: link that held it back for most of its time; -1: its cap
    std::vector<std::int32_t> waits_;    // activities that each still waits for
    std::vector<std::int32_t> place_;    // of each that sends
    std::vector<Sending> sending_;
    std::vector<std::int32_t> spare_;    // places
    std::vector<Tenants> rates_;          // by rank
    std::vector<double> held_for_;       // per row of paths
    std::vector<double> capped_for_;     // per activity: held back by no link
    Soonest soonest_;
    Series series_;
    std::vector<std::int32_t> watch_;    // per link: its row among the watched; -1
    Agenda agenda_;
    std::vector<std::int32_t> finished_;
};

}  // namespace easterly::fluid
