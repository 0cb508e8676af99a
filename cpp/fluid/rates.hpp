// Max-min fair rates that are kept up to date while flows come and go.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "fluid/lists.hpp"
#include "fluid/turns.hpp"

namespace easterly::fluid {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::int32_t kNobody = -1;  // no link holds a flow back: its cap does, or nothing

// The links of a flow, and the part of its rate that crosses each.
struct Path {
    std::span<const std::int32_t> link;
    std::span<const double> share;
};

// Weighted max-min fair rates (Bertsekas & Gallager 1992, 6.5.2), worked out anew only where a change reaches.
//
// The level of a flow is its rate over its weight. All levels rise together; a link that is full stops the flows that still
// rise on it, at its level. What happens below the level of a change is as before, so `solve` sweeps upwards from there: a
// flow is opened (rises again) when the link that stopped it is no longer full at its old level, and lowered when another
// link is full before; links are taken in the order of the levels at which they can act. A flow that never changes is not
// looked at, but for sums over the links of those that do. With nothing known, all are open, and the sweep is progressive
// filling.
class Rates {
public:
    explicit Rates(std::span<const double> capacity);

    // The flow takes the place `flow`; a place below its number may be empty. The path stays where it is until `remove`.
    void add(std::int32_t flow, Path path, double weight, double cap);
    void remove(std::int32_t flow);
    void set_capacity(std::int32_t link, double capacity);
    void add_link(double capacity);
    std::int32_t links() const { return static_cast<std::int32_t>(links_.size()); }
    // Whether the link holds any flow back.
    bool stops(std::int32_t link) const { return links_[link].owns > 0; }
    void solve();

    double rate(std::int32_t flow) const { return flows_[flow].level * flows_[flow].weight; }
    // The link that holds the flow back, and where in its path it is.
    std::int32_t bottleneck(std::int32_t flow) const { return flows_[flow].link; }
    double load(std::int32_t link) const { return links_[link].load; }
    double capacity(std::int32_t link) const { return links_[link].capacity; }
    // Flows whose rate the last `solve` set, in the order in which they were opened or lowered; a flow may be there twice.
    std::span<const std::int32_t> opened() const { return opened_; }
    // Links on which something changed since the last `solve` but one.
    std::span<const std::int32_t> touched() const { return touched_; }
    std::uint64_t work() const { return work_; }

private:
    enum class State : std::uint8_t { absent, open, closed };
    struct Flow {
        double level = 0.0;
        double weight = 0.0;
        double cap_level = kInfinity;
        std::int32_t link = kNobody;
        State state = State::absent;
    };
    struct Entry {               // of a flow, one per link that can be full
        std::int32_t link;
        std::int32_t at;         // its row in the list of the link
        double rise;             // load per unit of level
    };
    struct Member {              // the same, seen from the link
        std::int32_t flow;
        std::int32_t entry;
        double rise;
    };
    struct alignas(64) Link {
        double capacity = 0.0;
        double level = kInfinity;  // at which it stops flows; infinite where it stops none
        double load = 0.0;         // of closed flows
        double own = 0.0;          // rise of closed flows that it stops
        double rising = 0.0;       // rise of open flows
        double full = kInfinity;   // what `full_at` last found, unless something changed since
        std::int32_t owns = 0;     // flows that it stops
        std::int32_t open = 0;
        bool touched = false;
        bool fixed = false;        // full at its new level
        bool stale = true;

        bool idle() const { return open + owns == 0; }
    };

    std::span<Entry> entries(const Flow& flow) { return rows_.of(&flow - flows_.data()); }
    static void own(Link& link, double rise);
    static void disown(Link& link, double rise);
    static void fall(Link& link, double rise);
    bool hand_over(std::int32_t flow);
    void begin();
    void touch(std::int32_t link);
    void ask(std::int32_t link);
    static bool too_much(const Link& link);
    static double least_key(const Link& link);
    double full_at(std::int32_t link, double from);
    void open(std::int32_t flow);
    void lift(std::int32_t flow);
    void close(std::int32_t flow, double level, std::int32_t by);
    void lower(std::int32_t flow, double level, std::int32_t by);
    void turn(std::int32_t link, double key);
    void raise(std::int32_t link);
    void fill(std::int32_t link, double level);
    void end();

    std::vector<Link> links_;
    Lists<Member> members_;    // per link
    std::vector<Flow> flows_;
    Lists<Entry> rows_;        // per flow
    std::vector<std::int32_t> opened_;
    std::vector<std::int32_t> touched_;
    std::vector<std::pair<double, double>> above_;  // level and rise, while one link is looked at
    Turns turns_;
    std::uint64_t work_ = 0;
    double fixed_at_ = -1.0;   // level of the last link that was fixed
    bool swept_ = true;
};

}  // namespace easterly::fluid
