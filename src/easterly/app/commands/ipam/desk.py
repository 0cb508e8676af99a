"""What the commands share: the store, who asks, and how answers are told."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from easterly.app import terminal
from easterly.app.clock import moment

if TYPE_CHECKING:
    from easterly.address.ipam import Allocation, Device, Outcome, Pool, Store

F = TypeVar("F", bound=Callable[..., Any])
Row = Mapping[str, Any]
VARIABLE = "EASTERLY_IPAM"


def home() -> str:
    """Where the store is if nobody says: in the user's folder of data."""
    data = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return str(Path(data) / "easterly" / "ipam.db")


def stored(command: F) -> F:
    """Add ``--store`` and ``--format``."""
    return click.option(
        "--store", "url", envvar=VARIABLE, metavar="URL",
        help=f"A file, or postgresql://user@host/database.  [variable {VARIABLE}; default: the user's data]",
    )(terminal.format_option(command))  # fmt: skip


def acting(command: F) -> F:
    """Add ``--actor``."""
    return click.option(
        "--actor", envvar="EASTERLY_ACTOR", default=_user, metavar="NAME",
        help="Who asks, for the audit.  [variable EASTERLY_ACTOR; default: the user]",
    )(command)  # fmt: skip


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no name for this number
        return ""


@contextmanager
def opened(url: str | None, form: str) -> Iterator[Store]:
    """An open store; leaves with code 2 where it cannot be read."""
    from sqlalchemy.exc import DBAPIError, SQLAlchemyError

    from easterly.address import ipam
    from easterly.address.ipam.connect import reason

    try:
        with ipam.open(url or home()) as store:
            yield store
    except (ValueError, OSError) as error:
        hint = getattr(error, "hint", "")
        terminal.misused(f"{error}: {hint}" if hint else str(error), form)
    except SQLAlchemyError as error:
        said = reason(url or home(), error) if isinstance(error, DBAPIError) else str(error)
        terminal.misused(f"the store cannot be used: {said.partition(chr(10))[0]}", form)


def pool_of(store: Store, named: str, form: str) -> Pool:
    """A pool by name; leaves with code 1 where there is none."""
    from easterly.address.ipam import pages
    from easterly.base.findings import did_you_mean

    found = pages.pool(store, named)
    if found is None:
        hint = did_you_mean(named, [pool.name for pool in pages.pools(store)])
        refuse("unknown", f"there is no pool {named!r}", hint, form)
    return found


def vrf_of(store: Store, named: str, form: str) -> int:
    """Id of a VRF by name; leaves with code 1 where there is none."""
    from easterly.address.ipam import pages
    from easterly.base.findings import did_you_mean

    ids = {vrf.name: vrf.id for vrf in pages.vrfs(store)}
    if named not in ids:
        refuse("unknown", f"there is no VRF {named!r}", did_you_mean(named, ids), form)
    return ids[named]


def all_pools(store: Store) -> list[Pool]:
    """Every pool, in order of ids."""
    from easterly.address.ipam import pages

    found: list[Pool] = []
    while page := pages.pools(store, after=found[-1].id if found else 0):
        found += page
    return found


def all_devices(store: Store) -> list[Device]:
    """Every device, in order of ids."""
    from easterly.address.ipam import devices

    found: list[Device] = []
    while page := devices.devices(store, after=found[-1].id if found else 0):
        found += page
    return found


def refuse(code: str, message: str, hint: str, form: str, **done: object) -> NoReturn:
    """Leave with code 1 and what was refused, and why; with what was done nevertheless, in JSON."""
    if form == "json":
        refusal = {"code": code, "message": message, "hint": hint}
        terminal.emit_json({"changed": False, **done, "refusal": refusal})
    click.echo(f"easterly: {code}: {message}" + (f"\n   = help: {hint}" if hint else ""), err=True)
    sys.exit(terminal.FOUND)


def granted(outcome: Outcome, form: str) -> Outcome:
    """The outcome, if it is no refusal."""
    if outcome.refusal is not None:
        no = outcome.refusal
        refuse(no.code, no.message, no.hint, form)
    return outcome


def told(result: Row, lines: Iterable[str], form: str) -> None:
    """Print an answer: as JSON, or as lines."""
    if form == "json":
        terminal.emit_json(result)
    else:
        for line in lines:
            click.echo(line)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[str] = ()) -> Iterator[str]:
    """Lines of a table; columns that `right` names are set to the right.

    >>> list(table(["A", "B"], [["1", "x"], ["10", "y"]], right=["A"]))
    [' A  B', ' 1  x', '10  y']
    """
    widths = [max(len(row[i]) for row in [heads, *rows]) for i in range(len(heads))]
    for row in [heads, *rows]:
        cells = zip(row, widths, heads, strict=True)
        set_ = [cell.rjust(w) if head in right else cell.ljust(w) for cell, w, head in cells]
        yield "  ".join(set_).rstrip()


def flat(allocation: Allocation, names: Mapping[int, str]) -> dict[str, Any]:
    """An allocation as one flat object: every name is always there, and pools are named."""
    who, said = allocation.about, allocation.document()
    return {
        **{name: said.get(name) for name in ("id", "address", "kind", "state", "until_ms", "owner", "since_ms", "key")},
        "pool": names.get(allocation.pool, str(allocation.pool)),
        **{name: getattr(who, name) for name in ("tenant", "device", "interface", "mac", "dns_name")},
        "tags": list(who.tags), "fields": dict(who.fields),
    }  # fmt: skip


def holder(row: Row) -> str:
    """Who holds something, in one cell."""
    said = [row["device"], row["interface"], row["dns_name"], row["tenant"]]
    return " ".join(each for each in said if each) or row["owner"] or "-"


def listing(rows: Sequence[Row]) -> Iterator[str]:
    """Lines of a table of allocations."""
    cells = [
        [row["address"], row["pool"], row["kind"], row["state"], moment(row["until_ms"]), holder(row)] for row in rows
    ]
    return table(["Address", "Pool", "Kind", "State", "Until (UTC)", "Holder"], cells)
