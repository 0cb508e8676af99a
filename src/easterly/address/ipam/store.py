"""The store: requests in, outcomes out; durable when they are returned."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.exc import DatabaseError, IntegrityError

from easterly.address.ipam import migrations, schema
from easterly.address.ipam.administer import administer
from easterly.address.ipam.audit import START
from easterly.address.ipam.batch import answer
from easterly.address.ipam.connect import connect, locate, reason, writing
from easterly.address.ipam.decide import pool_number
from easterly.address.ipam.nouns import Outcome, refused
from easterly.address.ipam.requests import Administration, Expire, Request, Work
from easterly.address.ipam.write import Guarded

Clock = Callable[[], float]


class StoreError(ValueError):
    """A store that cannot be used: absent, or made by another version."""


class Store:
    """An open address store; may be shared by threads.

    Parameters
    ----------
    engine : Engine
        See `open` and `init`.
    clock : callable
        Seconds since 1970.
    """

    def __init__(self, engine: Engine, clock: Clock = time.time) -> None:
        self.engine = engine
        self._clock = clock

    def now_ms(self) -> int:
        """Time by the store's clock, in milliseconds since 1970."""
        return int(self._clock() * 1000)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def apply(self, requests: Sequence[Request]) -> list[Outcome]:
        """Answer requests in their order.

        Consecutive requests for addresses are one transaction; each request of the administration is one of its
        own. What was granted is durable when this returns.

        Parameters
        ----------
        requests : sequence of Request

        Returns
        -------
        list of Outcome
        """
        outcomes: list[Outcome] = []
        for administrative, group in groupby(requests, lambda request: isinstance(request, Administration)):
            if administrative:
                outcomes += [self._administer(request) for request in group if isinstance(request, Administration)]
            else:
                outcomes += self._work([request for request in group if not isinstance(request, Administration)])
        return outcomes

    def one(self, request: Request) -> Outcome:
        """Answer one request."""
        return self.apply([request])[0]

    def _administer(self, request: Administration) -> Outcome:
        try:
            with writing(self.engine) as connection:
                return administer(connection, request, self.now_ms())
        except (IntegrityError, Guarded) as error:
            return _guarded(error)

    def _work(self, requests: Sequence[Work]) -> list[Outcome]:
        try:
            with writing(self.engine) as connection:
                return answer(connection, requests, self.now_ms())
        except (IntegrityError, Guarded) as error:
            if len(requests) == 1:
                return [_guarded(error)]
        return [self._work([request])[0] for request in requests]  # so that only the guilty one fails

    def reclaim(self, limit: int = 1000, now_ms: int | None = None) -> int:
        """Move on allocations whose lease or quarantine is over: the longest overdue first.

        Parameters
        ----------
        limit : int
            How many at most: what one call takes is bounded.
        now_ms : int or None
            To look for those that are due at another time than now; what is due is judged by the store's clock.

        Returns
        -------
        int
            How many were moved on.
        """
        columns = schema.allocation.c
        due = (
            select(columns.id)
            .where(columns.until_ms <= (self.now_ms() if now_ms is None else now_ms))
            .order_by(columns.until_ms, columns.id)
            .limit(limit)
        )
        with self.engine.connect() as connection:
            ids = connection.execute(due).scalars().all()
        return self._expire(ids)

    def _expire(self, ids: Iterable[int]) -> int:
        by_pool = defaultdict[int, list[int]](list)
        for number in ids:
            by_pool[pool_number(number)].append(number)
        outcomes = self._work([Expire(pool, tuple(numbers), "reclaim") for pool, numbers in sorted(by_pool.items())])
        return sum(len(outcome.allocations) for outcome in outcomes)


def _guarded(error: Exception) -> Outcome:
    return refused(
        "conflict",
        f"the database refused it: {str(getattr(error, 'orig', error)).partition(chr(10))[0]}",
        "run fsck: the free space disagrees with the allocations",
    )


def init(url: str | Path, *, clock: Clock = time.time) -> Store:
    """Open a store, making it or bringing its schema up to date first.

    Parameters
    ----------
    url : str or Path
        A file for SQLite, or ``postgresql://...``.
    clock : callable
        Seconds since 1970.

    Returns
    -------
    Store

    Raises
    ------
    StoreError
        Where a newer version has made it.
    """
    with _reached(url) as engine:
        _bring_up(engine, url)
    return Store(engine, clock)


@contextmanager
def _reached(url: str | Path) -> Iterator[Engine]:
    """An engine, which is closed again where the block fails; what a database says becomes a `StoreError`."""
    try:
        engine = connect(locate(url))
    except ModuleNotFoundError as error:
        raise StoreError(f"PostgreSQL needs {error.name}: pip install 'easterly[postgres]'") from error
    try:
        yield engine
    except DatabaseError as error:
        engine.dispose()
        raise StoreError(f"no address store can be used at {url}: {reason(url, error)}") from error
    except BaseException:
        engine.dispose()
        raise


def _bring_up(engine: Engine, url: str | Path) -> None:
    """Make the tables or bring them up to date, and the first rows."""
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(1164142452)")  # two may begin at once
        at = migrations.current(connection)
        others = migrations.tables(connection) if at is None and connection.dialect.name == "sqlite" else []
        if others:
            raise StoreError(f"{url} is of another program, with the table {others[0]}: name a file of its own")
        if at is not None and not migrations.known(at):
            raise StoreError(f"{url} was made by a newer version (schema {at}): update this program")
        if at != migrations.head():
            migrations.upgrade(connection)
        if connection.execute(select(schema.registry.c.id)).first() is None:
            connection.execute(schema.registry.insert(), {"id": 1, "next": 2, "entries": 0, "head": START})
            connection.execute(schema.vrf.insert(), {"id": 1, "name": "default"})


def open(url: str | Path, *, clock: Clock = time.time) -> Store:
    """Open a store that there is.

    Parameters
    ----------
    url : str or Path
        As of `init`.
    clock : callable
        Seconds since 1970.

    Returns
    -------
    Store

    Raises
    ------
    StoreError
        Where there is none, or its schema is another version's.
    """
    where = locate(url)
    if where.get_backend_name() == "sqlite" and not Path(where.database or "").exists():
        raise StoreError(f"there is no address store at {where.database}: make it with `init`")
    with _reached(url) as engine:
        with engine.connect() as connection:
            at = migrations.current(connection)
        if at is None:
            raise StoreError(f"there is no address store at {url}: make it with `init`")
        if not migrations.known(at):
            raise StoreError(f"{url} was made by a newer version (schema {at}): update this program")
        if at != migrations.head():
            raise StoreError(f"{url} has schema {at}, and this version needs {migrations.head()}: run `init` once")
    return Store(engine, clock)
