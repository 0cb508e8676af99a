// Decision trees over boxes. Rules are first parted by the two dimensions that tell most of them apart (narrow or wide
// in each, as in EffiCuts: Vamanan et al. 2010, SIGCOMM), so that few have to be copied; each part is split in two at
// ends of its own intervals (as HyperSplit: Qi et al. 2009, INFOCOM), largest node first, while copies last.
#include <bit>
#include <cmath>
#include <limits>
#include <queue>

#include "classify/forest.hpp"

namespace easterly::classify {

namespace {

using Rules = std::vector<std::int32_t>;
using Word = std::uint64_t;

struct Split {
    double cost = std::numeric_limits<double>::infinity();
    std::size_t dim = 0, copies = 0;
    Word threshold = 0;
};

// A node still to be decided: its rules in order, and the region whose packets come here.
struct Open {
    std::uint32_t node;
    std::int64_t depth;
    Rules rules;
    std::vector<Word> low, high;
};

struct Smaller {
    bool operator()(const Open& a, const Open& b) const {
        return a.rules.size() != b.rules.size() ? a.rules.size() < b.rules.size() : a.node > b.node;
    }
};

class Grower {
   public:
    Grower(const Boxes& boxes, Forest& forest) : boxes_(boxes), forest_(forest), used_(forest.used) {}

    void tree(Rules rules, std::int64_t spare);
    std::int64_t spare() const { return spare_; }

   private:
    const Boxes& boxes_;
    Forest& forest_;
    const std::vector<std::uint32_t>& used_;
    std::int64_t spare_ = 0;
    std::vector<Word> lows_, highs_;

