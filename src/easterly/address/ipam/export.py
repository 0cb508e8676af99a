"""Export: VRFs, pools and allocations as a table, piece by piece, of one state of the store."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TextIO

import numpy as np
from sqlalchemy import Connection, Select, select

from easterly.address.ipam import schema
from easterly.address.ipam import survey as s
from easterly.address.ipam.connect import reading
from easterly.address.ipam.documents import documents
from easterly.address.ipam.equipment import Device, Interface
from easterly.address.ipam.lines import formatted, lines
from easterly.address.ipam.nouns import Pool
from easterly.address.ipam.rows import device_of, interface_of, pool_of
from easterly.address.ipam.sheet import COLUMNS, SETTINGS, cell, tags_cell
from easterly.address.ipam.store import Store
from easterly.base.quiet import quiet

PIECE = 20_000
Row = Sequence[Any]
Page = Callable[[Connection, Pool, Select[Any]], tuple[int, bytes, str]]
_A = schema.allocation.c
_ROWS = select(
    _A.lo, _A.hi, _A.length, _A.kind, _A.state, _A.until_ms, _A.since_ms, _A.owner, _A.tenant, _A.device, _A.interface,
    _A.mac, _A.dns_name, _A.about,
)  # fmt: skip
"""What is read of allocations; the places of child pools are said by the pools."""
_BEHIND = (_A.state, _A.until_ms, _A.since_ms, _A.owner, _A.tenant, _A.device, _A.interface, _A.mac, _A.dns_name)
"""Columns that follow the address in a table, before tags and fields."""
_HEADS = ",".join(COLUMNS) + "\n"
AROUND = {"csv": (_HEADS, "", "", _HEADS), "json": ("[\n", ",\n", "\n]\n", "[]\n"), "yaml": ("", "", "", "")}
"""What stands before the first rows of a file, between parts, and at the end; and a file without rows."""


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
    begin, between, end, empty = AROUND[form]
    write, page = FORMS[form]
    count = 0
    with quiet(), reading(store.engine) as connection:
        for number, text in _parts(connection, write, page):
            file.write((between if count else begin) + text)
            count += number
            progress(number)
    file.write(end if count else empty)
    return count


def _parts(connection: Connection, write: Callable[[Sequence[Row]], str], page: Page) -> Iterator[tuple[int, str]]:
    """Numbers of rows and their text; parents before children."""
    pools = [pool_of(row) for row in connection.execute(select(schema.pool).order_by(schema.pool.c.id))]
    made = _definitions(connection, pools)
    if made:
        yield len(made), write(made)
    for pool in pools:
        count, after = PIECE, b""
        while count == PIECE:
            part = _ROWS.where(_A.pool == pool.id, _A.kind != "pool", _A.lo > after).order_by(_A.lo).limit(PIECE)
            count, after, text = page(connection, pool, part)
            if count:
                yield count, text


def _definitions(connection: Connection, pools: Sequence[Pool]) -> list[Row]:
    """Rows of VRFs and pools in the order of `COLUMNS`, tags and fields as they are."""
    vrfs = connection.execute(select(schema.vrf).order_by(schema.vrf.c.id)).all()
    names = {row.id: row.name for row in vrfs}
    made = [
        _definition("vrf", vrf=r.name, tenant=r.tenant, settings={"rd": r.rd} if r.rd else {}) for r in vrfs if r.id > 1
    ]
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
    return made + _equipment(connection)


def _equipment(connection: Connection) -> list[Row]:
    """Rows of devices, and of their interfaces behind them."""
    devices = {row[0]: device_of(row) for row in connection.execute(select(schema.device).order_by(schema.device.c.id))}
    made = [_definition("device", device=d.name, tenant=d.tenant, **_marks(d)) for d in devices.values()]
    parts = connection.execute(select(schema.interface).order_by(schema.interface.c.id))
    for each in map(interface_of, parts):
        device = devices[each.device].name
        made.append(_definition("interface", device=device, interface=each.name, mac=each.mac, **_marks(each)))
    return made


def _marks(each: Device | Interface) -> dict[str, Any]:
    return {"tags": each.tags or None, "fields": dict(each.fields) or None}


def _definition(kind: str, **said: Any) -> Row:
    return [kind, *(said.get(name) for name in COLUMNS[1:])]


def _sheet(connection: Connection, pool: Pool, asked: Select[Any]) -> tuple[int, bytes, str]:
    """Number of rows, the last address, and a table: written by the database, unless a cell needs quotation marks."""
    behind = formatted(connection, ",".join(["%s"] * (1 + len(_BEHIND))), _A.kind, *_BEHIND)
    found = lines(connection, pool.family, asked, behind, _A.about)
    if not found.count:
        return 0, b"", ""
    count, said, name = found.count, found.text.decode(), pool.name
    made = said.split("\n")
    plain = not (found.known[0] or '"' in said or "\r" in said)
    plain &= len(made) == count and said.count(",") == count * len(_BEHIND)
    if not plain or _table([[name]], csv.QUOTE_MINIMAL) != f"{name}\n":
        return count, found.last, _csv(_allocations(pool, connection.execute(asked).all()))
    rest = "," * (len(COLUMNS) - 3 - len(_BEHIND))
    places = found.places.decode("ascii").split("\n")[:-1]
    parts = [line.partition(",") for line in made]
    text = "".join([f"{kind},{name},{at},{more}{rest}\n" for at, (kind, _, more) in zip(places, parts, strict=True)])
    return count, found.last, text


def _array(connection: Connection, pool: Pool, asked: Select[Any]) -> tuple[int, bytes, str]:
    """The same as elements of a JSON array."""
    found = documents(connection, pool.family, asked, (_A.kind, *_BEHIND), f'"pool":{json.dumps(pool.name)},')
    return found.count, found.last, found.write().decode()


def _list(connection: Connection, pool: Pool, asked: Select[Any]) -> tuple[int, bytes, str]:
    """The same as elements of a YAML list; a line feed in a text is escaped."""
    count, last, text = _array(connection, pool, asked)
    if not text.isascii() or "\x7f" in text:
        text = _UNPRINTABLE.sub(_escaped, text)
    return count, last, "- " + text.replace(",\n", "\n- ") + "\n"


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


def _csv(rows: Sequence[Row]) -> str:
    at = [COLUMNS.index(name) for name in ("tags", "fields", "settings")]
    plain = all(row[i] is None for row in rows for i in at)
    said = rows if plain else [_cells(row, at) for row in rows]
    text = _table(said, csv.QUOTE_MINIMAL)
    return _table(said, csv.QUOTE_ALL) if "\r" in text else text  # Python 3.11 would leave it bare


def _table(rows: Sequence[Row], quoting: int) -> str:
    r"""Rows as CSV.

    >>> _table([["a", None, 'b"c']], csv.QUOTE_MINIMAL)
    'a,,"b""c"\n'
    """
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\n", quoting=quoting).writerows(rows)  # type: ignore[arg-type]
    return file.getvalue()


def _cells(row: Row, at: list[int]) -> Row:
    made = list(row)
    tags, fields, settings = (row[i] for i in at)
    for i, text in zip(at, (tags_cell(tags or ()), cell(fields or None), cell(settings or None)), strict=True):
        made[i] = text
    return made


def _objects(rows: Sequence[Row]) -> Iterator[str]:
    """Rows as JSON objects without what is empty."""
    encode = json.JSONEncoder(ensure_ascii=False).encode
    for row in rows:
        yield encode(
            {name: value for name, value in zip(COLUMNS, row, strict=True) if value not in (None, "", (), [], {})}
        )


def _json(rows: Sequence[Row]) -> str:
    return ",\n".join(_objects(rows))


_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""What JSON lets stand, and YAML does not or takes for the end of a line (YAML 1.1 section 4.1.1)."""


def _yaml(rows: Sequence[Row]) -> str:
    """YAML 1.2 is a superset of JSON: one flow mapping a line."""
    return "".join(f"- {_UNPRINTABLE.sub(_escaped, line)}\n" for line in _objects(rows))


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


FORMS: dict[str, tuple[Callable[[Sequence[Row]], str], Page]] = {
    "csv": (_csv, _sheet), "json": (_json, _array), "yaml": (_yaml, _list),
}  # fmt: skip
"""How definitions are written, and how allocations are."""


def text(store: Store, form: str) -> str:
    """An export as text."""
    file = io.StringIO()
    export(store, file, form)
    return file.getvalue()
