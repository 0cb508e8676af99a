"""Export: VRFs, pools and allocations as a table, piece by piece, of one state of the store."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TextIO

import numpy as np
from sqlalchemy import Connection, select

from easterly.address.ipam import schema
from easterly.address.ipam import survey as s
from easterly.address.ipam.connect import reading
from easterly.address.ipam.nouns import Pool
from easterly.address.ipam.quiet import quiet
from easterly.address.ipam.rows import pool_of
from easterly.address.ipam.sheet import COLUMNS, SETTINGS, cell, tags_cell
from easterly.address.ipam.store import Store

PIECE = 20_000
Row = Sequence[Any]
_A = schema.allocation.c
_ROWS = select(
    _A.lo, _A.hi, _A.length, _A.kind, _A.state, _A.until_ms, _A.since_ms, _A.owner, _A.tenant, _A.device, _A.interface,
    _A.mac, _A.dns_name, _A.about,
)  # fmt: skip
"""What is read of allocations; the places of child pools are said by the pools."""


def export(store: Store, file: TextIO, form: str, *, progress: Callable[[int], object] = lambda rows: None) -> int:
    """Write everything that a store holds now; idempotency keys, the audit and the history stay behind.

    Parameters
    ----------
    store : Store
    file : TextIO
    form : str
        ``csv``, ``json`` or ``yaml``.
    progress : callable
        Called with a number of rows.

    Returns
    -------
    int
        Rows written.
    """
    write = {"csv": _csv, "json": _json, "yaml": _yaml}[form](file)
    count = 0
    with quiet(), reading(store.engine) as connection:
        for rows in _rows(connection):
            write(rows)
            count += len(rows)
            progress(len(rows))
    if form == "json":
        file.write("\n]\n" if count else "[]\n")
    return count


def _rows(connection: Connection) -> Iterator[list[Row]]:
    """Rows in the order of `COLUMNS`, tags and fields as they are; parents before children."""
    vrfs = connection.execute(select(schema.vrf).order_by(schema.vrf.c.id)).all()
    names = {row.id: row.name for row in vrfs}
    made = [
        _definition("vrf", vrf=r.name, tenant=r.tenant, settings={"rd": r.rd} if r.rd else {}) for r in vrfs if r.id > 1
    ]
    pools = [pool_of(row) for row in connection.execute(select(schema.pool).order_by(schema.pool.c.id))]
    known = {pool.id: pool.name for pool in pools}
    for pool in pools:
        said = {name: value for name in SETTINGS if (value := getattr(pool, name))}
        made.append(
            _definition(
                "pool", pool=pool.name, address=pool.text, tenant=pool.tenant, tags=pool.about.tags,
                fields=dict(pool.about.fields), vrf=names[pool.vrf], parent=known.get(pool.parent or 0), role=pool.role,
                settings=said,
            )
        )  # fmt: skip
    yield made
    for pool in pools:
        asked = _ROWS.where(_A.pool == pool.id, _A.kind != "pool").order_by(_A.lo)
        for part in connection.execute(asked, execution_options={"yield_per": PIECE}).partitions(PIECE):
            yield _allocations(pool, part)


def _definition(kind: str, **said: Any) -> Row:
    return [kind, *(said.get(name) for name in COLUMNS[1:])]


def _allocations(pool: Pool, rows: Sequence[Any]) -> list[Row]:
    lo, hi, length, kind, state, until, since, owner, tenant, device, interface, mac, dns, about = zip(
        *rows, strict=True
    )
    count = len(rows)
    texts = s.texts_of(pool.family, s.words_of(lo), s.words_of(hi), np.asarray(length, np.int64))
    tags, fields = ([None] * count, [None] * count) if not any(about) else _extras(about)
    none = [None] * count
    return list(zip(
        kind, [pool.name] * count, texts, state, until, since, owner, tenant, device,
        interface, mac, dns, tags, fields, none, none, none, none, strict=True,
    ))  # fmt: skip


def _extras(about: Sequence[str | None]) -> tuple[Any, Any]:
    return tuple(zip(*(json.loads(said) if said else (None, None) for said in about), strict=True))  # type: ignore[return-value]


def _csv(file: TextIO) -> Callable[[list[Row]], None]:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    at = [COLUMNS.index(name) for name in ("tags", "fields", "settings")]

    def write(rows: list[Row]) -> None:
        if any(row[i] for row in rows for i in at):
            rows = [_cells(row, at) for row in rows]
        writer.writerows(rows)

    return write


def _cells(row: Row, at: list[int]) -> Row:
    made = list(row)
    tags, fields, settings = (row[i] for i in at)
    for i, text in zip(at, (tags_cell(tags or ()), cell(fields or None), cell(settings or None)), strict=True):
        made[i] = text
    return made


def _lines(rows: list[Row]) -> Iterator[str]:
    """Rows as JSON objects without what is empty."""
    encode = json.JSONEncoder(ensure_ascii=False).encode
    for row in rows:
        yield encode(
            {name: value for name, value in zip(COLUMNS, row, strict=True) if value not in (None, "", (), [], {})}
        )


def _json(file: TextIO) -> Callable[[list[Row]], None]:
    before = "[\n"

    def write(rows: list[Row]) -> None:
        nonlocal before
        if rows:
            file.write(before + ",\n".join(_lines(rows)))
            before = ",\n"

    return write


def _yaml(file: TextIO) -> Callable[[list[Row]], None]:
    """YAML 1.2 is a superset of JSON: one flow mapping a line."""

    def write(rows: list[Row]) -> None:
        file.write("".join(f"- {line}\n" for line in _lines(rows)))

    return write


def text(store: Store, form: str) -> str:
    """An export as text."""
    file = io.StringIO()
    export(store, file, form)
    return file.getvalue()
