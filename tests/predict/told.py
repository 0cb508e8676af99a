"""BGP played message by message: each router decides a while after the first news, and tells what has changed."""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterator
from itertools import pairwise

from easterly.predict.turns import Sessions

Path = tuple[str, ...]
HOLD = 1.0
"""A router collects news for so long; the unit of time here."""


class Played:
    """Routers with one prefix for each of them, and messages under way.

    Parameters
    ----------
    sessions : Sessions
    draws : random.Random
        Preferences among ways of equal length, and how long messages and decisions take.
    late : float
        Most that a message and a decision take beside the hold.
    """

    def __init__(self, sessions: Sessions, draws: random.Random, late: float) -> None:
        self.sessions, self.draws, self.late = sessions, draws, late
        self.routers = sorted({router for pair in sessions.cables for router in pair})
        self.rank = {router: draws.random() for router in self.routers}
        self.up = set(range(len(sessions.cables)))
        self.heard: dict[tuple[str, int, str], Path] = {}
        self.best: dict[tuple[str, str], list[Path]] = {(r, r): [(r,)] for r in self.routers}
        self.told: dict[tuple[str, int, str], Path | None] = {}
        self.now, self.count, self.events, self.woken = 0.0, 0, [], set()
        for router in self.routers:
            self._tell(router)
        for _ in self.steps():
            pass

    def at(self, delay: float, what: tuple) -> None:
        self.count += 1
        heapq.heappush(self.events, (self.now + delay, self.count, what))

    def steps(self) -> Iterator[float]:
        """Plays until nothing happens any more; yields the time after each decision."""
        while self.events:
            self.now, _, what = heapq.heappop(self.events)
            match what:
                case "decide", router:
                    self.woken.discard(router)
                    self._decide(router)
                    self._tell(router)
                    yield self.now
                case "lose", router, cable:
                    for key in [key for key in self.heard if key[:2] == (router, cable)]:
                        del self.heard[key]
                    self._wake(router)
                case "hear", router, cable, goal, path:
                    if cable in self.up:
                        self.heard.pop((router, cable, goal), None)
                        if path is not None and self._taken(router, path):
                            self.heard[router, cable, goal] = path
                        self._wake(router)

    def fail(self, cable: int, apart: float) -> None:
        """Both ends lose each other, one somewhat later than the other; time begins anew."""
        self.now = 0.0
        self.up.discard(cable)
        ends = list(self.sessions.cables[cable])
        self.draws.shuffle(ends)
        for router, delay in zip(ends, (0.0, apart), strict=True):
            self.at(delay, ("lose", router, cable))

    def _taken(self, router: str, path: Path) -> bool:
        own = self.sessions.number(router)
        return all(self.sessions.number(each) != own for each in path)

    def _wake(self, router: str) -> None:
        if router not in self.woken:
            self.woken.add(router)
            self.at(HOLD + self.draws.uniform(0, self.late / 2), ("decide", router))

    def _length(self, cable: int, path: Path, lengths: dict[Path, int]) -> int:
        return self.sessions.length(cable) + lengths.get(path, 0)

    def _decide(self, router: str) -> None:
        for goal in self.routers:
            if goal == router:
                continue
            found: dict[Path, float] = {}
            for (at, cable, to), path in self.heard.items():
                if at == router and to == goal:
                    found[router, *path] = self.sessions.length(cable) + self.lengths(path)
            least = min(found.values(), default=0)
            self.best[router, goal] = sorted(
                (path for path, length in found.items() if length == least), key=lambda path: self.rank[path[1]]
            )

    def lengths(self, path: Path) -> int:
        """AS hops of a path; of several cables between two routers, all count the same here."""
        made = {frozenset(pair): self.sessions.length(i) for i, pair in enumerate(self.sessions.cables)}
        return sum(made[frozenset(pair)] for pair in pairwise(path))

    def _tell(self, router: str) -> None:
        for n, cable in self.sessions.beside[router]:
            if cable not in self.up:
                continue
            for goal in self.routers:
                paths = self.best.get((router, goal))
                path = paths[0] if paths and (goal == router or router not in self.sessions.silent) else None
                if self.told.get((router, cable, goal)) != path:
                    self.told[router, cable, goal] = path
                    self.at(self.draws.uniform(0, self.late / 2), ("hear", n, cable, goal, path))

    def arrives(self, router: str, goal: str) -> bool:
        """Whether packets arrive, whichever of its next hops each router chooses."""
        usable = {frozenset(self.sessions.cables[i]) for i in self.up}
        done = {goal: True}

        def leads(at: str) -> bool:
            if at not in done:
                done[at] = False  # a packet that comes here again goes round
                nexts = {path[1] for path in self.best.get((at, goal), [])}
                done[at] = bool(nexts) and all(frozenset((at, n)) in usable and leads(n) for n in nexts)
            return done[at]

        return leads(router)
