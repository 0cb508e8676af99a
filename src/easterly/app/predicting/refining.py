"""Connections that were bounded one by one: as JSON, and as they are printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from easterly.app.columns import Column
from easterly.app.report.measure import DASH, TIMES, measure
from easterly.app.text import Page
from easterly.app.values import number

if TYPE_CHECKING:
    from easterly.study.bounds import SiteBounds

SHOWN = 12
SAYS = {
    "total": "port by port, which nothing tightens",
    "linear": "one with as many dates as servers",
    "all dates": "a linear programme with all dates of service",
}


def rows(made: SiteBounds) -> list[dict[str, Any]] | None:
    """Connections with the worst delays in the network; null if none was asked for."""
    found = made.refined
    if found is None:
        return None
    nouns, talk = made.prepared.nouns, made.talk
    name, classes = nouns.network.value.nodes.name, nouns.demands.value.classes
    tight = found.tightness
    return [
        {
            "owner": str(made.owner[f]), "class": classes[int(talk.traffic_class[f])], "src": str(name[talk.src[f]]),
            "dst": str(name[talk.dst[f]]), "total_s": number(found.total_s[i]),
            "refined_s": number(found.refined_s[i]), "reached_s": number(found.reached_s[i]),
            "tightness": number(tight[i]), "analysis": str(found.analysis[i]),
        }
        for i, f in enumerate(found.flow.tolist())
    ]  # fmt: skip


def show(shown: Page, found: list[dict[str, Any]] | None) -> None:
    """Print them, the worst first."""
    if not found:
        return
    shown.title("Worst connections in the network, one by one")
    unit = measure([row[key] or 0.0 for row in found for key in ("total_s", "refined_s", "reached_s")], TIMES)
    heads = ("Connection", "Class", "Port by port", "Tighter", "Reached", "Tightness", "By")
    shown.table(
        tuple(Column(head, right=2 <= i <= 5, gives_way=i == 0) for i, head in enumerate(heads)),
        [
            (f"{row['src']} > {row['dst']}", row["class"],
             *(DASH if row[key] is None else str(unit.full(row[key])) for key in ("total_s", "refined_s", "reached_s")),
             DASH if row["tightness"] is None else f"{row['tightness']:.1%}", row["analysis"])
            for row in found[:SHOWN]
        ],
    )  # fmt: skip
    used = [f"{name}: {says}" for name, says in SAYS.items() if any(row["analysis"] == name for row in found)]
    shown.wrapped(
        f"{'; '.join(used)}. Reached: in a trajectory in which all others come fresh from their senders.", "dim", "  "
    )
