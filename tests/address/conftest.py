"""Stores for tests: the same tests run on SQLite and on a PostgreSQL server of this session."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from tests.lab import absent

from easterly.address import ipam

_numbers = count()


class Clock:
    """Time that moves when it is told to."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def programs() -> Path:
    """Folder of PostgreSQL's programs: Debian keeps them off the path."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not folders:
        absent("PostgreSQL is not installed")
    return folders[-1].parent


def unprivileged() -> tuple[int, int] | None:
    """Somebody to run the server, which refuses root."""
    if os.geteuid() != 0:
        return None
    entries = [entry for entry in pwd.getpwall() if entry.pw_name in ("postgres", "nobody")]
    if not entries:
        absent("nobody is there to run PostgreSQL but root, which it refuses")
    return entries[0].pw_uid, entries[0].pw_gid


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """URL of a server on a socket in a folder of its own.

    Tests kill its clients and never the server, so that it need not wait for the disk.
    """
    bin_, who = programs(), unprivileged()
    home = Path(tempfile.mkdtemp(prefix="pg"))
    options = {"user": who[0], "group": who[1], "extra_groups": []} if who else {}
    if who:
        os.chown(home, *who)

    def run(*command: str) -> None:
        done = subprocess.run(command, cwd=home, capture_output=True, text=True, **options)
        assert done.returncode == 0, done.stdout + done.stderr

    data = str(home / "data")
    run(str(bin_ / "initdb"), "-D", data, "-U", "easterly", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
    flags = f"-k {home} -c listen_addresses='' -c max_connections=200 -c fsync=off"
    run(str(bin_ / "pg_ctl"), "-D", data, "-o", flags, "-l", str(home / "log"), "-w", "start")
    yield f"postgresql://easterly@/postgres?host={home}"
    run(str(bin_ / "pg_ctl"), "-D", data, "-m", "immediate", "stop")
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def places(request: pytest.FixtureRequest) -> Iterator[Callable[[], str]]:
    """Makes a new place for a store, each time that it is called.

    In memory where that can be: tests kill processes and never the machine, so that none need wait for the disk.
    """
    if request.param == "sqlite":
        memory = Path("/dev/shm")
        with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
            yield lambda: f"sqlite:///{folder}/{next(_numbers)}.db"
    else:
        server = request.getfixturevalue("postgresql")
        yield lambda: _schema(server)


def _schema(server: str) -> str:
    import psycopg

    name = f"store{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
    return f"{server}&options=-csearch_path%3D{name}"


@pytest.fixture
def place(places: Callable[[], str]) -> str:
    """Where a new store may be made."""
    return places()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(place: str, clock: Callable[[], float]) -> Iterator[ipam.Store]:
    """A new store."""
    with ipam.init(place, clock=clock) as opened:
        yield opened
