"""Import: many rows at once, in one transaction; each row that is refused is told with its line and the reason."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from sqlalchemy import Connection, select
from sqlalchemy.exc import DataError, IntegrityError

from easterly.address.ipam import schema
from easterly.address.ipam import survey as s
from easterly.address.ipam.administer import administer
from easterly.address.ipam.audit import chained
from easterly.address.ipam.bound import Known, claim, fit_columns, known
from easterly.address.ipam.bulk import add, rebuild, unindexed
from easterly.address.ipam.cells import Cells, Rows
from easterly.address.ipam.connect import writing
from easterly.address.ipam.fleet import KINDS as EQUIPMENT
from easterly.address.ipam.fleet import load_devices
from easterly.address.ipam.incoming import Piece, short
from easterly.address.ipam.nouns import SEQUENCE_BITS, About, Pool
from easterly.address.ipam.packed import PARTS, packed
from easterly.address.ipam.read import by_id, pools
from easterly.address.ipam.requests import AddVrf
from easterly.address.ipam.sheet import COLUMNS, STATES, request_of
from easterly.address.ipam.store import Store
from easterly.address.ipam.write import Guarded, write_entries
from easterly.base.quiet import quiet

T = TypeVar("T")
Pieces = Callable[[], Iterable[Piece]]


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that is refused.

    Attributes
    ----------
    line : int
        From 1.
    column : str
        Heading.
    why : str
    """

    line: int
    column: str
    why: str


@dataclass(slots=True)
class Loaded:
    """What an import did.

    Attributes
    ----------
    added, same, pools, devices : int
        Allocations made, allocations that were there already, pools and VRFs made, devices and interfaces made.
    faults : list of Fault
        In order of lines. Where there are any, nothing was changed, unless the import was to keep going.
    """

    added: int = 0
    same: int = 0
    pools: int = 0
    devices: int = 0
    faults: list[Fault] = field(default_factory=list)


class _Refused(Exception):
    """Undo everything."""


def load(
    store: Store, read: Pieces, *, pool: str = "", actor: str = "", keep_going: bool = False,
    progress: Callable[[int], object] = lambda rows: None,
) -> Loaded:  # fmt: skip
    """Import rows; what is there already stays as it is, so that the same file twice changes nothing.

    Parameters
    ----------
    store : Store
    read : callable
        Gives the pieces of the file from its begin; called twice.
    pool : str
        Name of the pool of rows that name none.
    actor : str
    keep_going : bool
        Take the good rows though others are refused; else all or nothing.
    progress : callable
        Called with a number of rows, each of which is told twice.

    Returns
    -------
    Loaded

    Raises
    ------
    Unreadable, OSError
        Nothing is changed then.
    """
    work = _Load(store.now_ms(), pool, actor, progress)
    try:
        with quiet(), writing(store.engine) as connection:
            claim(connection)
            work.look(connection, read())
            work.put(connection, read())
            if work.done.faults and not keep_going:
                raise _Refused
    except _Refused:
        work.done = Loaded(faults=work.done.faults)
    except (IntegrityError, DataError, Guarded) as error:
        said = str(getattr(error, "orig", error)).partition("\n")[0]
        work.done = Loaded(faults=[Fault(0, "", f"the database refused it: {said}")])
    work.done.faults.sort(key=lambda fault: (fault.line, fault.column))
    return work.done


