// What the functions of the room `hash` say of themselves.
#pragma once

namespace easterly::bind {

inline constexpr const char* kAffine = R"(Hash of each row by a function that is affine over GF(2): a CRC, Toeplitz, XOR folding.

hash = constant ^ table[0][byte 0] ^ table[1][byte 1] ^ ...: messages of one length are sums of what each byte
contributes at its place.

Parameters
----------
fields : sequence of (N, w) uint8
    The message of row i is row i of every field, one after the other.
table : (W, 256) uint32
    One row per byte of a message.
constant : int

Returns
-------
(N,) uint32

Raises
------
ValueError
    Fields of different lengths, a table that does not fit them.)";

inline constexpr const char* kSiphash = R"(SipHash-2-4 of each row (Aumasson & Bernstein 2012, INDOCRYPT).

Parameters
----------
fields : sequence of (N, w) uint8
    The message of row i is row i of every field, one after the other.
key0, key1 : int
    The two words of the key.

Returns
-------
(N,) uint64

Raises
------
ValueError
    Fields of different lengths.)";

inline constexpr const char* kJhash = R"(lookup3 of each row (Jenkins 2006, `hashlittle`): the jhash() of Linux.

Parameters
----------
fields : sequence of (N, w) uint8
    The message of row i is row i of every field, one after the other.
initial : int

Returns
-------
(N,) uint32

Raises
------
ValueError
    Fields of different lengths.)";

inline constexpr const char* kRendezvous = R"(Member with the highest random weight for each hash (Thaler & Ravishankar 1998; RFC 2992).

The score of a member is -weight / ln(u) with u drawn from (hash, name): members win in proportion to their weights.

Parameters
----------
hash : (N,) uint64
name : (M,) uint64
    What tells members apart, such as their addresses: a member that leaves changes nobody else's draw.
weight : (M,) float64 [1]
    Members of weight 0 get nothing.

Returns
-------
(N,) int32
    Rows of `name`; -1 where there is no member.

Raises
------
ValueError
    Lengths that do not fit, a weight that is negative or infinite.)";

inline constexpr const char* kSpray = R"(Member and arrival of packets that a group of links shares.

Each member serves its packets in turn at its rate; its path adds a delay. How a packet finds its member: 0 by hash of
its flow, 1 by flowlets (a slot keeps its member until it has been idle for longer than the gap, then draws one), 2 by
a draw, 3 in turns, 4 the one that is free first of two drawn, 5 the one that is free first.

Parameters
----------
flow : (N,) int32
    Not negative.
time : (N,) float64 [s]
    When each packet is sent; never falls.
size : (N,) float64 [B]
    Not negative.
rate : (M,) float64 [B/s]
    Above 0.
delay : (M,) float64 [s]
    Not negative.
choice : int
gap : float [s]
slots : int
    Entries of the table of flowlets.
seed : int

Returns
-------
member : (N,) int32
arrival : (N,) float64 [s]

Raises
------
ValueError
    Lengths that do not fit, no member, a time that falls, a number that is none.)";

inline constexpr const char* kOvertaken = R"(How much later packets arrive than one of their flow that was sent after them (RFC 4737).

Parameters
----------
flow : (N,) int32
    In the order of sending.
arrival : (N,) float64 [s]
n_flows : int

Returns
-------
(N,) float64 [s]
    0 where no packet of the flow came first.

Raises
------
ValueError
    Lengths that do not fit, a flow out of range, an arrival that is no number.)";

inline constexpr const char* kCurve = R"(Least error of a group of weighted members for every size of its table (Zhou et al. 2014, WCMP).

The error is max_i (n_i / sum n) / (w_i / sum w) over numbers of entries n. For a given sum it is least when entries
go, one by one, to the member whose entries over weight stay lowest.

Parameters
----------
weight : (M,) float64 [1]
    Members of weight 0 get no entry.
most : int
    Largest number of entries, up to 2^24.
least : int
    Entries that every other member gets at least: 0 or 1.

Returns
-------
entries : (K,) int64
    Ascending: the sizes at which the error falls.
error : (K,) float64 [1]
    Falling; 1 is exact.

Raises
------
ValueError
    A weight that is negative or infinite, numbers out of range.)";

inline constexpr const char* kApportion = R"(Entries of each member of a group in a table of a given number of entries.

Parameters
----------
weight : (M,) float64 [1]
    Members of weight 0 get no entry.
total : int
    Entries in all, up to 2^24; never fewer than `least` per member.
least : int
    0 or 1.

Returns
-------
(M,) int64

Raises
------
ValueError
    A weight that is negative or infinite, numbers out of range.)";

}  // namespace easterly::bind
