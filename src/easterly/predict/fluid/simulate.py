"""Activities over links that they share, event by event."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from easterly._kernel.fluid import Fluid
from easterly.base.columns import FloatColumn, IntColumn, floats, frozen, indices, ints
from easterly.model.fluid import Activities, Changes, FluidRun, FluidStatus, LoadSeries
from easterly.model.network import Network

EVENTS = 1 << 12
"""Events between two looks at whoever waits."""
SAMPLE_EVENTS, SAMPLE_WORK = 40_000, 200_000_000
"""What is tried exactly before a quantum is chosen: events, and entries of paths looked at; a second or two."""
MOST_WORK = 4e9
"""Entries of paths looked at from which on an exact run is taken to be too long: about half a minute."""
FIRST_PART = 0.05
"""Of the mean completion time: the quantum that is tried first; then halves of it."""
HALVINGS = 8
CALLS = 64
"""Looks at whether all of a sample is done; each lets as much happen as a quarter of it."""
MOST_ERROR = 0.005
"""Of mean completion on the sample: half of what is promised, for what comes after the sample."""
Progress = Callable[[float, int, int], bool]
"""Told the simulated time [s], the activities that are not done and the events so far; False stops."""
Mode = Literal["auto", "exact", "quantised"]


def activities(
    paths: Sequence[Sequence[int]], size_B: Sequence[float] | FloatColumn, *,
    after: Sequence[tuple[int, int]] = (), share: Sequence[float] | FloatColumn | None = None,
    delay_s: Sequence[float] | FloatColumn | None = None, begin_s: Sequence[float] | FloatColumn | None = None,
    weight: Sequence[float] | FloatColumn | None = None, rank: Sequence[int] | IntColumn | None = None,
    cap_bps: Sequence[float] | FloatColumn | None = None, tenant: Sequence[int] | IntColumn | None = None,
    tenant_weight: Sequence[float] | FloatColumn | None = None, tenant_group: Sequence[int] | IntColumn | None = None,
    group_weight: Sequence[float] | FloatColumn | None = None,
) -> Activities:  # fmt: skip
    """Activities from lists.

    Parameters
    ----------
    paths : (A,) sequence of sequence of int
        Links that each crosses.
    size_B : (A,) sequence of float [B]
    after : sequence of (int, int)
        Pairs: the second waits for the first.
    share : sequence of float [1], optional
        One number per link of each path, in their order.
    delay_s, begin_s : (A,) sequence of float [s], optional
    weight : (A,) sequence of float [1], optional
    rank : (A,) sequence of int, optional
    cap_bps : (A,) sequence of float [bit/s], optional
    tenant : (A,) sequence of int, optional
    tenant_weight : (T,) sequence of float [1], optional
    tenant_group : (T,) sequence of int, optional
    group_weight : (G,) sequence of float [1], optional

    Returns
    -------
    Activities

    Examples
    --------
    >>> len(activities([[0], [0, 1]], [1e6, 1e6], after=[(0, 1)]))
    2
    """
    pairs = np.array(sorted(after), dtype=np.int64).reshape(-1, 2)
    return Activities(
        floats(size_B), indices(np.concatenate([[0], np.cumsum([len(path) for path in paths])])),
        ints([link for path in paths for link in path]), share=_optional(share), delay_s=_optional(delay_s),
        begin_s=_optional(begin_s), weight=_optional(weight), rank=None if rank is None else ints(rank),
        cap_bps=_optional(cap_bps), tenant=None if tenant is None else ints(tenant),
        tenant_weight=_optional(tenant_weight), tenant_group=None if tenant_group is None else ints(tenant_group),
        group_weight=_optional(group_weight),
        follower_ptr=indices(np.searchsorted(pairs[:, 0], np.arange(len(paths) + 1))), follower=ints(pairs[:, 1]),
    )  # fmt: skip


def simulate(
    links: Network | FloatColumn, given: Activities, changes: Changes | None = None, *, mode: Mode = "auto",
    quantum_s: float | None = None, watched: Sequence[int] | IntColumn = (), intervals: int = 100,
    until_s: float = np.inf, progress: Progress | None = None,
) -> FluidRun:  # fmt: skip
    """Let activities wait, work and send over links that they share, until all are done.

    An activity begins when all that it waits for is done, but not before its own time; after its delay it sends. At
    any time, rates are max-min fair by weight (Bertsekas & Gallager 1992, 6.5.2): each is held back by its cap, or by
    a link that is full and on which nobody sends more for its weight. Ranks have strict priority: each shares what
    those before it leave. On every link groups share by their weights, then the tenants of a group, and then flows;
    what one does not use is for those beside it, and then for others: a flow is held back by a full link on which
    nobody of its tenant has more for its weight, no tenant of its group has more for its own, and no group. Between
    two events rates are constant, so that times are exact.

    Parameters
    ----------
    links : Network or (L,) float [bit/s]
        Capacities; infinite for links that hold nobody back.
    given : Activities
    changes : Changes, optional
        Of capacities and paths, on the way.
    mode : str
        ``exact``: rates at every event, worked out anew for those that it reaches. ``quantised``: rates once for all
        that happens within a quantum; what the wait costs or brings is made up for by a mid-point rule, and the error
        of mean completion is stated. ``auto``: exact, unless a sample shows that this would take long.
    quantum_s : float [s], optional
        With ``quantised``; else the longest of 1/20, 1/40, ... of the mean completion time that is exact enough.
    watched : sequence of int
        Links whose load in the course of time is kept; of finite capacity.
    intervals : int
        Most intervals for that.
    until_s : float [s]
        Time at which to stop.
    progress : callable, optional
        Told now and then of the time in seconds, the activities that are not done and the events so far; False stops,
        and what is done by then is kept.

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
    if mode not in get_args(Mode):
        raise ValueError(f"mode is {mode!r}, not one of {', '.join(get_args(Mode))}")
    if np.isnan(until_s):
        raise ValueError("until_s is not a number")
    if quantum_s is not None and (mode != "quantised" or not 0 < quantum_s < np.inf):
        raise ValueError(f"quantum_s is {quantum_s} in mode {mode}: it is a time above 0, in mode quantised")
    scene = _Scene(links, given, changes, ints(watched), intervals)
    exact = scene.made(0.0)
    if mode == "exact":
        return _outcome(exact, scene, more=_run(exact, until_s, progress))
    more, stopped = _sampled(exact, until_s, progress)
    sample = _times_s(exact)
    long = exact.work / max(exact.events, 1) * 2 * len(given) > MOST_WORK
    if stopped or (mode == "auto" and not long) or (quantum_s is None and not more):
        return _outcome(exact, scene, more=more and (stopped or _run(exact, until_s, progress)))
    chosen_s, error = _chosen(scene, sample, exact.now_s) if quantum_s is None else (quantum_s, None)
    del exact
    if error is None:
        error = _error(scene, sample, chosen_s)[0]
    made = scene.made(chosen_s)
    return _outcome(made, scene, more=_run(made, until_s, progress), quantum_s=chosen_s, error=error)