    Split best(const Open& open);
    void along(const Open& open, std::size_t u, Split& best);
    Open child(const Open& open, const Split& split, bool upper) const;
    void leaf(const Open& open);
};

void Grower::tree(Rules rules, std::int64_t spare) {
    spare_ = spare;
    const auto root = static_cast<std::uint32_t>(forest_.nodes.size());
    forest_.roots.push_back({root, rules.front()});
    forest_.nodes.emplace_back();
    Open whole{root, 0, std::move(rules), std::vector<Word>(used_.size(), 0), {}};
    for (const auto d : used_) whole.high.push_back(boxes_.top[d]);
    std::vector<Open> heap;
    heap.push_back(std::move(whole));
    while (!heap.empty()) {
        std::pop_heap(heap.begin(), heap.end(), Smaller{});
        const Open open = std::move(heap.back());
        heap.pop_back();
        const Split split = static_cast<std::int64_t>(open.rules.size()) > forest_.growth.leaf ? best(open) : Split{};
        if (!std::isfinite(split.cost)) {
            leaf(open);
            continue;
        }
        const auto first = static_cast<std::uint32_t>(forest_.nodes.size());
        forest_.nodes[open.node] = {split.threshold, first, static_cast<std::uint32_t>(split.dim)};
        forest_.nodes.resize(first + 2);
        std::int64_t kept = 0;
        for (const bool upper : {false, true}) {
            Open made = child(open, split, upper);
            made.node = first + upper;
            kept += static_cast<std::int64_t>(made.rules.size());
            heap.push_back(std::move(made));
            std::push_heap(heap.begin(), heap.end(), Smaller{});
        }
        spare_ -= kept - static_cast<std::int64_t>(open.rules.size());
    }
}

Split Grower::best(const Open& open) {
    Split best;
    best.cost = 0.95 * static_cast<double>(open.rules.size()) * static_cast<double>(open.rules.size());
    const double enough = best.cost;
    for (std::size_t u = 0; u < used_.size(); ++u) along(open, u, best);
    if (best.cost == enough) best.cost = std::numeric_limits<double>::infinity();
    return best;
}

// Every threshold that is the end of an interval: with a rules at or below it and b above it, a^2 + b^2 is what
// scanning would cost packets that fall where the rules are. Rules on both sides count in both.
void Grower::along(const Open& open, std::size_t u, Split& best) {
    const std::size_t n = open.rules.size(), d = used_[u];
    lows_.resize(n);
    highs_.resize(n);
    for (std::size_t i = 0; i < n; ++i) {
        const auto rule = static_cast<std::size_t>(open.rules[i]);
        lows_[i] = std::max(boxes_.lows(rule)[d], open.low[u]);
        highs_[i] = std::min(boxes_.highs(rule)[d], open.high[u]);
    }
    std::sort(lows_.begin(), lows_.end());
    std::sort(highs_.begin(), highs_.end());
    std::size_t begun = 0, ended = 0;
    while (ended < n) {
        // The next threshold: before the next beginning, or at the next end.
        const bool starts = begun < n && lows_[begun] != open.low[u] && lows_[begun] - 1 < highs_[ended];
        if (!starts && begun < n && lows_[begun] == open.low[u]) {
            ++begun;
            continue;
        }
        const Word at = starts ? lows_[begun] - 1 : highs_[ended];
        if (at >= open.high[u]) break;
        while (ended < n && highs_[ended] <= at) ++ended;
        while (begun < n && lows_[begun] <= at) ++begun;
        const auto below = static_cast<double>(begun), above = static_cast<double>(n - ended);
        const double cost = below * below + above * above;
        const std::size_t copies = begun + (n - ended) - n;
        if (begun < n && ended > 0 && cost < best.cost && static_cast<std::int64_t>(copies) <= spare_)
            best = {cost, u, copies, at};
        if (starts)
            while (begun < n && lows_[begun] == at + 1) ++begun;
    }
}

// What of a node's rules reaches one side; nothing after a rule that covers the side whole is ever first there.
Open Grower::child(const Open& open, const Split& split, bool upper) const {
    Open made{0, open.depth + 1, {}, open.low, open.high};
    (upper ? made.low : made.high)[split.dim] = upper ? split.threshold + 1 : split.threshold;
    const std::size_t d = used_[split.dim];
    for (const auto rule : open.rules) {
        const Word* low = boxes_.lows(static_cast<std::size_t>(rule));
        const Word* high = boxes_.highs(static_cast<std::size_t>(rule));
        if (upper ? high[d] <= split.threshold : low[d] > split.threshold) continue;
        made.rules.push_back(rule);
        bool whole = true;
        for (std::size_t u = 0; whole && u < used_.size(); ++u)
            whole = low[used_[u]] <= made.low[u] && high[used_[u]] >= made.high[u];
        if (whole) break;
    }
    return made;
}

void Grower::leaf(const Open& open) {
    forest_.nodes[open.node] = {open.rules.size(), static_cast<std::uint32_t>(forest_.refs.size()), kLeaf};
    forest_.refs.insert(forest_.refs.end(), open.rules.begin(), open.rules.end());
    forest_.depth = std::max(forest_.depth, open.depth);
    forest_.widest = std::max(forest_.widest, static_cast<std::int64_t>(open.rules.size()));
}

// By how many powers of two the rule narrows a dimension; 0 for all of it.
int narrowing(const Boxes& boxes, std::size_t rule, std::size_t dim) {
    return std::bit_width(boxes.top[dim]) - std::bit_width(boxes.highs(rule)[dim] - boxes.lows(rule)[dim]);
}

// Against 10,000 drawn rules of a firewall, one tree for all finds 1.1 million packets per second, four trees find 8;
// any limit from 1 to 8 is as good.
constexpr int kNarrow = 5;

// Dimensions that some rule restricts, those first that most rules restrict to little.
std::vector<std::uint32_t> used_dims(const Boxes& boxes) {
    std::vector<std::uint32_t> used;
    std::vector<std::int64_t> tells(boxes.dims(), 0);
    for (std::uint32_t d = 0; d < boxes.dims(); ++d) {
        for (std::size_t r = 0; r < boxes.count(); ++r) tells[d] += narrowing(boxes, r, d);
        for (std::size_t r = 0; r < boxes.count(); ++r)
            if (!boxes.full(r, d)) {
                used.push_back(d);
                break;
            }
    }
    std::stable_sort(used.begin(), used.end(), [&](auto a, auto b) { return tells[a] > tells[b]; });
    return used;
}

// Rules by whether they are narrow in the two dimensions that come first.
std::array<Rules, 4> parted(const Boxes& boxes, const std::vector<std::uint32_t>& used) {
    std::array<Rules, 4> parts;
    for (std::size_t r = 0; r < boxes.count(); ++r) {
        std::size_t part = 0;
        for (std::size_t u = 0; u < std::min<std::size_t>(2, used.size()); ++u)
            part = 2 * part + (narrowing(boxes, r, used[u]) < kNarrow);
        parts[part].push_back(static_cast<std::int32_t>(r));
    }
    return parts;
}

}  // namespace

Forest grow(const Boxes& boxes, const Growth& growth) {
    Forest forest;
    forest.growth = growth;
    forest.rules = static_cast<std::int64_t>(boxes.count());
    forest.top.assign(boxes.top.begin(), boxes.top.end());
    forest.used = used_dims(boxes);
    for (std::size_t r = 0; r < boxes.count(); ++r)
        for (const auto d : forest.used)
            forest.sides.push_back({boxes.lows(r)[d], boxes.highs(r)[d] - boxes.lows(r)[d]});
    Grower grower(boxes, forest);
    std::int64_t spare = 0;
    for (Rules& part : parted(boxes, forest.used)) {
        if (part.empty()) continue;
        spare += (growth.copies - 1) * static_cast<std::int64_t>(part.size());
        grower.tree(std::move(part), spare);
        spare = grower.spare();
    }
    std::stable_sort(forest.roots.begin(), forest.roots.end(),
                     [](const Root& a, const Root& b) { return a.best < b.best; });
    return forest;
}

}  // namespace easterly::classify
