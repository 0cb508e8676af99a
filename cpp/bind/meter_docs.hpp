// What the classes of the room `meter` say of themselves.
#pragma once

namespace easterly::bind {

inline constexpr const char* kTokenBucket = R"(One token bucket. Starts full.

Parameters
----------
rate : int [bit/s]
burst : int [B]
ticks_per_s : int
    Ticks of the clock per second.
start : int [tick]

Raises
------
ValueError
    Negative numbers, ticks_per_s beyond 2^60.)";

inline constexpr const char* kConformStep = R"(Judge one packet.

Parameters
----------
time : int [tick]
size : int [B]

Returns
-------
bool
    Whether it conforms; only then is anything taken.

Raises
------
ValueError
    A time before that of an earlier packet, a negative size.)";

inline constexpr const char* kConformRun = R"(Judge packets one after the other, as `step` does.

Parameters
----------
time : (N,) int64 [tick]
size : (N,) int64 [B]

Returns
-------
(N,) uint8
    1 where a packet conforms.

Raises
------
ValueError
    Columns that do not fit, times that fall, negative sizes. Nothing has changed then.)";

inline constexpr const char* kBucketState = "Time, and credit in bit ticks: 8 x ticks_per_s to a byte.";

inline constexpr const char* kSingleRate = R"(Marker of RFC 2697: one rate; what the committed bucket cannot hold fills the second one.

Parameters
----------
cir : int [bit/s]
cbs, ebs : int [B]
ticks_per_s : int
start : int [tick]

Raises
------
ValueError
    Negative numbers, ticks_per_s beyond 2^60.)";

inline constexpr const char* kTwoRate = R"(Marker of RFC 2698: two rates; green takes from both buckets, yellow from the second alone.

Parameters
----------
cir : int [bit/s]
cbs : int [B]
pir : int [bit/s]
pbs : int [B]
ticks_per_s : int
start : int [tick]

Raises
------
ValueError
    Negative numbers, ticks_per_s beyond 2^60.)";

inline constexpr const char* kDifferential = R"(Marker of RFC 4115: two rates, and two buckets that are independent.

Parameters
----------
cir : int [bit/s]
cbs : int [B]
eir : int [bit/s]
ebs : int [B]
strict : bool
    A packet needs more tokens than its size, not as many.
ticks_per_s : int
start : int [tick]

Raises
------
ValueError
    Negative numbers, ticks_per_s beyond 2^60.)";

inline constexpr const char* kMarkStep = R"(Mark one packet.

Parameters
----------
time : int [tick]
size : int [B]
colour : int
    What it brings: 0 green, 1 yellow, 2 red.

Returns
-------
int
    What it gets.

Raises
------
ValueError
    A time before that of an earlier packet, a negative size, another colour.)";

inline constexpr const char* kMarkRun = R"(Mark packets one after the other, all of them green before.

Parameters
----------
time : (N,) int64 [tick]
size : (N,) int64 [B]

Returns
-------
(N,) uint8
    0 green, 1 yellow, 2 red.

Raises
------
ValueError
    Columns that do not fit, times that fall, negative sizes. Nothing has changed then.)";

inline constexpr const char* kMarkAware = R"(Mark packets one after the other, by the colours that they bring.

Parameters
----------
time : (N,) int64 [tick]
size : (N,) int64 [B]
colour : (N,) uint8

Returns
-------
(N,) uint8
    0 green, 1 yellow, 2 red.

Raises
------
ValueError
    Columns that do not fit, times that fall, negative sizes, other colours. Nothing has changed then.)";

inline constexpr const char* kMarkState =
    "Time, and the credit of the committed and of the second bucket in bit ticks: 8 x ticks_per_s to a byte.";

inline constexpr const char* kGcra = R"(GCRA(T, tau) of ITU-T I.371 in parts of a tick.

Parameters
----------
increment : int
    T, in parts of a tick.
tolerance : int
    tau, in parts of a tick.
parts : int
    Parts of one tick.
by_size : bool
    T is for each byte of a packet, not for each packet.
start : int [tick]

Raises
------
ValueError
    Negative numbers, no part.)";

inline constexpr const char* kLeakyState = "Time, and level: of a meter in parts of a tick, of a queue in bit ticks.";

