// Texts of what a simulation of packets writes down.
#pragma once

namespace easterly::bind {

constexpr const char* kRecord = R"(Says what to write down, before anything has run.

Parameters
----------
every_ps : int [ps]
    Between two samples; 0: none.
sampled : (S,) int32
    Links that are sampled.
group : (F,) int32
    Group of each flow, -1 for none; empty where nothing is grouped.
groups : int
watch : (L,) uint8
    Of each link: bit 0, how long it was how deep; bit 1, what happens to packets. Empty: nothing.
traced : (F,) uint8
    Flows whose packets are traced on watched links; empty: all.
most_samples, most_sights : int
    Samples, and rows of the trace, after which no more are written.
arrivals : bool
    Whether to tell which flows and messages have arrived.

Raises
------
ValueError
    Lengths that do not fit, an index out of range; a simulation that has begun.)";

constexpr const char* kSamples = R"(Samples since this was last asked; counters count from the beginning.

Returns
-------
dict
    time_ps (T,); per sampled link (T, S): backlog_B with the packet on the link, sent_B, drops, marks, paused_ps (of all
    classes together); class_B (T, 8 S), what waits in each class, without the packet on the link; packets (T, G), received
    in order by each group; memory_B (T, M).)";

constexpr const char* kSights = R"(What happened to packets since this was last asked.

Returns
-------
dict
    Columns time_ps, link, flow, seq, size_B, flags, traffic_class, event (0 enqueued, 1 marked, 2 dropped, 3 sent: its last bit
    has left, 4 lost on the link, 5 delivered). A row may be written before its time has come.)";

constexpr const char* kDepths = R"(How long watched links have been how deep up to now.

Returns
-------
dict
    Per gauge link, traffic_class (-1: a port first in, first out, whose depth is all that has not left, to the bit), integral_Bps
    (depth over time, B ps), most_B; per bin its gauge, from_B, to_B, and time_ps in it. A bin is narrower than 1/64 of from_B.)";

}  // namespace easterly::bind
