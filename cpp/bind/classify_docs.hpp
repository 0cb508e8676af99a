// What the room `classify` says of itself.
#pragma once

namespace easterly::bind {

inline constexpr const char* kClassifier = R"(Rules compiled to a few decision trees: the first rule that matches a packet.

Parameters
----------
low, high : (N, D) uint64
    Interval of each rule in each dimension, ends included. Earlier rules come first.
top : (D,) uint64
    Largest value of each dimension.
leaf : int
    Rules that are compared one by one and not split any more, 1 to 1024.
copies : int
    References per rule at most, in the mean over all rules, 1 to 64: the bound of memory.

Returns
-------
Classifier

Raises
------
ValueError
    Shapes that differ, an interval that is empty or beyond the top, a parameter out of range.)";

inline constexpr const char* kFirst = R"(First rule that matches one packet.

Parameters
----------
packet : (D,) uint64

Returns
-------
int
    -1 where no rule matches.

Raises
------
ValueError
    Another number of dimensions, a value beyond the top.)";

inline constexpr const char* kClassify = R"(First rule that matches each of many packets.

Parameters
----------
fields : sequence of D columns (P,) uint64

Returns
-------
(P,) int32
    -1 where no rule matches.

Raises
------
ValueError
    Another number of columns, unequal lengths, a value beyond the top of a dimension that some rule reads.)";

inline constexpr const char* kForestState = R"(What the trees consist of, and their memory beside its bound.

Returns
-------
dict
    rules, trees, nodes, references, depth, largest_leaf, memory_B, bound_B.)";

inline constexpr const char* kHit = R"(Whether packets can be decided by rules: none can where earlier rules cover all of it.

Parameters
----------
low, high : (N, D) uint64
top : (D,) uint64
rule : (R,) int32
    The rules that are asked for.
work : int
    Comparisons of rules with boxes, for each; undecided beyond.

Returns
-------
status : (R,) int8
    0 never hit, 1 hit, 2 undecided.
packet : (R, D) uint64
    A packet that the rule decides, where it is hit.
ptr : (R + 1,) int64
cover : (ptr[-1],) int32
    Rules that cover it together, where it is never hit.

Raises
------
ValueError
    Rules that are not boxes, numbers out of range.)";

inline constexpr const char* kMatters = R"(Whether the effect of some packet changes when a rule is removed.

Parameters
----------
low, high : (N, D) uint64
top : (D,) uint64
effect : (N,) int32
    What a rule does; rules of one effect are alike.
rest : int
    Effect where no rule matches; -1 for one that no rule has.
kept : (N,) uint8
    0 for rules that are left out already.
rule : (R,) int32
    The rules that are asked for, each alone.
work : int
    Comparisons of rules with boxes, for each; undecided beyond.

Returns
-------
status : (R,) int8
    0 redundant, 1 not, 2 undecided.
packet : (R, D) uint64
    A packet whose effect changes, where it is not.
ptr : (R + 1,) int64
cover : (ptr[-1],) int32
    Rules that take its packets with the same effect, where it is redundant.

Raises
------
ValueError
    Rules that are not boxes, columns of another length, numbers out of range.)";

inline constexpr const char* kCrossing = R"(Pairs of rules of unlike effect that overlap, neither within the other.

Parameters
----------
low, high : (N, D) uint64
top : (D,) uint64
effect : (N,) int32
begin, end : int
    The first rule of a pair is one of begin .. end - 1.
most : int
    Pairs to name.

Returns
-------
count : int
    Of all such pairs.
pairs : (min(count, most), 2) int32

Raises
------
ValueError
    Rules that are not boxes, columns of another length, numbers out of range.)";

inline constexpr const char* kContested = R"(Whether the order of two rules decides about some packet, whatever comes before.

Parameters
----------
low, high : (N, D) uint64
top : (D,) uint64
pairs : (R, 2) int32
work : int
    Comparisons of rules with boxes, for each; undecided beyond.

Returns
-------
status : (R,) int8
    0 no packet, 1 some packet, 2 undecided.
packet : (R, D) uint64
    A packet of both that no other rule before the second takes.
ptr : (R + 1,) int64
cover : (ptr[-1],) int32
    Rules that take what they share, where there is no such packet.

Raises
------
ValueError
    Rules that are not boxes, numbers out of range.)";

inline constexpr const char* kPrefixes = R"(The fewest prefixes that hold exactly the values of each range.

Parameters
----------
low, high : (N,) uint64
width : int
    Bits of the field, 1 to 64.

Returns
-------
ptr : (N + 1,) int64
value : (ptr[-1],) uint64
length : (ptr[-1],) int32
    Leading bits that have to agree.

Raises
------
ValueError
    A range that is empty or wider than the field.)";

inline constexpr const char* kEntries = R"(How many entries of a ternary memory each range takes.

Parameters
----------
low, high : (N,) uint64
width : int
    Bits of the field, 1 to 64.
chunk : int
    0: prefixes. Otherwise bits that are stored together as a fence (DIRPE), in which a range of them is one entry.

Returns
-------
(N,) int64

Raises
------
ValueError
    A range that is empty or wider than the field, a chunk out of range.)";

}  // namespace easterly::bind
