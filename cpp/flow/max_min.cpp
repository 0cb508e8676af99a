#include "flow/max_min.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <queue>
#include <vector>

namespace easterly::flow {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// A link that some flow uses. `residual` and `rise` follow freezes one by one and only order the heap;
// the level at which a link fills is computed afresh, so that rounding errors do not pile up.
struct Used {
    std::int32_t link = 0;
    std::int64_t begin = 0;  // rows of its flows
    std::int64_t end = 0;
    double residual = 0.0;
    double rise = 0.0;       // load per unit of level
    std::int32_t active = 0;
};

struct Entry {
    double level;
    std::int32_t used;
    bool operator>(const Entry& other) const {
        return level != other.level ? level > other.level : used > other.used;
    }
};

class Filling {
public:
    Filling(const FlowPaths& paths, std::span<const double> capacity, std::span<const double> weight,
            std::span<double> rate, std::span<std::int32_t> bottleneck)
        : paths_(paths), capacity_(capacity), weight_(weight), rate_(rate), bottleneck_(bottleneck) {
        sort_flows();
        gather_links();
    }

    void run();

private:
    void sort_flows();
    void gather_links();
    double level(const Used& used) const { return std::max(used.residual, 0.0) / used.rise; }
    double exact_level(const Used& used) const;
    void freeze(std::int32_t u, double level);

    const FlowPaths& paths_;
    std::span<const double> capacity_;
    std::span<const double> weight_;
    std::span<double> rate_;
    std::span<std::int32_t> bottleneck_;
    std::vector<std::int32_t> order_;      // flows in an order of their own
    std::vector<Used> used_;               // by link number
    std::vector<std::int32_t> used_of_;    // per entry of paths: index into used_
    std::vector<std::int32_t> flow_;       // flows by used link, each list in order_
    std::vector<double> share_;
    std::vector<char> done_;
};

// Flows with equal rows and weights are interchangeable, so sorting by row forgets the caller's order.
void Filling::sort_flows() {
    order_.resize(paths_.flows());
    std::iota(order_.begin(), order_.end(), 0);
    const auto row = [&](std::int32_t f) {
        return std::pair(paths_.link.begin() + paths_.ptr[f], paths_.link.begin() + paths_.ptr[f + 1]);
    };
    const auto shares = [&](std::int32_t f) {
        return std::pair(paths_.share.begin() + paths_.ptr[f], paths_.share.begin() + paths_.ptr[f + 1]);
    };
    std::sort(order_.begin(), order_.end(), [&](std::int32_t x, std::int32_t y) {
        const auto [xb, xe] = row(x);
        const auto [yb, ye] = row(y);
        const auto links = std::lexicographical_compare_three_way(xb, xe, yb, ye);
        if (links != 0) return links < 0;
        if (weight_[x] != weight_[y]) return weight_[x] < weight_[y];
        const auto [sb, se] = shares(x);
        const auto [tb, te] = shares(y);
        return std::lexicographical_compare(sb, se, tb, te);
    });
}

void Filling::gather_links() {
    std::vector<std::int32_t> place(capacity_.size(), -1);
    for (const std::int32_t l : paths_.link) place[l] = 0;
    for (std::size_t l = 0; l < place.size(); ++l) {
        if (place[l] < 0) continue;
        place[l] = static_cast<std::int32_t>(used_.size());
        Used used;
        used.link = static_cast<std::int32_t>(l);
        used.residual = capacity_[l];
        used_.push_back(used);
    }
    used_of_.resize(paths_.link.size());
    for (std::size_t i = 0; i < paths_.link.size(); ++i) {
        used_of_[i] = place[paths_.link[i]];
        ++used_[used_of_[i]].end;
    }
    std::int64_t total = 0;
    for (Used& used : used_) {
        const std::int64_t count = used.end;
        used.begin = used.end = total;
        total += count;
    }
    flow_.resize(paths_.link.size());
    share_.resize(paths_.link.size());
    for (const std::int32_t f : order_) {
        for (std::int64_t i = paths_.ptr[f]; i < paths_.ptr[f + 1]; ++i) {
            Used& used = used_[used_of_[i]];
            flow_[used.end] = f;
            share_[used.end++] = paths_.share[i];
            used.rise += weight_[f] * paths_.share[i];
            ++used.active;
        }
    }
}

double Filling::exact_level(const Used& used) const {
    double frozen = 0.0;
    double rise = 0.0;
    for (std::int64_t i = used.begin; i < used.end; ++i) {
        const std::int32_t f = flow_[i];
        if (done_[f])
            frozen += share_[i] * rate_[f];
        else
            rise += share_[i] * weight_[f];
    }
    return std::max(capacity_[used.link] - frozen, 0.0) / rise;
}

void Filling::freeze(std::int32_t u, double level) {
    for (std::int64_t i = used_[u].begin; i < used_[u].end; ++i) {
        const std::int32_t f = flow_[i];
        if (done_[f]) continue;
        done_[f] = 1;
        rate_[f] = weight_[f] * level;
        bottleneck_[f] = used_[u].link;
        for (std::int64_t j = paths_.ptr[f]; j < paths_.ptr[f + 1]; ++j) {
            Used& other = used_[used_of_[j]];
            other.residual -= paths_.share[j] * rate_[f];
            other.rise -= paths_.share[j] * weight_[f];
            --other.active;
        }
    }
}

void Filling::run() {
    done_.assign(paths_.flows(), 0);
    std::fill(rate_.begin(), rate_.end(), kInfinity);
    std::fill(bottleneck_.begin(), bottleneck_.end(), -1);
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> heap;
    for (std::size_t u = 0; u < used_.size(); ++u)
        if (used_[u].residual < kInfinity) heap.push({level(used_[u]), static_cast<std::int32_t>(u)});
    constexpr double slack = 1.0 + 1e-12;
    while (!heap.empty()) {
        const Entry top = heap.top();
        heap.pop();
        const Used& used = used_[top.used];
        if (used.active == 0) continue;
        // Levels only rise while flows freeze elsewhere: an entry that is too low is put back where it belongs.
        const double about = used.rise > 0.0 ? level(used) : 0.0;
        if (about > top.level * slack && about < kInfinity) {
            heap.push({about, top.used});
            continue;
        }
        const double exact = exact_level(used);
        if (exact > top.level * slack)
            heap.push({exact, top.used});
        else
            freeze(top.used, exact);
    }
}

}  // namespace

void max_min_rates(const FlowPaths& paths, std::span<const double> capacity, std::span<const double> weight,
                   std::span<double> rate, std::span<std::int32_t> bottleneck) {
    Filling(paths, capacity, weight, rate, bottleneck).run();
}

}  // namespace easterly::flow