inline constexpr const char* kShaper = R"(A leaky bucket as a queue, after a burst that passes at once.

Parameters
----------
rate : int [bit/s]
burst : int [B]
queue : int [B]
    What may wait.
ticks_per_s : int
start : int [tick]

Raises
------
ValueError
    Negative numbers, a rate of 0, 2^62 ticks or more to drain.)";

inline constexpr const char* kShapeStep = R"(Hand one packet to the queue.

Parameters
----------
time : int [tick]
size : int [B]

Returns
-------
int [tick]
    When its last bit leaves, rounded up; -1 if it is dropped.

Raises
------
ValueError
    A time before that of an earlier packet or beyond 2^62, a negative size.)";

inline constexpr const char* kShapeRun = R"(Hand packets to the queue, one after the other.

Parameters
----------
time : (N,) int64 [tick]
size : (N,) int64 [B]

Returns
-------
(N,) int64 [tick]
    When the last bit of each leaves, rounded up; -1 if it is dropped.

Raises
------
ValueError
    Columns that do not fit, times that fall or are beyond 2^62, negative sizes. Nothing has changed then.)";

inline constexpr const char* kTree = R"(Many token buckets, each below an earlier one or below none. All start full.

Parameters
----------
rate : (B,) int64 [bit/s]
burst : (B,) int64 [B]
parent : (B,) int32
    An earlier bucket; -1 for none.
ticks_per_s : int
start : int [tick]

Raises
------
ValueError
    Columns that do not fit, negative numbers, a parent that is no earlier bucket.)";

inline constexpr const char* kTreeStep = R"(Judge one packet: it conforms if its bucket and all above hold it.

Parameters
----------
time : int [tick]
size : int [B]
bucket : int

Returns
-------
int
    -1 if it conforms; else the lowest bucket that does not hold it, and nothing is taken.

Raises
------
ValueError
    A time before that of an earlier packet, a negative size, no such bucket.)";

inline constexpr const char* kTreeRun = R"(Judge packets one after the other, as `step` does.

Parameters
----------
time : (N,) int64 [tick]
size : (N,) int64 [B]
bucket : (N,) int32

Returns
-------
(N,) int32
    -1 where a packet conforms; else the lowest bucket that does not hold it.

Raises
------
ValueError
    Columns that do not fit, times that fall, negative sizes, buckets that are not there. Nothing has changed then.)";

inline constexpr const char* kTreeState = "Time, and the credit of each bucket in bit ticks: 8 x ticks_per_s to a byte.";

inline constexpr const char* kCluster = R"(One limit at many points, its shares set anew after each interval by what was offered.

Parameters
----------
limit : int [bit/s]
least : int [bit/s]
    What each point gets at least.
burst : int [B]
    Of all points together; each has the same whole part of it.
points : int
interval : int [tick]
ticks_per_s : int
start : int [tick]

Raises
------
ValueError
    Negative numbers, no point, no interval, a least rate that all together exceed the limit with.)";

inline constexpr const char* kClusterStep = R"(Judge one packet at a point.

Parameters
----------
time : int [tick]
size : int [B]
point : int

Returns
-------
bool

Raises
------
ValueError
    A time before that of an earlier packet, a negative size, no such point.)";

inline constexpr const char* kClusterRun = R"(Judge packets one after the other, as `step` does.

Parameters
----------
time : (N,) int64 [tick]
size : (N,) int64 [B]
point : (N,) int32

Returns
-------
(N,) uint8
    1 where a packet conforms.
(K,) int64 [tick]
    When rates were shared out; the first row is what held before.
(K, P) int64 [bit/s]
    The rates.

Raises
------
ValueError
    Columns that do not fit, times that fall, negative sizes, points that are not there. Nothing has changed then.)";

inline constexpr const char* kClusterState =
    "Time, begin of the interval, and of each point credit in bit ticks, rate, and bytes offered in the interval.";

inline constexpr const char* kShare = R"(Max-min fair whole shares that add up to a limit.

Parameters
----------
limit : int
least : int
    What each gets at least.
demand : (P,) int64
    No one gets more while another wants more; what nobody wants is spread evenly.

Returns
-------
(P,) int64

Raises
------
ValueError
    No demand at all, negative numbers, a least share that all together exceed the limit with.)";

}  // namespace easterly::bind
