"""Allocations as JSON: the database writes arrays, and the kernel makes objects of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, cast, func, literal_column
from sqlalchemy import Text as Said

from easterly._kernel import prefix as kernel
from easterly.address.ipam import schema
from easterly.address.ipam.driver import postgresql
from easterly.address.ipam.lines import Lines, lines

_A = schema.allocation.c
_EXTRAS = ("tags", "fields")
"""What the last column holds, as an array."""


@dataclass(frozen=True, slots=True)
class Documents:
    """Allocations that are ready to be written as JSON objects.

    Attributes
    ----------
    found : Lines
        Values of the members, an array for each.
    names : tuple of str
        Of the members.
    before : str
        Members that stand before the address, each with a comma behind it.
    keep : int
        So many of the members are written where they are empty, too.
    """

    found: Lines
    names: tuple[str, ...]
    before: str
    keep: int

    @property
    def count(self) -> int:
        """Allocations."""
        return self.found.count

    @property
    def last(self) -> bytes:
        """First address of the last one, as it is stored; empty where there are none."""
        return self.found.last

    def write(self, head: bytes = b"", tail: bytes = b"") -> bytes:
        """Objects with a comma and a line feed between them, and what is to stand around all of them."""
        names = "\n".join(self.names).encode()
        return kernel.objects(self.found.text, self.found.places, names, self.keep, self.before.encode(), head, tail)


def documents(
    connection: Connection,
    family: int,
    asked: Select[Any],
    columns: Sequence[Column[Any]],
    before: str,
    *,
    keep: int = 0,
) -> Documents:
    """Read what a JSON object for each allocation needs: its address, members, tags and fields.

    Parameters
    ----------
    connection : Connection
    family : int
        Of the addresses.
    asked : Select
        Chooses allocations, in order of their first address.
    columns : sequence of Column
        Members, by the names of the columns.
    before : str
    keep : int
        As of `Documents`.

    Returns
    -------
    Documents
    """
    made: ColumnElement[Any] = func.json_array(*columns, literal_column("json(allocation.about)"))
    if postgresql(connection):
        made = cast(func.json_build_array(*columns, literal_column("allocation.about::json")), Said)
    found = lines(connection, family, asked, made, breaks=False)
    return Documents(found, (*(column.name for column in columns), *_EXTRAS), before, keep)