class _Load:
    """One import: first all places are looked at, then all rows are put."""

    def __init__(self, now_ms: int, pool: str, actor: str, progress: Callable[[int], object]) -> None:
        self.now_ms, self.pool, self.actor, self.progress = now_ms, pool, actor, progress
        self.done = Loaded()
        self.pools: list[Pool] = []
        self.rows: dict[str, int] = {}  # of `pools`, by name
        self.runs: list[s.Runs] = []
        self.bad: set[int] = set()
        self.same: dict[int, int] = {}
        self.devices: dict[str, Known] = {}  # that the rows of a piece name
        self.next: dict[int, int] = {}  # number of the next allocation, by row of `pools`

    def refuse(self, line: int, column: str, why: str) -> None:
        """Note that a row is refused."""
        self.bad.add(line)
        self.done.faults.append(Fault(line, column, why))

    def look(self, connection: Connection, read: Iterable[Piece]) -> None:
        """Make VRFs and pools, and see where every row lies and which clash."""
        for piece in read:
            self._places(connection, piece)
            self.progress(len(piece.lines))
        if not self.runs:
            return
        rows = s.joined(self.runs)
        if self.bad or (rows.pool < 0).any():
            rows = rows.take(~np.isin(rows.tag, np.fromiter(self.bad, np.int64, len(self.bad))) & (rows.pool >= 0))
        found = [*s.stored(connection, self.pools)]
        there = s.joined(found) if found else rows.take(np.zeros(0, np.intp))
        self.same, no = s.clashes(there, rows)
        for line, other in no.items():
            what = f"line {other}" if other >= 0 else f"allocation {-1 - other}"
            self.refuse(line, "address", f"overlaps {what}")

    def _places(self, connection: Connection, piece: Piece) -> None:
        kinds, names, texts = piece.short("kind"), piece.short("pool"), piece.cells("address")
        makers = ("vrf", "pool", *EQUIPMENT)
        made = [i for i, kind in enumerate(_spread(kinds, len(texts))) if kind in makers] if any(kinds) else []
        if made:
            whole = {name: piece.cells(name) for name in COLUMNS}
            rows = [(piece.lines[i], {name: column[i] for name, column in whole.items()}) for i in made]
            self._make_all(connection, rows)
        skipped = set(made)
        texts = [("0.0.0.0" if i in skipped else text) for i, text in enumerate(texts)] if made else texts
        family, runs, faults = s.read_runs(texts, piece.lines)
        for line, why in faults.items():
            self.refuse(line, "address", why)
        self._known(connection, set(names) | {self.pool})
        runs.pool[:] = [self.rows.get(name or self.pool, -1) for name in names]
        runs.pool[made] = -1
        for i in np.flatnonzero(runs.pool < 0).tolist():
            if i not in skipped and piece.lines[i] not in self.bad:
                name = names[i % len(names)] or self.pool
                said = f"there is no pool {name!r}" if name else "no pool is named: give one for all with --pool"
                self.refuse(piece.lines[i], "pool", said)
        bits = np.where(family == 4, 32, 128)
        plain = (runs.length == bits) & np.array([kind in ("", "address") for kind in kinds])
        for line, why in s.misplaced(family, runs, self.pools, plain):
            self.refuse(line, "address", why)
        self.runs.append(runs)

    def _known(self, connection: Connection, names: set[str]) -> None:
        """Read pools that were not named before, and lock them."""
        for found in pools(connection, names - self.rows.keys() - {""}, lock=True):
            self.rows[found.name] = len(self.pools)
            self.pools.append(found)

    def _make_all(self, connection: Connection, rows: list[tuple[int, dict[str, str]]]) -> None:
        """Make the VRFs, the pools, the devices and the interfaces of rows, unless they are there."""
        for line, row in rows:
            if row["kind"] not in EQUIPMENT:
                self._make(connection, line, row)
        equipment = [(line, row) for line, row in rows if row["kind"] in EQUIPMENT]
        if equipment:
            self.done.devices += load_devices(connection, equipment, self.refuse, self.actor, self.now_ms)

    def _make(self, connection: Connection, line: int, row: dict[str, str]) -> None:
        """Make the VRF or the pool of a row, unless it is there."""
        try:
            request = request_of(row, self.actor)
        except (ValueError, TypeError) as error:
            self.refuse(line, "settings", str(error))
            return
        if isinstance(request, AddVrf):
            names = schema.vrf.c.name
            if connection.execute(select(names).where(names == request.name)).first():
                return
        else:
            there = pools(connection, [request.name])
            if there:
                if there[0].text != request.prefix:
                    self.refuse(line, "address", f"pool {request.name} is {there[0].text} already")
                return
        outcome = administer(connection, request, self.now_ms)
        if outcome.refusal is None:
            self.done.pools += 1
        else:
            self.refuse(line, "address", f"{outcome.refusal.message}; {outcome.refusal.hint}")

    def put(self, connection: Connection, read: Iterable[Piece]) -> None:
        """Write the rows that were let in, their audit, the free space and the counters."""
        # Pools may have become parents since they were read.
        self.pools = [pools(connection, [pool.id])[0] for pool in self.pools]
        heads = {row: (pool.entries, pool.head) for row, pool in enumerate(self.pools)}
        self.next = {row: pool.sequence for row, pool in enumerate(self.pools)}
        count = sum(int((runs.pool >= 0).sum()) for runs in self.runs) - len(self.same) - len(self.bad)
        equipped = connection.execute(select(schema.device.c.id).limit(1)).first() is not None
        with unindexed(connection, count):
            for piece, runs in zip(read, self.runs, strict=True):
                self.devices = known(connection, filter(None, piece.short("device"))) if equipped else {}
                self._compare(connection, piece)
                for row in np.unique(runs.pool[runs.pool >= 0]).tolist():
                    entries, head = heads[row]
                    change = self._rows(connection, row, piece, runs)
                    if change is not None:
                        [entry] = chained(self.pools[row].id, entries, head, self.now_ms, [change])
                        write_entries(connection, [entry])
                        heads[row] = entry.seq, entry.hash
                self.progress(len(piece.lines))
        self.runs.clear()
        for row, pool in enumerate(self.pools):
            if self.next[row] > pool.sequence:
                rebuild(connection, pool, self.next[row], *heads[row])

    def _compare(self, connection: Connection, piece: Piece) -> None:
        """Refuse rows whose place is held by somebody else."""
        lines = [(i, self.same[line]) for i, line in enumerate(piece.lines) if line in self.same] if self.same else []
        if not lines:
            return
        there = by_id(connection, [number for _, number in lines])
        stated = [c for c in ("tenant", "device", "interface", "mac", "dns_name", "owner") if c in piece.columns]
        about = Cells(piece, np.array([i for i, _ in lines]), self.refuse).about()
        for (i, number), said_of_it in zip(lines, _spread(about, len(lines)), strict=True):
            held = there[number]
            said = {name: piece.columns[name][i] for name in stated}
            has = held.about._asdict() | {"owner": held.owner}
            unlike: list[str] = [name for name, value in said.items() if value and value != (has[name] or "")]
            unlike += ["until_ms"] * (piece.cells("until_ms")[i] not in ("", str(held.until_ms)))
            unlike += ["state"] * (STATES.get(piece.cells("state")[i].lower(), "?") != held.state)
            unlike += _unlike(said_of_it, held.about)
            if piece.lines[i] in self.bad:
                continue
            if unlike:
                self.refuse(piece.lines[i], unlike[0], f"held already, as allocation {number}, and differs in this")
            else:
                self.done.same += 1

    def _rows(self, connection: Connection, row: int, piece: Piece, runs: s.Runs) -> dict[str, Any] | None:
        """Insert the rows of one pool; the change for its audit."""
        pick = np.flatnonzero(runs.pool == row)
        if self.bad or self.same:
            lines = runs.tag[pick].tolist()
            pick = pick[[line not in self.bad and line not in self.same for line in lines]]
        if not len(pick):
            return None
        pool, refused = self.pools[row], len(self.bad)
        columns = self._columns(piece, pick, runs, pool)
        if len(self.bad) > refused:
            good = [k for k, line in enumerate(runs.tag[pick].tolist()) if line not in self.bad]
            columns = {name: [c[k] for k in good] if len(c) > 1 else c for name, c in columns.items()}
            pick = pick[good]
        if not len(pick):
            return None
        first, count = (pool.id << SEQUENCE_BITS) + self.next[row], len(pick)
        change = packed(self.actor, first, count, [columns[name] for name in PARTS])
        del columns["at"]
        los = s.octets_of(runs.lo[pick])
        his = los if (runs.lo[pick] == runs.hi[pick]).all() else s.octets_of(runs.hi[pick])
        fixed = {"pool": [pool.id], "vrf": [pool.vrf], "family": [pool.family], "keyed": [0]}
        add(connection, first, count, {
            **fixed, "lo": los, "hi": his, "length": short(runs.length[pick].tolist()), **columns,
        })  # fmt: skip
        self.next[row] += count
        self.done.added += count
        return change

    def _columns(self, piece: Piece, pick: Rows, runs: s.Runs, pool: Pool) -> dict[str, list[Any]]:
        """Columns of `packed.PARTS` of some rows, short; what is wrong in them is noted."""
        read = Cells(piece, pick, self.refuse)
        at = s.texts_of(pool.family, runs.lo[pick], runs.hi[pick], runs.length[pick])
        kinds = read.kinds(runs.length[pick], pool.bits)
        said: dict[str, list[Any]] = {"at": at, "kind": kinds, "state": read.states()}
        said |= {"until_ms": read.times("until_ms"), "since_ms": [t or self.now_ms for t in read.times("since_ms")]}
        said["owner"] = [word or self.actor for word in read.cells("owner")]
        names = ("tenant", "device", "interface", "mac", "dns_name")
        who = {name: read.texts(name) for name in names}
        if self.devices:
            whole = [_spread(column, len(pick)) for column in (*who.values(), said["state"])]
            fitted = fit_columns(self.devices, whole[:-1], whole[-1], runs.tag[pick].tolist(), self.refuse)
            who = {name: short(column) for name, column in zip(names, fitted, strict=True)}
        return said | who | {"about": read.about()}


def _unlike(said: str | None, held: About) -> list[str]:
    """Which of tags and fields are stated, and are others than those that are held."""
    tags, fields = json.loads(said) if said else ([], {})
    has = dict(held.fields)
    return ["tags"] * (tags not in ([], list(held.tags))) + [name for name in fields if fields[name] != has.get(name)]


def _spread(column: Sequence[T], count: int) -> Sequence[T]:
    return column if len(column) == count else [column[0]] * count
