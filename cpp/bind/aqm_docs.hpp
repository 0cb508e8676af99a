// What the classes of the room `aqm` say of themselves.
#pragma once

namespace easterly::bind {

inline constexpr const char* kTail = R"(A queue that refuses what does not fit.

Parameters
----------
limit_B, limit_packets : int
    Both hold at once.

Returns
-------
TailDrop

Raises
------
ValueError
    A limit below 1.)";

inline constexpr const char* kRed = R"(Random early detection on the average length (Floyd & Jacobson 1993).

Parameters
----------
low, high : float
    Thresholds, in bytes or packets.
most : float
    Probability at `high`.
weight : float
    Of each arrival in the average.
slot : float
    Ticks that one packet takes on the line, by which the average fades while the queue is empty; 0: it does not.
gentle : bool
    From `most` at `high` on to 1 at twice `high`.
ecn, hard_drop : bool
    Mark what can be marked; drop it all the same beyond the ramp.
by_packets : bool
mean_B : float
    Above 0: probability in proportion to size / mean_B.
limit_B, limit_packets : int
seed, entity : int
    Names of the draws.

Returns
-------
Red

Raises
------
ValueError
    Numbers out of range.)";

inline constexpr const char* kWred = R"(RED with one average per class and one ramp per class and colour.

Parameters
----------
low, high, most : (C, K) float64
    Ramp of each class and colour.
weight, slot : float
gentle, ecn, hard_drop, by_packets : bool
mean_B : float
limit_B, limit_packets : int
seed, entity : int

Returns
-------
Wred

Raises
------
ValueError
    Arrays of different shapes, numbers out of range.)";

inline constexpr const char* kMark = R"(Marks by the length of the queue as it stands.

Parameters
----------
low, high : float
    Kmin and Kmax, in bytes or packets.
most : float
    Pmax.
by_packets : bool
drop_others : bool
    Drop a chosen packet that cannot be marked; else keep it.
limit_B, limit_packets : int
seed, entity : int

Returns
-------
Mark

Raises
------
ValueError
    Numbers out of range.)";

inline constexpr const char* kCodel = R"(Controlled delay (RFC 8289).

Parameters
----------
target, interval : int
    Ticks.
mtu_B : int
    No drop while no more than this waits.
ecn : bool
limit_B, limit_packets : int

Returns
-------
CoDel

Raises
------
ValueError
    Numbers out of range.)";

inline constexpr const char* kFqCodel = R"(Flow queues with CoDel (RFC 8290).

Parameters
----------
flows, quantum_B, limit_packets, drop_batch : int
target, interval, mtu_B : int
ecn : bool

Returns
-------
FqCoDel

Raises
------
ValueError
    Numbers out of range.)";

inline constexpr const char* kPie = R"(Proportional integral controller enhanced (RFC 8033).

Parameters
----------
target, update, burst : int
    Ticks.
alpha, beta : float
    Per second.
ticks_per_s : int
mtu_B : int
    Nothing is dropped while two of these or fewer wait.
drain_Bps : int
    Above 0: delay by Little's law; else from time stamps.
ecn : bool
most_marked : float
capped, derandomised : bool
limit_B, limit_packets : int
seed, entity : int

Returns
-------
Pie

Raises
------
ValueError
    Numbers out of range.)";

inline constexpr const char* kOffer = R"(One packet arrives.

Parameters
----------
time : int
    Tick; never before the last one.
size_B, flow, colour, ecn : int
draw : float
    Uniform in [0, 1); negative: drawn by (seed, entity, number of the arrival).

Returns
-------
verdict : int
    0 kept, 1 marked, 2 refused.
lost : list of int
    Numbers of packets that had to leave for it.

Raises
------
ValueError
    Time that runs backwards, numbers out of range.)";

inline constexpr const char* kTake = R"(The line is free: the next packet.

Parameters
----------
time : int

Returns
-------
packet : (number, size_B, tick of arrival, marked) or None
lost : list of int
    Numbers of packets dropped on the way.

Raises
------
ValueError
    Time that runs backwards.)";

inline constexpr const char* kRun = R"(Plays arrivals through the queue and a line of constant rate, until all is sent.

Parameters
----------
time, size_B : (N,) int64
    In order of time.
rate_bps, ticks_per_s : int
flow : (N,) int32, optional
colour : (N,) int8, optional
ecn : (N,) uint8, optional
draw : (N,) float64, optional

Returns
-------
verdict : (N,) int8
    0 sent, 1 sent with a mark, 2 refused at arrival, 3 dropped later.
departure : (N,) int64
    Tick when the last bit has left, -1 for what was dropped.
backlog_B : (N,) int64
    What an arrival finds waiting, without the packet on the line.

Raises
------
ValueError
    A queue that is not empty, arrays that do not fit, times out of order.)";

inline constexpr const char* kState = R"(All that the queue remembers.

Returns
-------
dict)";

}  // namespace easterly::bind