@dataclass(frozen=True, slots=True)
class _Scene:
    """What is simulated, once or several times."""

    links: Network | FloatColumn
    given: Activities
    changes: Changes | None
    watched: IntColumn
    intervals: int

    def made(self, quantum_s: float) -> Fluid:
        """A simulation that has not begun."""
        links = self.links
        capacity_bps = links.links.capacity_bps if isinstance(links, Network) else floats(links)
        made = _fluid(capacity_bps, self.given, quantum_s)
        if self.changes is not None:
            _give_changes(made, self.changes)
        if len(self.watched):
            made.watch(self.watched, self.intervals)
        return made


def _fluid(capacity_bps: FloatColumn, given: Activities, quantum_s: float) -> Fluid:
    count = len(given)
    return Fluid(
        capacity_bps, given.ptr, given.link, _filled(given.share, len(given.link), 1.0), given.size_B,
        _filled(given.delay_s, count, 0.0), _filled(given.begin_s, count, 0.0), _filled(given.weight, count, 1.0),
        ints(np.zeros(count)) if given.rank is None else given.rank, _filled(given.cap_bps, count, np.inf),
        ints(np.full(count, -1)) if given.tenant is None else given.tenant, _filled(given.tenant_weight, 0, 1.0),
        _links(given.tenant_group), _filled(given.group_weight, 0, 1.0),
        indices(np.zeros(count + 1)) if given.follower_ptr is None else given.follower_ptr, _links(given.follower),
        quantum_s,
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


def _sampled(made: Fluid, until_s: float, progress: Progress | None) -> tuple[bool, bool]:
    """Let the first events happen: whether more is left, and whether that was stopped."""
    more, handled, told = True, -1, EVENTS
    while more and handled < made.events < SAMPLE_EVENTS and made.work < SAMPLE_WORK:
        handled = made.events
        more = made.run(until_s, 256)
        if progress is not None and made.events >= told and more:
            told += EVENTS
            if not progress(made.now_s, made.open, made.events):
                return more, True
    return more, False


def _times_s(made: Fluid) -> FloatColumn:
    """(A,) [s] from when each sends until it is done; infinite where it is not."""
    found = made.activities()
    return floats(found["done_s"] - np.where(np.isfinite(found["sends_s"]), found["sends_s"], 0.0))


def _chosen(scene: _Scene, sample_s: FloatColumn, end_s: float) -> tuple[float, float]:
    """The quantum [s], and how far mean completion is off with it on the sample."""
    ended = sample_s[np.isfinite(sample_s)]
    quantum_s = FIRST_PART * float(ended.mean()) if len(ended) and ended.mean() > 0 else FIRST_PART * end_s
    error = np.inf
    for _ in range(HALVINGS):
        error, compared = _error(scene, sample_s, quantum_s)
        if error <= MOST_ERROR and compared:
            break
        quantum_s /= 2.0
    return quantum_s, error


def _error(scene: _Scene, sample_s: FloatColumn, quantum_s: float) -> tuple[float, int]:
    """How far the mean of the completion times of the sample is off, relative, and of how many that is."""
    ended = np.isfinite(sample_s)
    count = int(ended.sum())
    made = scene.made(quantum_s)
    for _ in range(CALLS):
        more = made.run(np.inf, max(count // 2, 256))
        found_s = _times_s(made)
        if not more or np.isfinite(found_s[ended]).all():
            break
    both = ended & np.isfinite(found_s)
    if not both.any():
        return np.inf, 0
    mean_s = float(sample_s[both].mean())
    there_s = float(found_s[both].mean())
    return (abs(there_s - mean_s) / mean_s if mean_s > 0 else 0.0), int(both.sum())


def _outcome(made: Fluid, scene: _Scene, *, more: bool, quantum_s: float = 0.0, error: float = 0.0) -> FluidRun:
    of, on = made.activities(), made.links()
    status: FluidStatus = "stopped" if more else "stuck" if made.open else "complete"
    series = None
    if len(scene.watched):
        kept = made.series()
        series = LoadSeries(scene.watched, kept["interval_s"], frozen(kept["load_bps"]))
    return FluidRun(
        frozen(of["begin_s"]), frozen(of["sends_s"]), frozen(of["done_s"]), frozen(of["bottleneck"]),
        frozen(on["carried_B"]), frozen(on["busy_s"]), made.now_s, status, "quantised" if quantum_s > 0 else "exact",
        made.events, made.solves, quantum_s, error, made.unsettled, series,
    )  # fmt: skip


def _optional(values: Sequence[float] | FloatColumn | None) -> FloatColumn | None:
    return None if values is None else floats(values)


def _filled(values: FloatColumn | None, count: int, value: float) -> FloatColumn:
    return floats(np.full(count, value)) if values is None else values


def _links(values: IntColumn | None) -> IntColumn:
    return ints([]) if values is None else values
