"""Who reaches whom as a matrix: a word for each ordered pair of parties."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Row = Mapping[str, Any]
ITSELF, MEANT, LEAK, MISSING, NONE = "itself", "meant", "leak", "missing", "none"


def matrix(found: Row) -> list[dict[str, Any]]:
    """Rows of senders: to each receiver ``meant``, ``leak``, ``missing`` (stated, and it does not work) or ``none``.

    Parameters
    ----------
    found : dict
        `isolation` of the document, with ``parties``, ``reach`` and ``missing``.

    Examples
    --------
    >>> found = {"parties": [{"name": "a"}, {"name": "b"}], "missing": [],
    ...          "reach": [{"src": "a", "dst": "b", "meant": False}]}
    >>> matrix(found)[0]
    {'from': 'a', 'to': {'a': 'itself', 'b': 'leak'}}
    """
    names = [row["name"] for row in found["parties"]]
    words = {(row["src"], row["dst"]): MEANT if row["meant"] else LEAK for row in found["reach"]}
    words |= {(row["src"], row["dst"]): MISSING for row in found["missing"]}
    return [
        {"from": src, "to": {dst: ITSELF if src == dst else words.get((src, dst), NONE) for dst in names}}
        for src in names
    ]
