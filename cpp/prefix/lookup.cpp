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
unsigned slot_of(Word word, int offset) {
    return static_cast<unsigned>(word >> (kBits<Word> - offset - kStride)) & 63;
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
        const Word block = static_cast<Word>(all.from[parts[n].begin] & ~host_bits<Word>(offset));
        Node node{0, 0, static_cast<std::uint32_t>(parts.size()), static_cast<std::uint32_t>(answers_.size())};
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
    std::array<std::uint32_t, kLanes> place, lane;
    for (std::size_t begin = 0; begin < row.size(); begin += kLanes) {
        const std::size_t width = std::min(kLanes, row.size() - begin);
        for (std::size_t i = 0; i < width; ++i) {
            if constexpr (kBits<Word> == 32)
                word[i] = static_cast<Word>(lo[begin + i]);
            else
                word[i] = wide(hi[begin + i], lo[begin + i]);
            __builtin_prefetch(&direct_[static_cast<std::size_t>(word[i] >> (kBits<Word> - direct_bits_))]);
        }
        std::size_t open = 0;
        for (std::size_t i = 0; i < width; ++i) {
            const std::uint32_t entry = direct_[static_cast<std::size_t>(word[i] >> (kBits<Word> - direct_bits_))];
            const bool done = entry & kAnswer;
            place[i] = entry & ~kAnswer;
            __builtin_prefetch(done ? static_cast<const void*>(&answers_[place[i]]) : &nodes_[place[i]]);
            lane[open] = static_cast<std::uint32_t>(i);
            open += !done;
        }
        for (int offset = direct_bits_; open > 0; offset += kStride) {
            std::size_t left = 0;
            for (std::size_t k = 0; k < open; ++k) {
                const std::uint32_t i = lane[k];
                const Node& node = nodes_[place[i]];
                const unsigned slot = slot_of(word[i], offset);
                const bool goes_on = node.inner >> slot & 1;
                const std::uint64_t marks = goes_on ? node.inner : node.begins;
                place[i] = (goes_on ? node.node : node.answer) + count(marks & up_to(slot)) - 1;
                __builtin_prefetch(goes_on ? static_cast<const void*>(&nodes_[place[i]]) : &answers_[place[i]]);
                lane[left] = i;
                left += goes_on;
            }
            open = left;
        }
        for (std::size_t i = 0; i < width; ++i) row[begin + i] = answers_[place[i]];
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
