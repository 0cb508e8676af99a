// What the classes of the room `sched` say of themselves.
#pragma once

namespace easterly::bind::scheduling {

inline constexpr const char* kFifo = R"(First in, first out over all queues.

Parameters
----------
queues : int

Raises
------
ValueError
    No queue.)";

inline constexpr const char* kStrict = R"(Strict priority, not preemptive: the lowest number that has something to send.

Parameters
----------
queues : int

Raises
------
ValueError
    No queue.)";

inline constexpr const char* kWrr = R"(Weighted round robin, by packets or by bytes with debts.

Parameters
----------
weight : sequence of int [packet or B]
by_bytes : bool

Raises
------
ValueError
    No queue, a weight below 1.)";

inline constexpr const char* kDrr = R"(Deficit round robin (Shreedhar & Varghese 1996).

Parameters
----------
quantum : sequence of int [B]

Raises
------
ValueError
    No queue, a quantum below 1.)";

inline constexpr const char* kWfq = R"(WFQ, also PGPS; or WF2Q, which chooses only among packets that the fluid system has begun.

Parameters
----------
weight : sequence of int
link_bps : int [bit/s]
ticks_per_s : int [tick/s]
begun_only : bool
    WF2Q.

Raises
------
ValueError
    No queue, a weight below 1, an impossible rate or clock.)";

inline constexpr const char* kHtb = R"(Hierarchical token bucket with the rules of Linux; queues are classes without children.

Parameters
----------
parent : sequence of int
    Class above, before it in the list; -1 for none.
rate_bps, ceil_bps : sequence of int [bit/s]
burst, cburst : sequence of int [B]
quantum : sequence of int [B]
priority : sequence of int
    0..7; 0 goes first.
ticks_per_s : int [tick/s]

Raises
------
ValueError
    Columns of different lengths, what is no tree or more than eight levels deep, impossible numbers.)";

inline constexpr const char* kWf2qPlus = R"(WF2Q+ (Bennett & Zhang 1997).

Parameters
----------
weight : sequence of int
link_bps : int [bit/s]
ticks_per_s : int [tick/s]

Raises
------
ValueError
    No queue, a weight below 1, an impossible rate or clock.)";

inline constexpr const char* kClassBased = R"(Strict priority with policers before self-clocked fair queueing (CBWFQ with LLQ).

Parameters
----------
weight : sequence of int
    Of queues without a priority rate.
priority_bps : sequence of int [bit/s]
    Above 0: a priority queue, and the rate of its policer.
burst : sequence of int [B]
    Of the policers.
ticks_per_s : int [tick/s]

Raises
------
ValueError
    Columns of different lengths, impossible weights, rates or bursts.)";

inline constexpr const char* kCbs = R"(Credit-based shaper (802.1Qav) over strict priority.

Parameters
----------
idle_slope_bps : sequence of int [bit/s]
    By queue, the highest priority first; 0 for no shaper.
link_bps : int [bit/s]
ticks_per_s : int [tick/s]

Raises
------
ValueError
    No queue, a slope below 0 or above the rate of the link.)";

inline constexpr const char* kCbq = R"(Class-based queueing, link sharing by estimators (Floyd & Jacobson 1995).

Parameters
----------
parent : sequence of int
    Class above, before it in the list; -1 for none. Queues are classes without children.
rate_bps : sequence of int [bit/s]
quantum : sequence of int [B]
priority : sequence of int
borrows : sequence of bool
    From the class above.
max_idle : sequence of int [tick]
shift : int
    The estimator weighs the newest packet by 2^-shift.
formal : bool
    Formal link sharing; else a leaf may borrow from any class above that is not overlimit.
link_bps : int [bit/s]
ticks_per_s : int [tick/s]

Raises
------
ValueError
    Columns of different lengths, what is no tree, impossible numbers.)";

}  // namespace easterly::bind::scheduling
