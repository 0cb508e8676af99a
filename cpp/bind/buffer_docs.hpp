// What the classes of the room `buffer` say of themselves.
#pragma once

namespace easterly::bind {

inline constexpr const char* kMemory = R"(Packet memory of a chip, in cells, with ingress and egress accounts.

Parameters
----------
cell_B, overhead_B : int
    A packet takes ceil((size + overhead) / cell) cells.
ingress_pools, egress_pools : (P, 2) int64
    Shared cells, headroom cells.
ingress : (G, 9) int64
    Per priority group: pool, port, reserved, num, den, limit, headroom, xon, xon_offset. The threshold is num / den
    of the free shared cells of the pool, or `limit` where den is 0.
egress : (Q, 6) int64
    Per queue: pool, port, reserved, num, den, limit.

Returns
-------
Memory

Raises
------
ValueError
    Tables of other shapes, numbers out of range.)";

inline constexpr const char* kAdmit = R"(A packet arrives.

Parameters
----------
group, queue : int
    Where it comes from and where it goes.
size_B : int

Returns
-------
int
    0 in, 1 in, by the headroom, 2 refused at ingress, 3 refused at egress.

Raises
------
ValueError
    Numbers out of range.)";

inline constexpr const char* kRelease = R"(A packet has left: headroom is given back first, then shared cells, then reserved ones.

Parameters
----------
group, queue, size_B : int

Returns
-------
None

Raises
------
ValueError
    More cells than the accounts hold.)";

inline constexpr const char* kPaused = R"(Whether a group asks its sender to pause, as thresholds stand.

Parameters
----------
group : int

Returns
-------
bool

Raises
------
ValueError
    No such group.)";

inline constexpr const char* kThreshold = R"(Shared cells that an account may hold now.

Parameters
----------
index : int
egress : bool

Returns
-------
int

Raises
------
ValueError
    No such account.)";

inline constexpr const char* kPlay = R"(Plays arrivals; each egress queue is sent at a rate of its own.

Parameters
----------
time, size_B : (N,) int64
    In order of time.
group, queue : (N,) int32
rate_bps : (Q,) int64
    0: the queue keeps what it has.
ticks_per_s : int
drain : bool
    Let everything leave at the end that has a line.

Returns
-------
outcome : (N,) int8
    As of `admit`.
departure : (N,) int64
    Tick when the last bit has left and the cells are free; -1 for what was refused or stays.
changes : tuple of (C,) int64, int32, uint8
    When a lossless group began to ask for a pause (1) or let go (0): time, group, which.

Raises
------
ValueError
    Arrays that do not fit, times out of order, memory that is not empty.)";

inline constexpr const char* kMemoryState = R"(All counters, in cells: used and highest, of accounts, ports, pools and the chip.

Returns
-------
dict)";

inline constexpr const char* kSender = R"(The side of priority flow control that asks for pauses.

Parameters
----------
quanta : int
    Of 512 bit times, in each frame.
refresh : int
    Ticks between frames while something is paused.

Returns
-------
PauseSender

Raises
------
ValueError
    Numbers out of range.)";

inline constexpr const char* kWant = R"(Says whether a priority should pause.

Parameters
----------
priority : int
pause : bool

Returns
-------
None

Raises
------
ValueError
    No such priority.)";

inline constexpr const char* kDue = R"(Whether a frame is to be sent now.

Parameters
----------
time : int

Returns
-------
bool

Raises
------
ValueError
    Time out of range.)";

inline constexpr const char* kFrame = R"(The frame to send now.

Parameters
----------
time : int

Returns
-------
enabled : int
    Bit p: priority p is named.
quanta : list of 8 int

Raises
------
ValueError
    Time out of range.)";

inline constexpr const char* kAsk = R"(Frames that changes make it send, repetitions among them; those of one tick go together.

Parameters
----------
time : (N,) int64
    In order.
priority : (N,) int32
pause : (N,) uint8
end : int
    Last tick to look at.

Returns
-------
time : (F,) int64
enabled : (F,) uint8
quanta : (F, 8) int64

Raises
------
ValueError
    Arrays that do not fit, times out of order, more than 2^24 repetitions.)";

inline constexpr const char* kReceiver = R"(The side of priority flow control that obeys.

Parameters
----------
rate_bps, ticks_per_s : int

Returns
-------
PauseReceiver

Raises
------
ValueError
    Numbers out of range.)";

inline constexpr const char* kHear = R"(A frame takes effect.

Parameters
----------
time, enabled : int
quanta : list of 8 int

Returns
-------
None

Raises
------
ValueError
    Numbers out of range.)";

inline constexpr const char* kObey = R"(Frames take effect, in order of time.

Parameters
----------
time : (F,) int64
enabled : (F,) uint8
quanta : (F, 8) int64

Returns
-------
(F, 8) int64
    Until when each priority is paused, after each frame.

Raises
------
ValueError
    Arrays that do not fit, times out of order, quanta beyond 65,535.)";

inline constexpr const char* kIsPaused = R"(Whether a priority may not send at a time.

Parameters
----------
priority, time : int

Returns
-------
bool

Raises
------
ValueError
    No such priority.)";

inline constexpr const char* kWatchdog = R"(Storm watchdog of a lossless queue.

Parameters
----------
detection, restoration : int
    Ticks.
action : int
    0 drop, 1 forward, 2 alert.

Returns
-------
Watchdog

Raises
------
ValueError
    Numbers out of range.)";

inline constexpr const char* kPoll = R"(Judges the counters of a queue.

Parameters
----------
time, pauses, resumes : int
paused : bool

Returns
-------
int
    0 nothing, 1 a storm begins, 2 it is over.

Raises
------
ValueError
    Time that runs backwards.)";

inline constexpr const char* kPollAll = R"(Judges the counters of a queue at many polls.

Parameters
----------
time, pauses, resumes : (N,) int64
paused : (N,) uint8

Returns
-------
(N,) int8
    As of `poll`.

Raises
------
ValueError
    Arrays that do not fit, times out of order.)";

inline constexpr const char* kAnyState = R"(All that it remembers.

Returns
-------
dict)";

}  // namespace easterly::bind
