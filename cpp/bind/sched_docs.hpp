// What the classes of the room `sched` say of themselves.
#pragma once

namespace easterly::bind {

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

}  // namespace easterly::bind
