// Texts of the room of fluids.
#pragma once

namespace easterly::bind {

constexpr const char* kFluid = R"(Activities that wait for each other, work, and send bytes over links that they share.

An activity begins when all that it waits for is done, but not before its own time; after a delay it sends. Rates are
max-min fair by weight (Bertsekas & Gallager 1992, 6.5.2), of one rank after the other: each has what those before it
leave. A flow puts its share of every byte on each link of its path. What happens at one time happens in this order: ends,
changes of capacity, of paths, beginnings; and by number among those.

Parameters
----------
capacity_bps : (L,) float64 [bit/s]
    Not negative; infinite for links that hold nobody back.
ptr : (A + 1,) int64
    Activity a has the entries ptr[a] to ptr[a + 1].
link : (ptr[A],) int32
share : (ptr[A],) float64 [1]
    Above 0.
size_B : (A,) float64 [B]
delay_s : (A,) float64 [s]
begin_s : (A,) float64 [s]
weight : (A,) float64 [1]
    Above 0.
rank : (A,) int32
    From 0 to 63.
cap_bps : (A,) float64 [bit/s]
    Above 0; may be infinite.
tenant : (A,) int32
    -1: none; those without one are together as a tenant of weight 1, in a group of weight 1 where there are groups.
tenant_weight : (T,) float64 [1]
    Above 0. With tenants, each link is shared by weight among those on it, and what a tenant has among its flows; what one
    does not use is for the others.
tenant_group : (T,) int32
    None where all are of one.
group_weight : (G,) float64 [1]
    Above 0. With groups, each link is shared by weight among those on it, and what a group has among its tenants.
follower_ptr : (A + 1,) int64
follower : (follower_ptr[A],) int32
    Those that wait for activity a.
quantum_s : float [s]
    What happens within so long shares one search for rates, each ending and beginning at its own time; those there before
    get half of what the new rates make of the quantum, those who came in it all of what they missed: a mid-point rule. 0:
    rates are found at every event.

Raises
------
ValueError
    Lengths that do not fit, an index or a number out of range, activities that wait for each other.)";

constexpr const char* kFluidChanges = R"(Changes while activities run; only before the first `run`.

Parameters
----------
time_s : (C,) float64 [s]
changed : (C,) int32
    Links, of finite capacity.
capacity_bps : (C,) float64 [bit/s]
    From then on; finite.
reroute_s : (R,) float64 [s]
activity : (R,) int32
ptr : (R + 1,) int64
link : (ptr[R],) int32
share : (ptr[R],) float64 [1]
    The path from then on.

Raises
------
ValueError
    Lengths that do not fit, an index or a number out of range, a run that has begun.)";

constexpr const char* kFluidRun = R"(Let things happen, without the interpreter's lock.

Parameters
----------
until_s : float [s]
    What would happen later does not.
most : int
    Events after which to return.

Returns
-------
bool
    Whether anything is left to happen.

Raises
------
ValueError
    until_s is not a number.)";

}  // namespace easterly::bind
