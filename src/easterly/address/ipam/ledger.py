"""One pool during a batch: what was read, and what the batch makes of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from easterly.address.ipam.bound import Known
from easterly.address.ipam.nouns import SEQUENCE_BITS, About, Allocation, Pool, span
from easterly.address.ipam.space import Run, Space


@dataclass(slots=True)
class Ledger:
    """A pool, its counters, its allocations as far as they matter, and the changes to be written.

    Attributes
    ----------
    pool : Pool
        As it was read.
    space : Space
    now_ms : int
        Time of the batch.
    rows : dict of int to Allocation
        Allocations that were read, by id, as they are now.
    keys : dict of str to Allocation
        First allocations of keyed requests, by key.
    devices : dict of str to Known
        Devices that its requests name, as far as there are any.
    sequence, used, count : int
        Counters of the pool as they are now.
    made, changed, gone : dict of int to Allocation, and set of int
        What is to be inserted, updated and deleted.
    longer : set of int
        Allocations of which only the end is new, unless they are among the others.
    changes : list of dict
        For the audit.
    """

    pool: Pool
    space: Space
    now_ms: int
    rows: dict[int, Allocation] = field(default_factory=dict)
    keys: dict[str, Allocation] = field(default_factory=dict)
    devices: dict[str, Known] = field(default_factory=dict)
    sequence: int = 0
    used: int = 0
    count: int = 0
    made: dict[int, Allocation] = field(default_factory=dict)
    changed: dict[int, Allocation] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    longer: set[int] = field(default_factory=set)
    changes: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sequence, self.used, self.count = self.pool.sequence, self.pool.used, self.pool.count

    def find(self, number: int) -> Allocation | None:
        """An allocation that there is."""
        return self.rows.get(number)

    def add(self, runs: list[Run], said: Terms) -> tuple[Allocation, ...]:
        """Make allocations of runs that were taken from the free space.

        Parameters
        ----------
        runs : list of (int, int)
            First and last address of each allocation.
        said : Terms

        Returns
        -------
        tuple of Allocation
        """
        pool = self.pool
        first = (pool.id << SEQUENCE_BITS) + self.sequence
        same = (said.length, said.kind, said.state, said.until_ms, said.owner, self.now_ms)
        keyed: tuple[str | None, str | None, int] = (said.key, said.digest, 0 if said.key is None else len(runs))
        made = []
        for number, (lo, hi) in enumerate(runs, first):
            row = (number, pool.id, pool.vrf, pool.family, lo, hi, *same, *keyed, said.about)
            made.append(Allocation._make(row))
            keyed = (None, None, 0)
        if said.key is not None:
            self.keys[said.key] = made[0]
        for allocation in made:
            self.made[allocation.id] = self.rows[allocation.id] = allocation
        self.sequence += len(runs)
        self.count += len(runs)
        self.used += sum(hi - lo for lo, hi in runs) + len(runs)
        self.changes.append(said.change(first, pool.family, runs))
        return tuple(made)

    def put(self, allocation: Allocation) -> Allocation:
        """Replace an allocation by a newer state of itself."""
        self.rows[allocation.id] = allocation
        self.longer.discard(allocation.id)
        (self.made if allocation.id in self.made else self.changed)[allocation.id] = allocation
        return allocation

    def prolong(self, allocation: Allocation, until_ms: int) -> Allocation:
        """Let an allocation end at another time."""
        later = self.rows[allocation.id] = allocation._replace(until_ms=until_ms)
        if allocation.id in self.made or allocation.id in self.changed:
            return self.put(later)
        self.longer.add(allocation.id)
        return later

    def drop_key(self, allocation: Allocation) -> Allocation:
        """The allocation without its key, which may be used anew."""
        if allocation.key is None:
            return allocation
        self.keys.pop(allocation.key, None)
        return allocation._replace(key=None, digest=None, keyed=0)

    def free(self, allocations: Iterable[Allocation]) -> None:
        """Give allocations back to the free space."""
        for a in allocations:
            self.drop_key(a)
            del self.rows[a.id]
            self.changed.pop(a.id, None)
            self.longer.discard(a.id)
            if self.made.pop(a.id, None) is None:
                self.gone.add(a.id)
            self.space.give(a.lo, a.hi)
            self.used -= a.size
            self.count -= 1


@dataclass(frozen=True, slots=True)
class Terms:
    """What the allocations of one request have in common.

    Attributes
    ----------
    kind, state : str
        As of `Allocation`.
    length : int
        Of each prefix; -1 for a range.
    until_ms : int or None
    owner, actor : str
    key, digest : str or None
    about : About
    """

    kind: str
    state: str
    length: int
    until_ms: int | None
    owner: str
    actor: str
    key: str | None
    digest: str | None
    about: About

    def change(self, first: int, family: int, runs: list[Run]) -> dict[str, Any]:
        """The change for the audit; allocations that lie side by side are one item, with their number."""
        said: dict[str, Any] = {"do": "allocate", "by": self.actor, "id": first, "kind": self.kind, "state": self.state}
        said["at_runs"] = [[span(family, *run, self.length), n] for run, n in _side_by_side(runs)]
        optional = {"until": self.until_ms, "owner": self.owner, "key": self.key, "digest": self.digest}
        said.update((name, value) for name, value in optional.items() if value is not None)
        if about := self.about.document():
            said["about"] = about
        return said


def _side_by_side(runs: list[Run]) -> list[tuple[Run, int]]:
    """Runs of one size that follow each other, as the first of them and their number."""
    found: list[tuple[Run, int]] = []
    expected: Run | None = None
    for lo, hi in runs:
        if (lo, hi) == expected:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append(((lo, hi), 1))
        expected = (hi + 1, hi + 1 + hi - lo)
    return found
