"""How many routers of BGP have to hear of a failure, one after the other, until packets arrive again."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated

from easterly.base.schema import Doc, Unit
from easterly.predict.sessions import Sessions, Step


@dataclass(frozen=True, slots=True)
class Turns:
    """Routers that decide anew in turn, the one before the fault included."""

    least: Annotated[int, Unit("1"), Doc("Before packets can arrive.")]
    most: Annotated[int, Unit("1"), Doc("After which they do, whatever was chosen in between.")]


ONE = Turns(1, 1)
"""The router before the fault was told of another way."""


def turns(sessions: Sessions, failed: int, goals: Collection[str], source: str) -> Turns:
    r"""Turns of routers from the one that loses a neighbour until packets from a source arrive again.

    Let :math:`d` be the length of a router's way before the fault and :math:`d'` afterwards, both to the nearest goal,
    and :math:`b` the router before the fault. A router whose ways all avoid the cable never changes what it tells. What
    is left of the old ways vanishes a router a turn: a way that leads over :math:`h` routers to :math:`b` is believed
    for :math:`h + 1` turns at most. A router prefers such a way to its new one only if it is no longer, so that
    :math:`d(b) + h \le d'`, and it has settled after :math:`d' - d(b) + 1` turns, as has each router on the way from
    there. One whose way is no longer than before (:math:`d' = d`) has only to drop the neighbours whose way is.

    Nobody has another way before the news is at a router that was told of one: a turn for each cable, and one.

    Parameters
    ----------
    sessions : Sessions
    failed : int
        Cable that fell silent.
    goals : collection of str
        Routers that announce the prefix.
    source : str
        Router where packets come in.

    Returns
    -------
    Turns
        Both 0 where no way from the source leads over the cable.

    Raises
    ------
    ValueError
        The source has no way left.

    Notes
    -----
    The upper bound holds for any order in which messages arrive, as long as each router takes no longer than a turn to
    hear, decide and tell. It is reached on rings, where the news goes to the opposite router. [1]_ bounds the same, for
    ways of any policy, by the longest way that anybody may fall back on.

    References
    ----------
    .. [1] C. Labovitz, A. Ahuja, R. Wattenhofer, S. Venkatachary, "The impact of Internet policy and topology on
       delayed routing convergence", IEEE INFOCOM 2001.

    Examples
    --------
    A square, packets from a to d. Of the ways over b and c, the cable from b to d falls silent: b may have been told of
    the way over a and c, but a has to hear that the one over b is gone.

    >>> from easterly.predict.sessions import Sessions
    >>> square = Sessions([("a", "b"), ("b", "d"), ("a", "c"), ("c", "d")])
    >>> turns(square, 1, ["d"], "a")
    Turns(least=1, most=2)
    >>> turns(square, 0, ["d"], "a")
    Turns(least=1, most=1)
    """
    told = each_turns(sessions, failed, goals)
    found = told.get(source, Turns(0, 0))
    if found is None:
        raise ValueError(f"{source} has no way to {', '.join(sorted(goals))} but this cable: give another cable")
    return found


def each_turns(sessions: Sessions, failed: int, goals: Collection[str]) -> dict[str, Turns | None]:
    """The same of every router that has a way over the cable.

    Parameters
    ----------
    sessions : Sessions
    failed : int
        Cable that fell silent.
    goals : collection of str
        Routers that announce the prefix.

    Returns
    -------
    dict of str to Turns or None
        By router where packets come in; None where there is no other way.
    """
    before = _settled(sessions, goals)
    hit = _upstream(before, failed)
    if not hit:
        return {}
    fault = min(hit, key=before.length.__getitem__)
    after = _settled(sessions, goals, without=failed)
    most = _most(sessions, before, after, fault, failed)
    least = _least(sessions, before, hit, failed)
    return {router: Turns(least, most[router]) if router in most else None for router in sorted(hit)}


@dataclass(frozen=True, slots=True)
class _Ways:
    """Where all routers have settled: lengths of their ways, and the next ones on all the shortest."""

    length: dict[str, int]
    steps: dict[str, list[Step]]

    @property
    def nearest(self) -> list[str]:
        """Routers by the length of their ways."""
        return sorted(self.length, key=self.length.__getitem__)


def _settled(sessions: Sessions, goals: Collection[str], without: int = -1) -> _Ways:
    """Ways of all routers that have some; each tells its neighbours of one of its shortest, nearest first."""
    length: dict[str, int] = {}
    path: dict[str, frozenset[int | str]] = {}
    steps: dict[str, list[Step]] = defaultdict(list)
    waiting: list[tuple[int, str, Step | None]] = [(0, goal, None) for goal in sorted(goals)]
    while waiting:
        far, router, step = heapq.heappop(waiting)
        if router in length:
            if step is not None and far == length[router]:
                steps[router].append(step)
            continue
        length[router] = far
        path[router] = (path[step[0]] if step else frozenset()) | {sessions.number(router)}
        if step is not None:
            steps[router].append(step)
            if router in sessions.silent:
                continue
        for n, cable in sessions.beside.get(router, ()):
            if cable != without and sessions.number(n) not in path[router]:
                heapq.heappush(waiting, (far + sessions.length(cable), n, (router, cable)))
    return _Ways(length, steps)


def _upstream(ways: _Ways, failed: int) -> set[str]:
    """Routers with a shortest way over the cable that fell silent."""
    found: set[str] = set()
    for router in ways.nearest:
        if any(cable == failed or n in found for n, cable in ways.steps[router]):
            found.add(router)
    return found


def _most(sessions: Sessions, before: _Ways, after: _Ways, fault: str, failed: int) -> dict[str, int]:
    """By router with a way over the fault: turns after which packets from there arrive for good."""
    shortest = min(map(sessions.length, range(len(sessions.cables))))
    hit, found = _upstream(before, failed), dict[str, int]()

    def told(length: int) -> int:
        """Turns until nobody believes any more in a way over the fault that is of this length."""
        return int(length - before.length[fault]) // shortest + 1

    for router in (each for each in before.nearest if each in hit and each in after.length):
        if after.length[router] > before.length[router]:
            found[router] = told(after.length[router])
            continue
        kept = [n for n, cable in before.steps[router] if cable != failed and n in hit]
        same = {n for n in kept if after.length.get(n) == before.length[n]}
        turns_of = [found[n] if n in same else told(before.length[n]) + 1 for n in kept]
        found[router] = max([1 if router == fault else 0, *turns_of])
    return found


def _least(sessions: Sessions, before: _Ways, hit: Collection[str], failed: int) -> int:
    """Turns until the news is at a router of which a neighbour may have told another way, and that has decided."""
    news = sessions.hops(sessions.cables[failed], without=failed)
    for router in sorted(news.keys() & hit, key=lambda each: (news[each], each)):
        around = _around(sessions, before, failed, sessions.number(router))
        if any(cable != failed and n in around for n, cable in sessions.beside[router]):
            return 1 + news[router]
    return 1


def _around(sessions: Sessions, before: _Ways, failed: int, number: int | str) -> set[str]:
    """Routers that may tell those of a number of a shortest way that does not lead over the fault."""
    found: set[str] = set()
    for router in before.nearest:
        steps = before.steps[router]
        own = not steps or any(n in found and cable != failed for n, cable in steps)
        if own and sessions.number(router) != number:
            found.add(router)
    return {router for router in found if router not in sessions.silent or not before.steps[router]}
