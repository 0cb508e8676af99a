// Is there a packet in a box whose first match is of one kind? Exact, by cutting the box, within a bound of work.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "classify/boxes.hpp"

namespace easterly::classify {

// A rule that packets may meet first: one of those looked for, or one that takes them away.
struct Item {
    std::int32_t rule;
    bool wanted;
};

enum class Status : std::int8_t { absent = 0, found = 1, undecided = 2 };

struct Answer {
    Status status = Status::absent;
    std::vector<std::uint64_t> packet;  // where found
    std::vector<std::int32_t> cover;    // where absent: rules that together take every packet of the box away
};

struct Question {
    std::span<const std::uint64_t> low, high;  // the box
    std::span<const Item> items;               // in the order in which they match
    bool rest;                                 // whether packets that none of them matches are wanted
};

// At most `work` comparisons of a rule with a box; `work` is what is left of it afterwards.
Answer search(const Boxes& boxes, const Question& question, std::int64_t& work);

// Is some packet decided by this rule: in its box, and in no earlier one?
Answer hit(const Boxes& boxes, std::size_t rule, std::int64_t work);

// Does the effect of some packet change when this rule is removed? `rest` is the effect where no rule matches.
Answer matters(const Boxes& boxes, std::span<const std::int32_t> effect, std::int32_t rest,
               std::span<const std::uint8_t> kept, std::size_t rule, std::int64_t work);

// Is some packet of both rules decided by the first of them, so that it would go to the second in the other order?
Answer contested(const Boxes& boxes, std::size_t first, std::size_t second, std::int64_t work);

// Pairs of overlapping rules of unlike effect, neither within the other, whose first is in begin .. end - 1: how many
// there are, and the first `most` of them.
std::int64_t crossing(const Boxes& boxes, std::span<const std::int32_t> effect, std::size_t begin, std::size_t end,
                      std::int64_t most, std::vector<std::int32_t>& pairs);

}  // namespace easterly::classify
