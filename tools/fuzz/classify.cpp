// Classifiers: trees against a look at every rule; answers about rules against their witnesses; ranges against prefixes.
#include <algorithm>
#include <bit>

#include "bytes.hpp"
#include "classify/forest.hpp"
#include "classify/ranges.hpp"
#include "classify/search.hpp"

namespace {

using namespace easterly::classify;
using fuzz::Bytes;
using Word = std::uint64_t;

struct Rules {
    std::vector<Word> low, high, top;

    Boxes boxes() const { return {low, high, top}; }
};

Word below(Bytes& bytes, Word least, Word most) {
    const auto span = static_cast<std::int64_t>(std::min<Word>(most - least, INT64_MAX));
    const auto step = static_cast<Word>(bytes.within(0, span));
    return bytes.flip() ? least + step : most - step;
}

Rules rules(Bytes& bytes) {
    Rules made;
    for (std::int64_t d = bytes.within(1, 5); d-- > 0;) {
        const auto bits = bytes.within(0, 64);
        made.top.push_back(bits == 64 ? ~Word{0} : (Word{1} << bits) - 1);
    }
    for (std::int64_t r = bytes.within(0, 40); r-- > 0;)
        for (const Word top : made.top) {
            const bool all = bytes.byte() % 3 == 0;
            made.low.push_back(all ? 0 : below(bytes, 0, top));
            made.high.push_back(all ? top : below(bytes, made.low.back(), top));
        }
    return made;
}

bool inside(const Boxes& boxes, std::size_t rule, const Word* packet) {
    return within(packet, packet, boxes.lows(rule), boxes.highs(rule), boxes.dims());
}

// The plain way.
std::int32_t first(const Boxes& boxes, const Word* packet) {
    for (std::size_t r = 0; r < boxes.count(); ++r)
        if (inside(boxes, r, packet)) return static_cast<std::int32_t>(r);
    return kNone;
}

void trees(Bytes& bytes, const Rules& given) {
    const Boxes boxes = given.boxes();
    const Forest forest = grow(boxes, {bytes.within(1, 9), bytes.within(1, 6)});
    HOLDS(forest.memory_B() <= forest.bound_B());
    std::vector<std::vector<Word>> columns(boxes.dims());
    std::vector<std::int32_t> wanted;
    while (!bytes.done() && wanted.size() < 60) {
        std::vector<Word> packet;
        const std::size_t near = boxes.count() == 0 ? 0 : bytes.byte() % boxes.count();
        for (std::size_t d = 0; d < boxes.dims(); ++d) {
            const std::uint8_t how = boxes.count() == 0 ? 3 : bytes.byte() & 3;
            Word value = how == 0 ? boxes.lows(near)[d] : how == 1 ? boxes.highs(near)[d] : below(bytes, 0, boxes.top[d]);
            if (how == 2 && boxes.lows(near)[d] > 0) value = boxes.lows(near)[d] - 1;
            packet.push_back(value);
            columns[d].push_back(value);
        }
        wanted.push_back(first(boxes, packet.data()));
        HOLDS(forest.first(packet.data()) == wanted.back());
    }
    std::vector<const Word*> pointers;
    for (const auto& column : columns) pointers.push_back(column.data());
    std::vector<std::int32_t> found(wanted.size());
    forest.first(pointers, found);
    HOLDS(found == wanted);
}

// A witness is one; and where there is none, no packet that is tried is one either.
void questions(Bytes& bytes, const Rules& given) {
    const Boxes boxes = given.boxes();
    if (boxes.count() == 0) return;
    std::vector<std::int32_t> effect;
    for (std::size_t r = 0; r < boxes.count(); ++r) effect.push_back(bytes.byte() % 3);
    const std::vector<std::uint8_t> kept(boxes.count(), 1);
    const std::size_t one = bytes.byte() % boxes.count(), other = bytes.byte() % boxes.count();
    const std::int64_t work = 20'000;
    const Answer met = hit(boxes, one, work), counts = matters(boxes, effect, bytes.byte() % 3, kept, one, work);
    if (met.status == Status::found) HOLDS(first(boxes, met.packet.data()) == static_cast<std::int32_t>(one));
    if (counts.status == Status::found) HOLDS(first(boxes, counts.packet.data()) == static_cast<std::int32_t>(one));
    if (met.status == Status::absent) HOLDS(counts.status != Status::found);
    std::vector<Word> packet;
    for (std::size_t d = 0; d < boxes.dims(); ++d) packet.push_back(below(bytes, boxes.lows(one)[d], boxes.highs(one)[d]));
    const bool is_first = first(boxes, packet.data()) == static_cast<std::int32_t>(one);
    if (met.status == Status::absent) {
        HOLDS(!is_first);
        HOLDS(std::any_of(met.cover.begin(), met.cover.end(),
                          [&](std::int32_t r) { return inside(boxes, static_cast<std::size_t>(r), packet.data()); }));
    }
    if (one >= other) return;
    const Answer fought = contested(boxes, one, other, work);
    if (fought.status != Status::found) return;
    HOLDS(first(boxes, fought.packet.data()) == static_cast<std::int32_t>(one) && inside(boxes, other, fought.packet.data()));
}

void ranges(Bytes& bytes) {
    const auto width = static_cast<int>(bytes.within(1, 64));
    const Word top = width == 64 ? ~Word{0} : (Word{1} << width) - 1;
    const Word low = below(bytes, 0, top), high = below(bytes, low, top);
    std::vector<Prefix> made;
    prefixes(low, high, width, made);
    HOLDS(static_cast<std::int64_t>(made.size()) == count_prefixes(low, high, width));
    HOLDS(static_cast<int>(made.size()) <= std::max(1, 2 * width - 2));
    Word next = low;
    for (std::size_t i = 0; i < made.size(); ++i) {
        const Word size = made[i].free == 64 ? 0 : Word{1} << made[i].free;
        HOLDS(made[i].value == next && (made[i].free == 64 || made[i].value % size == 0));
        HOLDS(i + 1 < made.size() || next + (size - 1) == high);
        next += size;
    }
    const auto chunk = static_cast<int>(bytes.within(1, 16));
    const std::int64_t fences = count_fences(low, high, width, chunk);
    HOLDS(fences >= 1 && fences <= 2 * ((width + chunk - 1) / chunk));
}

}  // namespace

void fuzz::target(Bytes bytes) {
    const std::uint8_t kind = bytes.byte() % 3;
    if (kind == 0) trees(bytes, rules(bytes));
    if (kind == 1) questions(bytes, rules(bytes));
    if (kind == 2) ranges(bytes);
}
