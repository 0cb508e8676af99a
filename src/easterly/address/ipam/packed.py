"""Many allocations of one pool as one entry of its audit: columns, compressed."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from easterly.address.ipam.nouns import Allocation, Entry
from easterly.address.ipam.places import place
from easterly.address.ipam.rows import about_of

PARTS = ("at", "kind", "state", "until_ms", "owner", "since_ms", "tenant", "device", "interface", "mac", "dns_name",
         "about")  # fmt: skip
"""Columns of an entry, in their order; `about` as it is stored."""
FAST = 1
"""Level of compression: a higher one takes thrice as long, and saves a tenth."""


def packed(actor: str, first: int, count: int, columns: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """The change for the audit.

    Parameters
    ----------
    actor : str
    first : int
        Id of the first allocation; the others follow without gaps.
    count : int
    columns : sequence of sequence
        As of `PARTS`; one of one value has it in all rows.

    Returns
    -------
    dict

    Examples
    --------
    >>> change = packed("ann", 5, 2, [["10.0.0.1", "10.0.0.2"], *[["x"]] * 11])
    >>> change["count"], unpacked(change)[:2]
    (2, [['10.0.0.1', '10.0.0.2'], ['x', 'x']])
    """
    data = zlib.compress(f"[{','.join(map(_array, columns))}]".encode(), FAST)
    text = base64.b64encode(data).decode("ascii")
    return {"do": "load", "by": actor, "id": first, "count": count, "packed": text}


def _array(column: Sequence[Any]) -> str:
    """A JSON array; text that needs no escapes is only put together."""
    try:
        said = '","'.join(column)
    except TypeError:  # not all of it is text
        return json.dumps(column, separators=(",", ":"))
    plain = said.isascii() and "\\" not in said and said.count('"') == 2 * len(column) - 2
    if plain and not (np.frombuffer(said.encode(), np.uint8) < ord(" ")).any():
        return f'["{said}"]'
    return json.dumps(column, separators=(",", ":"))


def unpacked(change: dict[str, Any]) -> list[list[Any]]:
    """The columns of a change.

    Raises
    ------
    ValueError
        For data that `packed` did not make.
    """
    try:
        columns = json.loads(zlib.decompress(base64.b64decode(change["packed"])))
    except (zlib.error, ValueError) as error:
        raise ValueError(f"packed rows that cannot be read: {error}") from error
    return [c * change["count"] if len(c) == 1 else c for c in columns]


def imported(change: dict[str, Any], entry: Entry, vrf: int) -> list[Allocation]:
    """Allocations of an entry."""
    made = []
    for number, row in enumerate(zip(*unpacked(change), strict=True), change["id"]):
        at, kind, state, until, owner, since, *who = row
        family, lo, hi, length = place(at)
        made.append(
            Allocation(
                number, entry.chain, vrf, family, lo, hi, length, kind, state, until, owner, since, None, None, 0,
                about_of(who),
            )
        )  # fmt: skip
    return made
