// Texts of queues in the room of packets.
#pragma once

namespace easterly::bind {

constexpr const char* kQueues = R"(Gives links queues of their own, before anything has run.

Parameters
----------
link : (S,) int32
strict : (S,) int32
    Bit c: class c goes before all that have none, the highest number first; the others share by deficit round robin.
quantum_B : (S, 8) int64 [B]
ramp : (S, 24) float64
    Kmin and Kmax [B] and Pmax [1] of each class; Kmax 0: no marks.
drops : (S,) int32
    Bit c: the ramp of class c drops instead of marking.
limit_B : (S, 8) int64 [B]
    Most that waits in each class; -1: no limit.
memory, account : (S,) int32
    Memory of the switch before the link, and its account of class 0 on the way out; -1 in hosts.
behind, way_in : (L,) int32
    Memory of the switch behind each link, and its account of class 0 on the way in; -1 in hosts.
back : (L,) int32
    The link the other way.
memories : list of buffer.Memory
    At most 2^30 cells in every number.

Raises
------
ValueError
    Lengths that do not fit, an index out of range; a simulation that has begun.)";

constexpr const char* kShape = R"(Holds a class of a port, or the port, to a rate: a token bucket.

Parameters
----------
link, traffic_class : int
    Class -1: the whole port.
rate_bps, burst_B : int [bit/s, B]
    A packet larger than the bucket goes when it is full.

Raises
------
ValueError
    A link without queues, a number out of its range; a simulation that has begun.)";

constexpr const char* kSchedule = R"(Gives a port another scheduler than strict priority and deficit round robin.

Parameters
----------
link : int
scheduler : sched.Fifo, Wrr, Wfq, Wf2qPlus, ClassBased, Htb, Cbq or Cbs
    In picoseconds, and as it was made: packets that it was given are not in the copy.
queue : list of 8 int
    Queue of each class in it: a leaf where it is a tree.

Raises
------
ValueError
    Other ticks, no such queue, a queue with two classes; a link without queues; a simulation that has begun.)";

constexpr const char* kMarkLeaving = R"(Marks a class by what waits when a packet leaves, not when it joins: the answer is younger by the queue.

Parameters
----------
link, traffic_class : int
    A class without a ramp is left as it is.

Raises
------
ValueError
    No such link or class, or its ramp drops.)";

constexpr const char* kManage = R"(Gives a class of a port a queue management of its own, instead of its ramp.

Parameters
----------
link, traffic_class : int
by : aqm.TailDrop, Red, Wred, CoDel, Pie or FqCoDel
    In picoseconds. Its limits hold as well. Wred of one class, with a ramp for each of three colours.

Raises
------
ValueError
    A link without queues, a class that is managed already; a simulation that has begun.)";

constexpr const char* kColoursDoc = R"(Colours with which flows send; acknowledgements are green.

Parameters
----------
colour : (F,) uint8
    0 green, 1 yellow, 2 red.

Raises
------
ValueError
    Another length, another colour; a simulation that has begun.)";

constexpr const char* kColour = R"(Has a marker colour what a class of a port sends, from when a packet begins to leave.

Parameters
----------
link, traffic_class : int
by : meter.SingleRate, TwoRate or Differential
    In picoseconds from 0 on, and as it stands.
aware : bool
    Whether it takes the colour that a packet has already, and can only make it worse.

Raises
------
ValueError
    No such link or class, one with a marker, other ticks, no marker; a simulation that has begun.)";

constexpr const char* kPauses = R"(How long pauses last, and when a run is given up.

Parameters
----------
quanta : int
    A pause ends by itself after so many times 512 bits, and is asked for again after half of that; 0: it lasts until it
    is ended.
patience_ps : int [ps]
    Without anything new at any receiver, while packets are sent; 0: for ever.
check_ps : int [ps]
    Between two looks for a deadlock.

Raises
------
ValueError
    A number out of its range; a simulation that has begun.)";

constexpr const char* kStorm = R"(The far end of a link asks for pauses of a class again and again.

Parameters
----------
link, traffic_class : int
from_ps, to_ps, every_ps : int [ps]
    to_ps -1: for ever.

Raises
------
ValueError
    A link without queues, a number out of its range; a simulation that has begun.)";

constexpr const char* kGuard = R"(Has a class of a port watched for storms of pauses.

Parameters
----------
link, traffic_class : int
every_ps : int [ps]
    Between two polls.
watchdog : buffer.Watchdog
    In picoseconds.

Raises
------
ValueError
    A link without queues, a number out of its range, a class with flow queues; a simulation that has begun.)";

}  // namespace easterly::bind
