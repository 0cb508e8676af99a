"""Many allocations as lines of text that the database writes: no row of them becomes objects of the program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, LargeBinary, Select, cast, func, literal_column, select
from sqlalchemy import Text as Said

from easterly.address.ipam import schema
from easterly.address.ipam import survey as s
from easterly.address.ipam.driver import postgresql
from easterly.address.text import BITS

_A = schema.allocation.c
_PLACE = (_A.lo, _A.hi, _A.length, _A.kind)


@dataclass(frozen=True, slots=True)
class Lines:
    """Allocations in order of address.

    Attributes
    ----------
    count : int
    places : bytes
        As people write them, a line for each.
    last : bytes
        First address of the last one, as it is stored; empty where there are none.
    text : bytes
        What was asked for in UTF-8, with line feeds or commas between the texts.
    known : tuple of int
        How many have each of the columns that were to be counted.
    """

    count: int = 0
    places: bytes = b""
    last: bytes = b""
    text: bytes = b""
    known: tuple[int, ...] = ()


def lines(
    connection: Connection, family: int, asked: Select[Any], line: ColumnElement[Any], *counted: ColumnElement[Any],
    breaks: bool = True,
) -> Lines:  # fmt: skip
    """Write a text for each allocation.

    Parameters
    ----------
    connection : Connection
    family : int
        Of the addresses.
    asked : Select
        Chooses allocations, in order of their first address.
    line : ColumnElement
        Text, never null.
    *counted : ColumnElement
        Columns whose values are counted, those that are null left out.
    breaks : bool
        Whether line feeds stand between them, or commas.

    Returns
    -------
    Lines
    """
    extras = [column.label(f"counted{at}") for at, column in enumerate(counted)]
    inner = asked.with_only_columns(*_PLACE, line.label("line"), *extras).subquery()
    counts = (func.count(inner.c[column.name]) for column in extras)
    said = _text(connection, inner.c.line, breaks=breaks)
    outer = select(func.count(), func.min(inner.c.length), _octets(connection, inner.c.lo), said, *counts)
    count, shortest, octets, text, *known = connection.execute(outer).one()
    if not count:
        return Lines()
    lo = _words(octets)
    hi, length = (lo, np.full(count, shortest)) if shortest == BITS[family] else _ends(connection, asked)
    return Lines(count, s.lines_of(family, lo, hi, length), octets[-16:], _utf8(text), tuple(known))


def ends(connection: Connection, asked: Select[Any]) -> tuple[s.Words, s.Words] | None:
    """First and last addresses of allocations, in the order that is asked for; None where there are none."""
    inner = asked.with_only_columns(_A.lo, _A.hi).subquery()
    lo, hi = connection.execute(select(_octets(connection, inner.c.lo), _octets(connection, inner.c.hi))).one()
    return None if lo is None else (_words(lo), _words(hi))


def _ends(connection: Connection, asked: Select[Any]) -> tuple[s.Words, s.Ints]:
    """Last addresses and lengths, which hosts need not have read."""
    inner = asked.with_only_columns(_A.lo, _A.hi, cast(_A.length, Said).label("length")).subquery()
    outer = select(_octets(connection, inner.c.hi), _text(connection, inner.c.length))
    octets, lengths = connection.execute(outer).one()
    return _words(octets), np.array(_utf8(lengths).split(b"\n")).astype(np.int64)


def _octets(connection: Connection, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """All values in the order of the rows, with commas between them, which SQLite puts there quickest."""
    if postgresql(connection):
        return func.string_agg(column, literal_column("','::bytea"))
    return cast(func.group_concat(column), LargeBinary)


def _words(octets: bytes) -> s.Words:
    found = np.frombuffer(octets + b",", np.dtype([("word", ">u8", 2), ("comma", "S1")]))
    return found["word"].astype(np.uint64)


def _text(connection: Connection, column: ColumnElement[Any], *, breaks: bool = True) -> ColumnElement[Any]:
    """All texts; SQLite gives the bytes that it has, which its driver would make a text of."""
    if postgresql(connection):
        return func.string_agg(column, literal_column("chr(10)" if breaks else "','"))
    joined = func.group_concat(column, literal_column("char(10)")) if breaks else func.group_concat(column)
    return cast(joined, LargeBinary)


def _utf8(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


def formatted(connection: Connection, form: str, *columns: ColumnElement[Any]) -> ColumnElement[Any]:
    """A text with the value of a column for each ``%s`` in it, nothing for those that are null.

    Parameters
    ----------
    connection : Connection
    form : str
        Without quotation marks ``'`` of SQL.
    *columns : ColumnElement
    """
    make = func.format if postgresql(connection) else func.printf
    return make(literal_column(f"'{form}'"), *columns, type_=Said)
