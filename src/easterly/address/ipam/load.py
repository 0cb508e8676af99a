"""Import: many rows at once, in one transaction; each row that is refused is told with its line and the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sqlalchemy import Connection, func, select, update
from sqlalchemy.exc import IntegrityError

from easterly.address.ipam import schema
from easterly.address.ipam import survey as s
from easterly.address.ipam.administer import administer
from easterly.address.ipam.audit import chained
from easterly.address.ipam.connect import writing
from easterly.address.ipam.incoming import Piece
from easterly.address.ipam.nouns import SEQUENCE_BITS, Pool
from easterly.address.ipam.packed import packed
from easterly.address.ipam.quiet import quiet
from easterly.address.ipam.read import by_id, pools
from easterly.address.ipam.requests import AddPool, AddVrf
from easterly.address.ipam.rows import free_row
from easterly.address.ipam.sheet import COLUMNS, SETTINGS, STATES, about_cell, read_object, read_tags
from easterly.address.ipam.store import Store
from easterly.address.ipam.write import Guarded, insert, write_entries

KINDS = ("", "address", "block", "range")
MANY = 20_000
"""From so many new rows on, and if there are more of them than of others, SQLite's indices are made anew."""
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
    added, same, pools : int
        Allocations made, allocations that were there already, pools and VRFs made.
    faults : list of Fault
        In order of lines. Where there are any, nothing was changed, unless the import was to keep going.
    """

    added: int = 0
    same: int = 0
    pools: int = 0
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
            work.look(connection, read())
            work.put(connection, read())
            if work.done.faults and not keep_going:
                raise _Refused
    except _Refused:
        work.done = Loaded(faults=work.done.faults)
    except (IntegrityError, Guarded) as error:
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
        kinds, names, texts = piece.cells("kind"), piece.cells("pool"), piece.cells("address")
        made = [i for i, kind in enumerate(kinds) if kind in ("vrf", "pool")] if "kind" in piece.columns else []
        for i in made:
            self._make(connection, piece.lines[i], {name: piece.cells(name)[i] for name in COLUMNS})
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
                name = names[i] or self.pool
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

    def _make(self, connection: Connection, line: int, row: dict[str, str]) -> None:
        """Make the VRF or the pool of a row, unless it is there."""
        try:
            request = _request(row, self.actor)
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
        with _bulk(connection, count):
            for piece, runs in zip(read, self.runs, strict=True):
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
                _rebuild(connection, pool, self.next[row], *heads[row])

    def _compare(self, connection: Connection, piece: Piece) -> None:
        """Refuse rows whose place is held by somebody else."""
        lines = [(i, self.same[line]) for i, line in enumerate(piece.lines) if line in self.same] if self.same else []
        if not lines:
            return
        there = by_id(connection, [number for _, number in lines])
        stated = [c for c in ("tenant", "device", "interface", "mac", "dns_name", "owner") if c in piece.columns]
        for i, number in lines:
            held = there[number]
            said = {name: piece.columns[name][i] for name in stated}
            has = held.about._asdict() | {"owner": held.owner}
            unlike: list[str] = [name for name, value in said.items() if value and value != (has[name] or "")]
            unlike += ["until_ms"] * (piece.cells("until_ms")[i] not in ("", str(held.until_ms)))
            unlike += ["state"] * (STATES.get(piece.cells("state")[i].lower(), "?") != held.state)
            if unlike:
                self.refuse(piece.lines[i], unlike[0], f"held already, as allocation {number}, and differs in this")
            else:
                self.done.same += 1

    def _rows(self, connection: Connection, row: int, piece: Piece, runs: s.Runs) -> dict[str, Any] | None:
        """Insert the rows of one pool; the change for its audit."""
        pick = [
            i for i in np.flatnonzero(runs.pool == row).tolist()
            if piece.lines[i] not in self.bad and piece.lines[i] not in self.same
        ]  # fmt: skip
        pool = self.pools[row]
        columns = self._columns(piece, pick, runs, pool)
        good = [k for k, line in enumerate(pick) if piece.lines[line] not in self.bad]
        if len(good) < len(pick):
            columns = [[column[k] for k in good] for column in columns]
            pick = [pick[k] for k in good]
        if not pick:
            return None
        first, count = (pool.id << SEQUENCE_BITS) + self.next[row], len(pick)
        texts, kind, state, until, owner, since, *who = columns
        los, his = s.octets_of(runs.lo[pick]), s.octets_of(runs.hi[pick])
        fixed = ([value] * count for value in (pool.id, pool.vrf, pool.family))
        none = [None] * count
        insert(connection, schema.allocation, list(zip(
            range(first, first + count), *fixed, los, his, runs.length[pick].tolist(), kind, state, until, owner, since,
            none, none, [0] * count, *who, strict=True,
        )))  # fmt: skip
        self.next[row] += count
        self.done.added += count
        return packed(self.actor, first, [texts, kind, state, until, owner, since, *who])

    def _columns(self, piece: Piece, pick: list[int], runs: s.Runs, pool: Pool) -> list[list[Any]]:
        """Columns of `packed.PARTS` of some rows; what is wrong in them is noted."""

        def cells(name: str) -> list[str]:
            column = piece.cells(name)
            return column if len(pick) == len(column) else [column[i] for i in pick]

        lines = [piece.lines[i] for i in pick]
        text = s.texts_of(pool.family, runs.lo[pick], runs.hi[pick], runs.length[pick])
        kind = [
            self._kind(*each, pool.bits) for each in zip(cells("kind"), runs.length[pick].tolist(), lines, strict=True)
        ]
        state = [STATES.get(word) or self._state(word, line) for word, line in zip(cells("state"), lines, strict=True)]
        until, since = (self._times(cells(name), name, lines) for name in ("until_ms", "since_ms"))
        owner = [word or self.actor for word in cells("owner")]
        who = [[word or None for word in cells(name)] for name in ("tenant", "device", "interface", "mac", "dns_name")]
        more = {name: cells(name) for name in piece.columns if name not in COLUMNS}
        about = self._about(cells("tags"), cells("fields"), more, lines)
        return [text, kind, state, until, owner, [at or self.now_ms for at in since], *who, about]

    def _kind(self, word: str, length: int, line: int, bits: int) -> str:
        usual = "address" if length == bits else "block" if length >= 0 else "range"
        if word in ("", usual):
            return usual
        if (word, usual) == ("block", "address"):  # a block of one address
            return word
        self.refuse(line, "kind", f"{word!r} is no kind of this place: write {usual}, or leave it empty")
        return usual

    def _state(self, word: str, line: int) -> str:
        found = STATES.get(word.strip().lower())
        if found is None:
            self.refuse(line, "state", f"{word!r} is no state: write held, reserved or quarantined")
        return found or "held"

    def _times(self, words: list[str], name: str, lines: list[int]) -> list[int | None]:
        if not any(words):
            return [None] * len(words)
        made: list[int | None] = []
        for word, line in zip(words, lines, strict=True):
            if word and not (word.isascii() and word.isdigit() and len(word) <= 15):
                self.refuse(line, name, f"{word!r} is no time: write milliseconds since 1970")
                made.append(None)
            else:
                made.append(int(word) if word else None)
        return made

    def _about(self, tags: list[str], fields: list[str], more: dict[str, list[str]], lines: list[int]
               ) -> list[str | None]:  # fmt: skip
        if not (more or any(tags) or any(fields)):
            return [None] * len(lines)
        made: list[str | None] = []
        for i, line in enumerate(lines):
            try:
                made.append(about_cell(tags[i], fields[i], {name: column[i] for name, column in more.items()}))
            except ValueError as error:
                self.refuse(line, "fields", str(error))
                made.append(None)
        return made


def _request(row: dict[str, str], actor: str) -> AddPool | AddVrf:
    """The request that a row of a VRF or of a pool stands for.

    Raises
    ------
    ValueError
    """
    said = read_object(row["settings"])
    tenant = row["tenant"] or None
    if row["kind"] == "vrf":
        return AddVrf(row["vrf"], said.get("rd"), tenant, actor)
    unknown = sorted(said.keys() - set(SETTINGS))
    if unknown:
        raise ValueError(f"no setting {', '.join(unknown)}: there are {', '.join(SETTINGS)}")
    fields = {name: str(value) for name, value in read_object(row["fields"]).items()}
    return AddPool(
        row["pool"], row["address"], row["parent"] or None, vrf=row["vrf"] or "default", role=row["role"] or None,
        tenant=tenant, tags=read_tags(row["tags"]) if row["tags"] else (), fields=fields, actor=actor, **said,
    )  # fmt: skip


@contextmanager
def _bulk(connection: Connection, count: int) -> Iterator[None]:
    """In SQLite, make the indices anew after many rows, not with each; the guard against overlaps too.

    What it guards was looked at before, and is looked at again when the free space is rebuilt.
    """
    there = connection.execute(select(func.count()).select_from(schema.allocation)).scalar_one() if count > MANY else 0
    if connection.dialect.name != "sqlite" or count <= max(MANY, there):
        yield
        return
    asked = "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = 'allocation' AND sql IS NOT NULL"
    made = [row for row in connection.exec_driver_sql(asked).all() if row[0] in ("index", "trigger")]
    for kind, name, _ in made:
        connection.exec_driver_sql(f"DROP {kind} {name}")
    yield
    for _, _, sql in made:
        connection.exec_driver_sql(sql)


def _rebuild(connection: Connection, pool: Pool, sequence: int, entries: int, head: bytes) -> None:
    """Free space of a pool in one sweep over its allocations; and its counters."""
    columns = schema.allocation.c
    asked = select(columns.lo, columns.hi).where(columns.pool == pool.id).order_by(columns.lo)
    used = count = 0

    def runs() -> Iterator[tuple[s.Words, s.Words]]:
        nonlocal count
        for part in connection.execute(asked, execution_options={"yield_per": 50_000}).partitions(50_000):
            los, his = zip(*part, strict=True)
            count += len(part)
            yield s.words_of(los), s.words_of(his)

    try:
        left = list(s.gaps(runs(), pool.lo, pool.hi))
    except ValueError as error:
        raise Guarded(str(error)) from error
    used = pool.size - sum(hi - lo + 1 for lo, hi in left)
    connection.execute(schema.free.delete().where(schema.free.c.pool == pool.id))
    insert(connection, schema.free, [free_row(pool.id, lo, hi, pool.bits) for lo, hi in left])
    values = {"sequence": sequence, "used": str(used), "count": count, "entries": entries, "head": head}
    connection.execute(update(schema.pool).where(schema.pool.c.id == pool.id).values(values))
