"""Allocations as JSON: the database writes arrays, and the kernel makes objects of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Connection, Select, cast, func, literal_column
from sqlalchemy import Text as Said

from easterly._kernel import prefix as kernel
from easterly.address.ipam import schema
from easterly.address.ipam.driver import postgresql
from easterly.address.ipam.lines import lines

_A = schema.allocation.c
_EXTRAS = ("tags", "fields")
"""What the last column holds, as an array."""


def documents(
    connection: Connection,
    family: int,
    asked: Select[Any],
    columns: Sequence[Column[Any]],
    before: str,
    *,
    keep: int = 0,
) -> tuple[int, bytes, bytes]:
    """Write a JSON object for each allocation, with its address, tags and fields.

    Parameters
    ----------
    connection : Connection
    family : int
        Of the addresses.
    asked : Select
        Chooses allocations, in order of their first address.
    columns : sequence of Column
        Other members, by the names of the columns.
    before : str
        Members that stand before the address, each with a comma behind it.
    keep : int
        So many of `columns` are written where they are empty, too.

    Returns
    -------
    count : int
        Allocations.
    last : bytes
        First address of the last one, as it is stored.
    text : bytes
        Objects with a comma and a line feed between them.
    """
    make, about = func.json_array, "json(allocation.about)"
    if postgresql(connection):
        make, about = func.json_build_array, "allocation.about::json"
    found = lines(connection, family, asked, cast(make(*columns, literal_column(about)), Said))
    names = "\n".join((*(column.name for column in columns), *_EXTRAS)).encode()
    text = kernel.objects(found.text.encode(), found.places, names, keep, before.encode())
    return found.count, found.last, text
