#include "cut/reliability.hpp"

#include <algorithm>
#include <queue>

#include "random/mix.hpp"

namespace easterly::cut {

namespace {

class States {
public:
    explicit States(const Fallible& net)
        : net_(net), ptr_(net.nodes + 1, 0), state_(net.up.size(), kOpen), into_(net.nodes, -1),
          seen_(net.nodes, 0), counted_(net.up.size(), 0), wanted_(net.nodes, 0) {
        for (const std::int32_t v : net.tail) ++ptr_[v + 1];
        for (std::int32_t v = 0; v < net.nodes; ++v) ptr_[v + 1] += ptr_[v];
        row_.resize(net.tail.size());
        auto next = ptr_;
        for (std::size_t e = 0; e < net.tail.size(); ++e) row_[next[net.tail[e]]++] = static_cast<std::int32_t>(e);
        for (const std::int32_t t : net.terminals) wanted_[t] = 1;
        for (const char w : wanted_) terminals_ += w;
        choice_.push_back({-1, -1, kOpen});
        open_.push({1.0, 0});
    }

    void explore(std::int64_t most, Reliability& made, paths::Pulse& pulse) {
        for (; !open_.empty() && made.states < most; ++made.states) {
            pulse.beat();
            const Cell cell = open_.top();
            open_.pop();
            set(cell.choice);
            if (!connected()) {
                failed_ += cell.mass;
                continue;
            }
            needed();
            divide(cell);
        }
        made.low = std::min(worked_, 1.0);
        made.high = open_.empty() ? made.low : std::max(made.low, 1.0 - failed_);
    }

    void sample(std::int64_t samples, std::uint64_t seed, Reliability& made, paths::Pulse& pulse) {
        std::vector<Cell> cells;
        for (; !open_.empty(); open_.pop()) cells.push_back(open_.top());
        if (cells.empty()) return;
        std::vector<double> upto;
        double sum = 0.0;
        for (const Cell& cell : cells) upto.push_back(sum += cell.mass);
        for (std::int64_t i = 0; i < samples; ++i) {
            pulse.beat();
            const std::uint64_t name = random::mix(random::mix(0, seed), static_cast<std::uint64_t>(i));
            const double pick = random::unit(random::mix(name, ~std::uint64_t{0})) * sum;
            const auto at = std::upper_bound(upto.begin(), upto.end(), pick) - upto.begin();
            set(cells[std::min<std::size_t>(static_cast<std::size_t>(at), cells.size() - 1)].choice);
            for (std::size_t c = 0; c < state_.size(); ++c)
                if (state_[c] == kOpen) state_[c] = random::unit(random::mix(name, c)) < net_.up[c] ? kUp : kDown;
            made.hits += connected() ? 1 : 0;
        }
    }

private:
    static constexpr char kOpen = 0, kUp = 1, kDown = 2;

    // Decisions in a chain, so that cells share what they have in common.
    struct Choice {
        std::int32_t before, part;
        char state;
    };
    struct Cell {
        double mass;
        std::int32_t choice;
        bool operator<(const Cell& o) const { return mass < o.mass || (mass == o.mass && choice > o.choice); }
    };

    void set(std::int32_t choice) {
        std::fill(state_.begin(), state_.end(), kOpen);
        for (; choice_[choice].before >= 0; choice = choice_[choice].before)
            state_[choice_[choice].part] = choice_[choice].state;
    }

    bool usable(std::int32_t e) const {
        for (std::int64_t i = net_.ptr[e]; i < net_.ptr[e + 1]; ++i)
            if (state_[net_.part[i]] == kDown) return false;
        return true;
    }

    // Breadth first over what is not down, until all terminals are met.
    bool connected() {
        std::fill(seen_.begin(), seen_.end(), 0);
        const std::int32_t root = net_.terminals[0];
        queue_.assign(1, root);
        seen_[root] = 1;
        std::int32_t missing = terminals_ - 1;
        for (std::size_t i = 0; i < queue_.size() && missing > 0; ++i) {
            const std::int32_t u = queue_[i];
            if (u != root && !net_.transit[u]) continue;
            for (std::int32_t at = ptr_[u]; at < ptr_[u + 1]; ++at) {
                const std::int32_t e = row_[at], v = net_.head[e];
                if (seen_[v] || !usable(e)) continue;
                seen_[v] = 1;
                into_[v] = e;
                missing -= wanted_[v];
                queue_.push_back(v);
            }
        }
        return missing == 0;
    }

    // Open parts of the edges by which the terminals were met, into need_.
    void needed() {
        need_.clear();
        for (const std::int32_t t : net_.terminals)
            for (std::int32_t v = t; v != net_.terminals[0] && seen_[v] == 1; v = net_.tail[into_[v]]) {
                seen_[v] = 2;
                for (std::int64_t i = net_.ptr[into_[v]]; i < net_.ptr[into_[v] + 1]; ++i) {
                    const std::int32_t c = net_.part[i];
                    if (state_[c] != kOpen || counted_[c]) continue;
                    counted_[c] = 1;
                    need_.push_back(c);
                }
            }
        for (const std::int32_t c : need_) counted_[c] = 0;
    }

    void divide(const Cell& cell) {
        double mass = cell.mass;
        std::int32_t last = cell.choice;
        for (const std::int32_t c : need_) {
            const double down = mass * (1.0 - net_.up[c]);
            if (down > 0.0) {
                choice_.push_back({last, c, kDown});
                open_.push({down, static_cast<std::int32_t>(choice_.size()) - 1});
            }
            choice_.push_back({last, c, kUp});
            last = static_cast<std::int32_t>(choice_.size()) - 1;
            mass *= net_.up[c];
        }
        worked_ += mass;
    }

    const Fallible& net_;
    std::vector<std::int32_t> ptr_, row_;
    std::vector<char> state_;
    std::vector<std::int32_t> into_;
    std::vector<char> seen_, counted_, wanted_;
    std::int32_t terminals_ = 0;
    std::vector<Choice> choice_;
    std::priority_queue<Cell> open_;
    std::vector<std::int32_t> queue_, need_;
    double worked_ = 0.0, failed_ = 0.0;
};

}  // namespace

Reliability reliability(const Fallible& net, std::int64_t states, std::int64_t samples, std::uint64_t seed,
                        paths::Pulse pulse) {
    Reliability made;
    States search(net);
    search.explore(states, made, pulse);
    search.sample(samples, seed, made, pulse);
    return made;
}

}  // namespace easterly::cut
