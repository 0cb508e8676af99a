// What the bounds of networks say about themselves.
#pragma once

namespace easterly::bind {

constexpr const char* kTotal = R"(Total flow analysis: the worst delay and backlog of every queue, port by port.

Schmitt & Zdarsky 2006; what comes over one link together is shaped by it, and cycles of dependence are brought to a
fixed point (Thomas, Le Boudec & Mifdaoui 2019, RTSS). Queues are first in, first out; queues of a port are served by
strict priority without preemption, then by deficit round robin (residual of Boyer, Stea & Sofack 2012, or what is
left behind all others, whichever is better).

Parameters
----------
rate_bps : (P,) float64
    Of ports, above 0.
latency_s : (P,) float64
    Time that a port takes before it begins to send, at most.
queue_ptr : (P + 1,) int64
    Queues of each port: strict ones first, the highest priority first, then weighted ones.
quantum_B : (Q,) float64
    Quantum; 0 for strict.
packet_B : (Q,) float64
    Largest packet of the queue.
shaper_bps : (Q,) float64
    Infinite for none.
flow_ptr : (F + 1,) int64
flow_queue : (H,) int32
    Queues that a flow goes through, in order.
back_ptr : (F + 1,) int64
back_queue : (G,) int32
    Queues of what answers a flow, in order, after those of the flow. It begins anew: the link that the flow came over
    does not shape it.
back_share : (F,) float64
    Its bytes, for each byte of the flow.
burst_B : (F,) float64
    A flow sends at most ``burst_B + flow_bps / 8 * t`` in any time t.
flow_bps : (F,) float64
shaped : bool
    Whether links shape what comes over them together.
slack : float
    Part by which delays are raised above the exact ones, 0 to 1: small changes by `add` and `change` then end where
    they begin.
rounds : int
    Over a cycle at most; one that does not stand still by then has infinite delays.

Raises
------
ValueError
    Columns that do not fit together, or numbers that are none.
)";

constexpr const char* kSolve = R"(Bounds of all queues.)";

constexpr const char* kAdd = R"(One flow more, and all that follows from it; the row that it gets.)";

constexpr const char* kChange = R"(Flows send at most so much from now on, and all that follows from that; 0 takes them away.)";

constexpr const char* kLimited =
    R"(Delays and backlogs (Q,) where no more than so much is ever there of each queue; infinite where that is not known.)";

}  // namespace easterly::bind
