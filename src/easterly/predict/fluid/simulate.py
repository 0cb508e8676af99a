"""Activities over links that they share, event by event."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from easterly._kernel.fluid import Fluid
from easterly.base.columns import FloatColumn, IntColumn, floats, frozen, indices, ints
from easterly.model.fluid import Activities, Changes, FluidRun, FluidStatus
from easterly.model.network import Network

EVENTS = 1 << 12
"""Events between two looks at whoever waits."""
Progress = Callable[[float, int, int], bool]
"""Told the simulated time [s], the activities that are not done and the events so far; False stops."""
Mode = Literal["exact"]


def activities(
    paths: list[list[int]], size_B: list[float] | FloatColumn, *, after: list[tuple[int, int]] | None = None,
    share: list[float] | None = None, delay_s: list[float] | None = None, begin_s: list[float] | None = None,
    weight: list[float] | None = None, rank: list[int] | None = None, cap_bps: list[float] | None = None,
) -> Activities:  # fmt: skip
    """Activities from lists.

    Parameters
    ----------
    paths : (A,) list of list of int
        Links that each crosses.
    size_B : (A,) list of float [B]
    after : list of (int, int), optional
        Pairs: the second waits for the first.
    share : list of float [1], optional
        One number per link of each path, in their order.
    delay_s, begin_s : (A,) list of float [s], optional
    weight : (A,) list of float [1], optional
    rank : (A,) list of int, optional
    cap_bps : (A,) list of float [bit/s], optional

    Returns
    -------
    Activities

    Examples
    --------
    >>> len(activities([[0], [0, 1]], [1e6, 1e6], after=[(0, 1)]))
    2
    """
    pairs = np.array(sorted(after or []), dtype=np.int64).reshape(-1, 2)
    return Activities(
        floats(size_B), indices(np.concatenate([[0], np.cumsum([len(path) for path in paths])])),
        ints([link for path in paths for link in path]), share=_optional(share), delay_s=_optional(delay_s),
        begin_s=_optional(begin_s), weight=_optional(weight), rank=None if rank is None else ints(rank),
        cap_bps=_optional(cap_bps),
        follower_ptr=indices(np.searchsorted(pairs[:, 0], np.arange(len(paths) + 1))), follower=ints(pairs[:, 1]),
    )  # fmt: skip


def simulate(
    links: Network | FloatColumn, given: Activities, changes: Changes | None = None, *, mode: Mode = "exact",
    until_s: float = np.inf, progress: Progress | None = None,
) -> FluidRun:  # fmt: skip
    """Let activities wait, work and send over links that they share, until all are done.

    An activity begins when all that it waits for is done, but not before its own time; after its delay it sends. At
    any time, rates are max-min fair by weight (Bertsekas & Gallager 1992, 6.5.2): each is held back by its cap, or by
    a link that is full and on which nobody sends more for its weight. Ranks have strict priority: each shares what
    those before it leave. Between two events rates are constant, so that times are exact.

    Parameters
    ----------
    links : Network or (L,) float [bit/s]
        Capacities; infinite for links that hold nobody back.
    given : Activities
    changes : Changes, optional
        Of capacities and paths, on the way.
    mode : str
        ``exact``: rates at every event, worked out anew for those that it reaches.
    until_s : float [s]
        Time at which to stop.
    progress : callable, optional
        Told now and then of the time in seconds, the activities that are not done and the events so far; False stops.

    Returns
    -------
    FluidRun
        Never an error where links carry nothing: what waits for them is never done, its bottleneck is the link that
        stops it, and the status is ``stuck``.

    Raises
    ------
    ValueError
        Columns that do not fit each other, a number out of its range, activities that wait for each other.

    Examples
    --------
    Two flows on one link of 8 Gbit/s; the second, half as long, frees it for the first:

    >>> run = simulate(floats([8e9]), activities([[0], [0]], [2e9, 1e9]))
    >>> run.done_s.tolist()
    [3.0, 2.0]
    """
    capacity_bps = links.links.capacity_bps if isinstance(links, Network) else floats(links)
    if mode != "exact":
        raise ValueError(f"mode is {mode!r}, not exact")
    if np.isnan(until_s):
        raise ValueError("until_s is not a number")
    made = _fluid(capacity_bps, given)
    if changes is not None:
        _give_changes(made, changes)
    more = _run(made, until_s, progress)
    return _outcome(made, more=more)


def _fluid(capacity_bps: FloatColumn, given: Activities) -> Fluid:
    count = len(given)
    return Fluid(
        capacity_bps, given.ptr, given.link, _filled(given.share, len(given.link), 1.0), given.size_B,
        _filled(given.delay_s, count, 0.0), _filled(given.begin_s, count, 0.0), _filled(given.weight, count, 1.0),
        ints(np.zeros(count)) if given.rank is None else given.rank, _filled(given.cap_bps, count, np.inf),
        indices(np.zeros(count + 1)) if given.follower_ptr is None else given.follower_ptr, _links(given.follower),
    )  # fmt: skip


def _give_changes(made: Fluid, changes: Changes) -> None:
    paths, share = _links(changes.path_link), changes.path_share
    made.changes(
        changes.time_s, changes.link, changes.capacity_bps, _filled(changes.reroute_s, 0, 0.0),
        _links(changes.activity), indices([0]) if changes.path_ptr is None else changes.path_ptr, paths,
        _filled(share, len(paths), 1.0),
    )  # fmt: skip


def _run(made: Fluid, until_s: float, progress: Progress | None) -> bool:
    """Whether anything is left to happen."""
    handled, more = -1, True
    while more and made.events > handled:  # nothing happens any more in a run that has come to `until_s`
        if handled >= 0 and progress is not None and not progress(made.now_s, made.open, made.events):
            break
        handled = made.events
        more = made.run(until_s, EVENTS)
    return more


def _outcome(made: Fluid, *, more: bool) -> FluidRun:
    of, on = made.activities(), made.links()
    status: FluidStatus = "stopped" if more else "stuck" if made.open else "complete"
    return FluidRun(
        frozen(of["begin_s"]), frozen(of["sends_s"]), frozen(of["done_s"]), frozen(of["bottleneck"]),
        frozen(on["carried_B"]), frozen(on["busy_s"]), made.now_s, status, "exact", made.events, made.solves,
    )  # fmt: skip


def _optional(values: list[float] | None) -> FloatColumn | None:
    return None if values is None else floats(values)


def _filled(values: FloatColumn | None, count: int, value: float) -> FloatColumn:
    return floats(np.full(count, value)) if values is None else values


def _links(values: IntColumn | None) -> IntColumn:
    return ints([]) if values is None else values
