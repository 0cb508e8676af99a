#include "classify/search.hpp"

#include <algorithm>
#include <bit>

namespace easterly::classify {

namespace {

using Word = std::uint64_t;

struct Part {
    std::vector<Word> low, high;
    std::vector<Item> items;
    bool rest;
};

class Search {
   public:
    Search(const Boxes& boxes, std::int64_t& work) : boxes_(boxes), dims_(boxes.dims()), work_(work) {}
    Answer run(const Question& question);

   private:
    const Boxes& boxes_;
    std::size_t dims_;
    std::int64_t& work_;

    // Keeps what meets the part, up to the first rule that covers it; true if one does.
    bool prune(Part& part) const;
    bool wanted(const Part& part, const std::vector<Word>& point) const;
    std::size_t largest(const Part& part) const;
    void cut(Part part, std::int32_t rule, std::vector<Part>& open) const;
};

bool Search::prune(Part& part) const {
    std::size_t kept = 0;
    bool covered = false;
    for (std::size_t i = 0; i < part.items.size() && !covered; ++i) {
        const Item item = part.items[i];
        const auto rule = static_cast<std::size_t>(item.rule);
        const Word *low = boxes_.lows(rule), *high = boxes_.highs(rule);
        if (!overlap(part.low.data(), part.high.data(), low, high, dims_)) continue;
        part.items[kept++] = item;
        covered = within(part.low.data(), part.high.data(), low, high, dims_);
    }
    part.items.resize(kept);
    return covered;
}

bool Search::wanted(const Part& part, const std::vector<Word>& point) const {
    for (const Item& item : part.items) {
        const auto rule = static_cast<std::size_t>(item.rule);
        if (within(point.data(), point.data(), boxes_.lows(rule), boxes_.highs(rule), dims_)) return item.wanted;
    }
    return part.rest;
}

// Of the rules that do not cover the part, the one that takes most of it, in powers of two.
std::size_t Search::largest(const Part& part) const {
    std::size_t best = 0;
    int most = 0;
    for (std::size_t i = 0; i < part.items.size(); ++i) {
        const auto rule = static_cast<std::size_t>(part.items[i].rule);
        int size = 1;
        bool whole = true;
        for (std::size_t d = 0; d < dims_; ++d) {
            const Word low = std::max(part.low[d], boxes_.lows(rule)[d]);
            const Word high = std::min(part.high[d], boxes_.highs(rule)[d]);
            whole &= low == part.low[d] && high == part.high[d];
            size += std::bit_width(high - low) - std::bit_width(part.high[d] - part.low[d]);
        }
        if (!whole && (most == 0 || size > most)) {
            best = i;
            most = size;
        }
    }
    return best;
}

// What the rule leaves of the part, slab by slab, and last, so that it is looked at last, what it takes.
void Search::cut(Part part, std::int32_t rule, std::vector<Part>& open) const {
    std::vector<Part> outside;
    const Word* low = boxes_.lows(static_cast<std::size_t>(rule));
    const Word* high = boxes_.highs(static_cast<std::size_t>(rule));
    for (std::size_t d = 0; d < dims_; ++d) {
        if (low[d] > part.low[d]) {
            outside.push_back(part);
            outside.back().high[d] = low[d] - 1;
            part.low[d] = low[d];
        }
        if (high[d] < part.high[d]) {
            outside.push_back(part);
            outside.back().low[d] = high[d] + 1;
            part.high[d] = high[d];
        }
    }
    open.push_back(std::move(part));
    for (Part& each : outside) open.push_back(std::move(each));
}

Answer Search::run(const Question& question) {
    Answer answer;
    std::vector<Part> open;
    open.push_back({{question.low.begin(), question.low.end()},
                    {question.high.begin(), question.high.end()},
                    {question.items.begin(), question.items.end()},
                    question.rest});
    while (!open.empty()) {
        Part part = std::move(open.back());
        open.pop_back();
        work_ -= static_cast<std::int64_t>(part.items.size()) + 1;
        if (work_ < 0) return {Status::undecided, {}, {}};
        if (prune(part)) part.rest = part.items.back().wanted;
        const bool some = std::any_of(part.items.begin(), part.items.end(), [](const Item& i) { return i.wanted; });
        if (!some && !part.rest) {
            // All that is in the part is taken; the rule that covers it would do alone.
            if (!part.items.empty()) answer.cover.push_back(part.items.back().rule);
            continue;
        }
        for (const auto& corner : {part.low, part.high})
            if (wanted(part, corner)) return {Status::found, corner, {}};
        const std::int32_t rule = part.items[largest(part)].rule;
        cut(std::move(part), rule, open);
    }
    std::sort(answer.cover.begin(), answer.cover.end());
    answer.cover.erase(std::unique(answer.cover.begin(), answer.cover.end()), answer.cover.end());
    return answer;
}

constexpr std::size_t kThin = 64;

// Leaves out of a cover what the others cover already, the last rules first.
void thin(const Boxes& boxes, const Question& question, Answer& answer, std::int64_t work) {
    if (answer.cover.size() > kThin) return;
    for (std::size_t i = answer.cover.size(); i-- > 0 && answer.cover.size() > 1;) {
        std::vector<Item> others;
        for (std::size_t k = 0; k < answer.cover.size(); ++k)
            if (k != i) others.push_back({answer.cover[k], false});
        const Answer without = search(boxes, {question.low, question.high, others, true}, work);
        if (without.status == Status::absent) answer.cover.erase(answer.cover.begin() + static_cast<std::ptrdiff_t>(i));
    }
}

std::span<const Word> lows(const Boxes& boxes, std::size_t rule) { return {boxes.lows(rule), boxes.dims()}; }
std::span<const Word> highs(const Boxes& boxes, std::size_t rule) { return {boxes.highs(rule), boxes.dims()}; }

bool meet(const Boxes& boxes, std::size_t a, std::size_t b) {
    return overlap(boxes.lows(a), boxes.highs(a), boxes.lows(b), boxes.highs(b), boxes.dims());
}

}  // namespace

Answer search(const Boxes& boxes, const Question& question, std::int64_t& work) {
    return Search(boxes, work).run(question);
}

Answer hit(const Boxes& boxes, std::size_t rule, std::int64_t work) {
    std::vector<Item> earlier;
    for (std::size_t r = 0; r < rule; ++r)
        if (meet(boxes, r, rule)) earlier.push_back({static_cast<std::int32_t>(r), false});
    const Question question{lows(boxes, rule), highs(boxes, rule), earlier, true};
    std::int64_t left = work;
    Answer answer = search(boxes, question, left);
    if (answer.status == Status::absent) thin(boxes, question, answer, work);
    return answer;
}

Answer matters(const Boxes& boxes, std::span<const std::int32_t> effect, std::int32_t rest,
               std::span<const std::uint8_t> kept, std::size_t rule, std::int64_t work) {
    std::vector<Item> others;
    for (std::size_t r = 0; r < boxes.count(); ++r)
        if (r != rule && kept[r] && meet(boxes, r, rule))
            others.push_back({static_cast<std::int32_t>(r), r > rule && effect[r] != effect[rule]});
    return search(boxes, {lows(boxes, rule), highs(boxes, rule), others, rest != effect[rule]}, work);
}

Answer contested(const Boxes& boxes, std::size_t first, std::size_t second, std::int64_t work) {
    std::vector<Word> low, high;
    for (std::size_t d = 0; d < boxes.dims(); ++d) {
        low.push_back(std::max(boxes.lows(first)[d], boxes.lows(second)[d]));
        high.push_back(std::min(boxes.highs(first)[d], boxes.highs(second)[d]));
        if (low.back() > high.back()) return {};
    }
    std::vector<Item> others;
    for (std::size_t r = 0; r < second; ++r)
        if (r != first && overlap(low.data(), high.data(), boxes.lows(r), boxes.highs(r), boxes.dims()))
            others.push_back({static_cast<std::int32_t>(r), false});
    return search(boxes, {low, high, others, true}, work);
}

std::int64_t crossing(const Boxes& boxes, std::span<const std::int32_t> effect, std::size_t begin, std::size_t end,
                      std::int64_t most, std::vector<std::int32_t>& pairs) {
    std::int64_t count = 0;
    const std::size_t dims = boxes.dims();
    for (std::size_t a = begin; a < end; ++a)
        for (std::size_t b = a + 1; b < boxes.count(); ++b) {
            if (effect[a] == effect[b] || !meet(boxes, a, b)) continue;
            if (within(boxes.lows(a), boxes.highs(a), boxes.lows(b), boxes.highs(b), dims)) continue;
            if (within(boxes.lows(b), boxes.highs(b), boxes.lows(a), boxes.highs(a), dims)) continue;
            if (count++ < most) {
                pairs.push_back(static_cast<std::int32_t>(a));
                pairs.push_back(static_cast<std::int32_t>(b));
            }
        }
    return count;
}

}  // namespace easterly::classify
