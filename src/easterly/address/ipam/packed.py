"""Many allocations of one pool as one entry of its audit: columns, compressed."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Sequence
from typing import Any

from easterly.address.ipam.nouns import Allocation, Entry
from easterly.address.ipam.places import place
from easterly.address.ipam.rows import about_of

PARTS = ("at", "kind", "state", "until_ms", "owner", "since_ms", "tenant", "device", "interface", "mac", "dns_name",
         "about")  # fmt: skip
"""Columns of an entry, in their order; `about` as it is stored."""
FAST = 1
"""Level of compression: a higher one takes thrice as long, and saves a tenth."""


def packed(actor: str, first: int, columns: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """The change for the audit.

    Parameters
    ----------
    actor : str
    first : int
        Id of the first allocation; the others follow without gaps.
    columns : sequence of sequence
        As of `PARTS`.

    Returns
    -------
    dict

    Examples
    --------
    >>> change = packed("ann", 5, [["10.0.0.1", "10.0.0.2"], *[["x", "x"]] * 11])
    >>> change["count"], unpacked(change)[:2]
    (2, [['10.0.0.1', '10.0.0.2'], ['x', 'x']])
    """
    short = [[c[0]] if len(set(c)) == 1 else list(c) for c in columns]
    data = zlib.compress(json.dumps(short, separators=(",", ":")).encode(), FAST)
    text = base64.b64encode(data).decode("ascii")
    return {"do": "load", "by": actor, "id": first, "count": len(columns[0]), "packed": text}


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
