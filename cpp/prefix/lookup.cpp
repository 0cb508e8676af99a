#include "prefix/lookup.hpp"

#include <algorithm>
#include <array>

#include "prefix/steps.hpp"

namespace easterly::prefix {

namespace {

constexpr int kStride = 6;
constexpr std::uint32_t kAnswer = std::uint32_t{1} << 31;
// Addresses that are looked up side by side, so that waits for memory overlap.
constexpr std::size_t kLanes = 32;

// Bits that are set; in plain operations, as not every x86-64 has an instruction for it.
std::uint32_t count(std::uint64_t bits) {
    bits -= bits >> 1 & 0x5555'5555'5555'5555;
    bits = (bits & 0x3333'3333'3333'3333) + (bits >> 2 & 0x3333'3333'3333'3333);
    bits = (bits + (bits >> 4)) & 0x0F0F'0F0F'0F0F'0F0F;
    return static_cast<std::uint32_t>(bits * 0x0101'0101'0101'0101 >> 56);
}

std::uint64_t up_to(unsigned slot) { return ~std::uint64_t{0} >> (63 - slot); }

template <class Word>
Node compared(Kind kind, Word first, int free, std::uint32_t inside, std::int32_t outside) {
    const Wide whole = first;
    return {high(whole), low(whole), inside, static_cast<std::uint32_t>(outside), static_cast<std::uint8_t>(free), kind};
}

template <class Word>
bool within(Word word, const Node& node) {
    if constexpr (kBits<Word> == 32)
        return (word ^ static_cast<Word>(node.begins)) >> node.shift == 0;
    else
        return (word ^ wide(node.inner, node.begins)) >> node.shift == 0;
}

// Whether one prefix alone decides in the block that starts at `first`; then `made` is it.
template <class Word>
bool decided(const Steps<Word>& all, const Part& part, Word first, Node& made) {
    const std::size_t at = part.begin, steps = part.end - part.begin;
    const Word last = static_cast<Word>(first | host_bits<Word>(part.bits));
    const auto is_prefix = [](Word low, Word high) {
        const Word rest = static_cast<Word>(high - low);
        return (rest & static_cast<Word>(rest + 1)) == 0 && (low & rest) == 0;
    };
    const auto make = [&](Word low, Word high, std::int32_t inside, std::int32_t outside) {
        if (!is_prefix(low, high)) return false;
        const int free = width<Word>(static_cast<Word>(high - low));
        made = compared<Word>(Kind::lone, low, free, static_cast<std::uint32_t>(inside), outside);
        return true;
    };
    const std::int32_t before = all.row[at - 1];
    if (steps == 2 && all.row[at + 1] == before)
        return make(all.from[at], static_cast<Word>(all.from[at + 1] - 1), all.row[at], before);
    if (steps != 1) return false;
    return make(all.from[at], last, all.row[at], before) ||
           make(first, static_cast<Word>(all.from[at] - 1), before, all.row[at]);
}

// Whether all that differs in a block lies in a block at least two strides smaller; then `part` becomes that block.
template <class Word>
bool narrowed(const Steps<Word>& all, Part& part, Word& first) {
    const std::int32_t outside = all.row[part.begin - 1];
    if (part.end - part.begin < 2 || all.row[part.end - 1] != outside) return false;
    const Word from = all.from[part.begin], to = static_cast<Word>(all.from[part.end - 1] - 1);
    const int common = kBits<Word> - width<Word>(static_cast<Word>(from ^ to));
    const int bits = part.bits + (common - part.bits) / kStride * kStride;
    if (bits < part.bits + 2 * kStride || bits >= kBits<Word>) return false;
    first = static_cast<Word>(from & ~host_bits<Word>(bits));
    part = part_at(all, part.begin, first, bits);
    return true;
}

}  // namespace

Lookup::Lookup(int family_bits, const Columns& table) : bits_(family_bits) {
    // What is left beyond the direct bits is a whole number of strides: 32 = 2 + 5 * 6, 128 = 2 + 21 * 6.
    for (const std::size_t rows : {std::size_t{8}, std::size_t{512}, std::size_t{32768}})
        direct_bits_ += table.size() > rows ? kStride : 0;
    if (bits_ == 32)
        build<std::uint32_t>(table);
    else
        build<Wide>(table);
}

template <class Word>
void Lookup::build(const Columns& table) {
    const Steps<Word> all = steps<Word>(table);
    std::vector<Part> parts;  // node n is part n: both are made level by level
    std::size_t at = 0;
    direct_.resize(std::size_t{1} << direct_bits_);
    for (std::size_t i = 0; i < direct_.size(); ++i) {
        const Word first = static_cast<Word>(static_cast<Word>(i) << (kBits<Word> - direct_bits_));
        const Part part = part_at(all, at, first, direct_bits_);
        at = part.end;
        if (part.begin < part.end) {
            direct_[i] = static_cast<std::uint32_t>(parts.size());
            parts.push_back(part);
        } else {
            const std::int32_t row = all.row[part.begin - 1];
            if (answers_.empty() || answers_.back() != row) answers_.push_back(row);
            direct_[i] = static_cast<std::uint32_t>(answers_.size() - 1) | kAnswer;
        }
    }
    for (std::size_t n = 0; n < parts.size(); ++n) {
        const int offset = parts[n].bits, beyond = offset + kStride;
        Word block = static_cast<Word>(all.from[parts[n].begin] & ~host_bits<Word>(offset));
        Node node;
        if (decided(all, parts[n], block, node)) {
            nodes_.push_back(node);
            continue;
        }
        if (Part below = parts[n]; narrowed(all, below, block)) {
            const std::int32_t outside = all.row[parts[n].begin - 1];
            const auto child = static_cast<std::uint32_t>(parts.size());
            nodes_.push_back(compared<Word>(Kind::chain, block, kBits<Word> - below.bits, child, outside));
            parts.push_back(below);
            continue;
        }
        node.shift = static_cast<std::uint8_t>(kBits<Word> - beyond);
        node.node = static_cast<std::uint32_t>(parts.size());
        node.answer = static_cast<std::uint32_t>(answers_.size());
        std::size_t next = parts[n].begin;
        for (unsigned slot = 0; slot < 64; ++slot) {
            const Word first = static_cast<Word>(block | static_cast<Word>(Word{slot} << (kBits<Word> - beyond)));
            const Part part = part_at(all, next, first, beyond);
            next = part.end;
            const std::uint64_t mark = std::uint64_t{1} << slot;
            if (part.begin < part.end) {
                node.inner |= mark;
                parts.push_back(part);
            } else if (const std::int32_t row = all.row[part.begin - 1]; node.begins == 0 || answers_.back() != row) {
                node.begins |= mark;
                answers_.push_back(row);
            }
        }
        nodes_.push_back(node);
    }
}

template <class Word>
void Lookup::find(const std::uint64_t* hi, const std::uint64_t* lo, std::span<std::int32_t> row) const {
    std::array<Word, kLanes> word;
    std::array<std::uint32_t, kLanes> place, open, ready;
    const auto direct = [&](Word each) { return static_cast<std::size_t>(each >> (kBits<Word> - direct_bits_)); };
    for (std::size_t begin = 0; begin < row.size(); begin += kLanes) {
        const std::size_t width = std::min(kLanes, row.size() - begin);
        for (std::size_t i = 0; i < width; ++i) {
            if constexpr (kBits<Word> == 32)
                word[i] = static_cast<Word>(lo[begin + i]);
            else
                word[i] = wide(hi[begin + i], lo[begin + i]);
            __builtin_prefetch(&direct_[direct(word[i])]);
        }
        std::size_t opens = 0, readies = 0;  // lanes that go on in a node, and those whose answer is known
        for (std::size_t i = 0; i < width; ++i) {
            const std::uint32_t entry = direct_[direct(word[i])];
            const bool done = entry & kAnswer;
            place[i] = entry & ~kAnswer;
            __builtin_prefetch(done ? static_cast<const void*>(&answers_[place[i]]) : &nodes_[place[i]]);
            open[opens] = ready[readies] = static_cast<std::uint32_t>(i);
            opens += !done, readies += done;
        }
        while (opens > 0) {
            std::size_t left = 0;
            for (std::size_t k = 0; k < opens; ++k) {
                const std::uint32_t i = open[k];
                const Node& node = nodes_[place[i]];
                if (node.kind != Kind::branch) {
                    const bool inside = within(word[i], node);
                    if (inside && node.kind == Kind::chain) {
                        place[i] = node.node;
                        __builtin_prefetch(&nodes_[place[i]]);
                        open[left++] = i;
                    } else {
                        row[begin + i] = static_cast<std::int32_t>(inside ? node.node : node.answer);
                    }
                    continue;
                }
                const unsigned slot = static_cast<unsigned>(word[i] >> node.shift) & 63;
                const bool goes_on = node.inner >> slot & 1;
                const std::uint64_t marks = goes_on ? node.inner : node.begins;
                place[i] = (goes_on ? node.node : node.answer) + count(marks & up_to(slot)) - 1;
                __builtin_prefetch(goes_on ? static_cast<const void*>(&nodes_[place[i]]) : &answers_[place[i]]);
                open[left] = i;
                left += goes_on;
                if (!goes_on) ready[readies++] = i;
            }
            opens = left;
        }
        for (std::size_t k = 0; k < readies; ++k) row[begin + ready[k]] = answers_[place[ready[k]]];
    }
}

void Lookup::longest(std::span<const std::uint64_t> hi, std::span<const std::uint64_t> lo,
                     std::span<std::int32_t> row) const {
    if (bits_ == 32)
        find<std::uint32_t>(nullptr, lo.data(), row);
    else
        find<Wide>(hi.data(), lo.data(), row);
}

}  // namespace easterly::prefix
