// What the class of the room `admit` says of itself.
#pragma once

namespace easterly::bind {

inline constexpr const char* kWindow = R"(Load of a link by the time window: the highest sample of the last window.

Parameters
----------
period : int
    Ticks of a sample.
periods : int
    Samples of a window.
ticks_per_s : int

Returns
-------
TimeWindow

Raises
------
ValueError
    Numbers out of range.)";

inline constexpr const char* kObserve = R"(A packet was sent.

Parameters
----------
time, size_B : int

Returns
-------
None

Raises
------
ValueError
    Time that runs backwards, numbers out of range.)";

inline constexpr const char* kAdvance = R"(Ends the samples that are over by a time.

Parameters
----------
time : int

Returns
-------
None

Raises
------
ValueError
    Time that runs backwards.)";

inline constexpr const char* kAdd = R"(A flow was let in: it counts with its rate until a window has seen it.

Parameters
----------
rate_Bps : int

Returns
-------
None

Raises
------
ValueError
    Rate out of range.)";

inline constexpr const char* kRequest = R"(Lets a flow in if its rate and the load are within a limit.

Parameters
----------
time, rate_Bps, limit_Bps : int

Returns
-------
bool

Raises
------
ValueError
    Time that runs backwards, numbers out of range.)";

inline constexpr const char* kWindowRun = R"(Packets and requests of flows in order of time, packets first at one instant.

Parameters
----------
time, size_B : (N,) int64
request_time, request_Bps : (M,) int64
limit_Bps : int

Returns
-------
load_Bps : (N,) float64
    After each packet.
admitted : (M,) uint8

Raises
------
ValueError
    Arrays that do not fit, times out of order, numbers out of range.)";

inline constexpr const char* kWindowLoad = R"(The estimate.

Returns
-------
float [B/s])";

inline constexpr const char* kWindowState = R"(All that it remembers; `load` and `highest` are exact, in B/s times the period.

Returns
-------
dict)";

}  // namespace easterly::bind
