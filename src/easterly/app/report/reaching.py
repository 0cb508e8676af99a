"""Who reaches whom, as a table of senders and receivers: each cell says it, and leads to the rules that let it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from easterly.app.addressing.matrix import LEAK, MISSING
from easterly.app.report import drawn
from easterly.app.report.page import environment

MOST = 40
"""Parties of a page, those that reach or are reached first; the JSON has all."""
SIGNS = {"itself": "=", "meant": "✓ meant", "leak": "✗ LEAK", "missing": "! missing", "none": "·"}
"""A sign and a word for each, so that nothing is said by colour alone."""
SAID = {
    "itself": "the same", "meant": "reaches it, as is meant", "leak": "reaches it, and that is not meant",
    "missing": "ought to reach it, and does not", "none": "does not reach it",
}  # fmt: skip


def figure(found: Mapping[str, Any]) -> drawn.Figure:
    """The matrix and, below it, the way of each pair.

    Parameters
    ----------
    found : dict
        `isolation` of the document of ``easterly address``.
    """
    ways = {(row["src"], row["dst"]): row["through"] for row in found["reach"]}
    ways |= {(row["src"], row["dst"]): row["why"] for row in found["missing"]}
    number = {pair: at for at, pair in enumerate(sorted(ways), 1)}
    met = {name for pair in ways for name in pair}
    names = sorted((row["from"] for row in found["matrix"]), key=lambda name: (name not in met, name))[:MOST]
    word_of = {row["from"]: row["to"] for row in found["matrix"]}
    rows = [
        (src, [(word_of[src][dst], number.get((src, dst), 0), ways.get((src, dst), ""), dst) for dst in names])
        for src in sorted(names)
    ]
    table = environment().get_template("reaching.html").module.matrix(  # type: ignore[attr-defined]
        sorted(names), [(src, sorted(cells, key=lambda cell: cell[3])) for src, cells in rows],
        [(number[pair], *pair, word_of[pair[0]][pair[1]], way) for pair, way in sorted(ways.items())], SIGNS, SAID,
    )  # fmt: skip
    words, count = [word for row in found["matrix"] for word in row["to"].values()], len(found["matrix"])
    note = (
        f"Rows send, columns receive. Of {count * (count - 1)} pairs {len(found['reach'])} meet. Leaks: "
        f"{words.count(LEAK)}; permissions in vain: {words.count(MISSING)}. A cell leads to its rules."
    )
    return drawn.Figure("Who reaches whom", note, Markup(table))
