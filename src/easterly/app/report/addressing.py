"""A page about addresses: the tree of prefixes as strips, how full each is, and the routes that tiers hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from easterly.app.addressing.page import amount
from easterly.app.report import drawn, prefixes, reaching
from easterly.app.report.engineering import percent
from easterly.app.report.measure import grouped
from easterly.app.report.plots import Axis, Bar, axis, bars
from easterly.base.counts import counted
from easterly.base.units import SHARE

Row = Mapping[str, Any]
STRIPS = 40
"""Strips of one figure; the JSON has all prefixes."""
ROWS = 120
"""Rows of the tree; the JSON has all."""
THINNEST = 0.002
"""Of a strip, for what would be too thin to be seen."""


def page(site: str, found: Row) -> str:
    """The page as text.

    Parameters
    ----------
    site : str
        Its name.
    found : dict
        The JSON document.
    """
    parties = [reaching.figure(found["isolation"])] if found["isolation"]["parties"] else []
    figures = [*parties, _pools(found), *_tree(found), _routes(found)]
    return drawn.page("addresses", "Addresses", site, _facts(found), figures)


def _facts(found: Row) -> list[drawn.Fact]:
    proofs = found["proofs"]
    broken = [row["claim"] for row in proofs if not row["holds"]]
    exact = [row for row in found["summaries"] if row["point"] == "site"]
    facts = [
        ("proofs", f"{len(proofs) - len(broken)} of {len(proofs)} hold", ", ".join(broken) or "checked on the plan"),
        ("prefixes", grouped(len(found["prefixes"]) + len(found["blocks"])), "of leaves, tenants, pools and blocks"),
        *((f"the site in IPv{row['family']}, {row['vrf']}", counted(len(row["prefixes"]), "prefix", "prefixes"),
           f"cover {row['specifics']} exactly") for row in exact),
    ]  # fmt: skip
    fenced = found["isolation"]
    if fenced["allowed"]:
        pairs = [f"{row['src']} to {row['dst']}{'' if row['meant'] else ', NOT MEANT'}" for row in fenced["reach"]]
        facts.append(("isolation", f"{len(pairs)} pairs meet, {len(fenced['missing'])} permissions in vain",
                      "; ".join(pairs[:STRIPS]) or "nobody reaches anybody"))  # fmt: skip
    if found["changes"] is not None:
        made = found["changes"]
        facts.append(("since the earlier plan", f"{made['moved']} moved", f"{grouped(made['kept'])} numbers kept"))
    return facts


def _pools(found: Row) -> drawn.Figure:
    rows = list(found["headroom"])[:STRIPS]
    shares = {f"{row['name']} {row['prefix']}": row["given"] / (row["given"] + row["free"]) for row in rows}
    drawing = bars(
        [Bar("given", 0.0, max(share, THINNEST), name) for name, share in shares.items()],
        Axis("given", 0.0, 1.0, SHARE), title="Room", said=", ".join(f"{n}: {percent(s)}" for n, s in shares.items()),
    )  # fmt: skip
    left = ", ".join(f"{row['name']} {amount(row['free'])}" for row in rows[:4])
    return drawn.Figure("Room", f"What is given of every pool, and of every block that holds something. Free: {left}.",
                        drawing)  # fmt: skip


def _tree(found: Row) -> list[drawn.Figure]:
    tree = prefixes.planned(found)
    if tree is None:
        return []
    note = "What lies inside of each prefix, where in it, and how much of it is used."
    return [drawn.Figure("Prefixes", note, prefixes.drawn(tree, ROWS))]


def _routes(found: Row) -> drawn.Figure:
    rows = found["entries"]
    made = [bar for row in rows for bar in (
        Bar("plain", 0.0, row["plain"], f"{row['tier']} IPv{row['family']}"),
        Bar("summarised", 0.0, row["summarised"], f"{row['tier']} IPv{row['family']}, summarised"),
    )]  # fmt: skip
    said = "; ".join(
        f"{row['tier']} IPv{row['family']}: {row['plain']}, {row['summarised']} summarised" for row in rows
    )
    drawing = bars(made, axis("routes", [0.0, *(float(row["plain"]) for row in rows)]), title="Routes", said=said,
                   names=("plain", "summarised"))  # fmt: skip
    note = (
        "Routes that a device of each tier holds at most: all, or where every pod says its exact summary to the others."
    )
    return drawn.Figure("Routes", note, drawing)
