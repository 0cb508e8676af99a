// What the room `prefix` says of itself.
#pragma once

namespace easterly::bind {

inline constexpr const char* kCombine = R"(Addresses of two lists of prefixes, as the fewest prefixes that hold exactly those.

Parameters
----------
bits : int
    32 for IPv4, 128 for IPv6.
hi, lo : (N,) uint64
    Halves of the first addresses; those of IPv4 are in `lo`.
length : (N,) uint8
other_hi, other_lo : (M,) uint64
other_length : (M,) uint8
keep : int
    Sum of 1 (addresses of the first list alone), 2 (of the second alone) and 4 (of both).

Returns
-------
hi, lo : (R,) uint64
length : (R,) uint8
    In order.

Raises
------
ValueError
    A row that is no prefix, columns of unequal length, another number of bits, keep out of range.)";

inline constexpr const char* kRanges = R"(The fewest prefixes that hold exactly the addresses of each range.

Parameters
----------
bits : int
    32 for IPv4, 128 for IPv6.
low_hi, low_lo, high_hi, high_lo : (N,) uint64
    First and last addresses.

Returns
-------
ptr : (N + 1,) int64
hi, lo : (ptr[-1],) uint64
length : (ptr[-1],) uint8

Raises
------
ValueError
    A range that is empty or beyond the bits, columns of unequal length.)";

inline constexpr const char* kCovering = R"(The longest prefix of a table that holds all of each prefix that is asked for; an equal one does.

Parameters
----------
bits : int
    32 for IPv4, 128 for IPv6.
hi, lo : (N,) uint64
length : (N,) uint8
asked_hi, asked_lo : (Q,) uint64
asked_length : (Q,) uint8

Returns
-------
(Q,) int64
    Row of the table, the first of equals; -1 for none.

Raises
------
ValueError
    A row that is no prefix, columns of unequal length, another number of bits.)";

inline constexpr const char* kParents = R"(The nearest other prefix of a list that holds all of each; of equal ones the earlier holds the later.

Parameters
----------
bits : int
    32 for IPv4, 128 for IPv6.
hi, lo : (N,) uint64
length : (N,) uint8

Returns
-------
(N,) int64
    Row; -1 for none.

Raises
------
ValueError
    A row that is no prefix, columns of unequal length, another number of bits.)";

inline constexpr const char* kParse = R"(Prefixes of a text, one a line; a # begins a remark, empty lines say nothing.

Parameters
----------
text : bytes
bare : bool
    Whether an address without a length is a prefix of full length; otherwise it is a fault.

Returns
-------
family : (N,) uint8
    4 or 6.
hi, lo : (N,) uint64
length : (N,) uint8
line : (N,) int64
    From 1.
fault_line : (F,) int64
    Lines that are no prefixes: no address of RFC 4291 section 2.2 in full, leading zeros, masks, host bits.
fault_column : (F,) int32
    Where their text begins, in bytes, from 1.

Raises
------
TypeError
    Text that is not bytes.)";

inline constexpr const char* kFormat = R"(Text of prefixes, each with a line feed after it: RFC 5952 for IPv6, with its mixed form.

Parameters
----------
family : (N,) uint8
    4 or 6.
hi, lo : (N,) uint64
length : (N,) uint8
bare : bool
    Whether full lengths are left away.

Returns
-------
bytes

Raises
------
ValueError
    A family that is neither, numbers beyond it, columns of unequal length.)";

inline constexpr const char* kObjects = R"(Rows of a table of addresses as JSON objects, out of JSON arrays as databases write them.

Parameters
----------
rows : bytes
    Arrays with commas between them; an array inside of one is spread. Values are copied as they stand.
places : bytes
    Text of the address of each row, a line each; the first member of each object but for `before`.
names : bytes
    Of the elements, a line each.
keep : int
    So many elements are always there. Others are left out where they are missing, null, empty text, [] or {}.
before : bytes
    What each object begins with: members, each with a comma behind it.
head, tail : bytes
    What is put before the first and behind the last object.

Returns
-------
bytes
    Objects with a comma and a line feed between them.

Raises
------
ValueError
    A row that is no such array or has no place, with its number from 0; keep out of range.)";

inline constexpr const char* kLookup = R"(A table of prefixes, compiled for longest matches: a trie of 64 slots a node, compressed (Poptrie).

Parameters
----------
bits : int
    32 for IPv4, 128 for IPv6.
hi, lo : (N,) uint64
length : (N,) uint8

Returns
-------
Lookup

Raises
------
ValueError
    A row that is no prefix, columns of unequal length, another number of bits.)";

inline constexpr const char* kLongest = R"(Row of the longest prefix that holds each address.

Parameters
----------
hi, lo : (Q,) uint64

Returns
-------
(Q,) int32
    The first of equal rows; -1 where none holds the address.

Raises
------
ValueError
    Columns of unequal length, numbers beyond the family.)";

inline constexpr const char* kLookupState = R"(What the trie consists of.

Returns
-------
dict
    direct_bits, nodes, answers, memory_B.)";

}  // namespace easterly::bind
